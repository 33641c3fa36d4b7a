// @ts-check
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildPages } from './build-pages.mjs';
import { exitCode, forward, root, runTool, say } from './command.mjs';
import { ensureInstalled } from './install.mjs';

/** `npm start`: installs what is missing, builds the pages if they are stale, and runs the server until told to stop. */
async function main() {
  const node = await ensureInstalled();
  await buildPages(node);
  say('starting');
  return serve(node);
}

/**
 * The server gets a process group of its own, so that Ctrl-C reaches it exactly once, through here: the terminal
 * signals this process, and npm does so again.
 *
 * @param {string} node
 * @returns {Promise<number>}
 */
function serve(node) {
  const stopWithParent = pathToFileURL(join(root, 'tools', 'stop-with-parent.mjs')).href;
  const server = spawn(
    node,
    ['--import', stopWithParent, join(root, 'src', 'server', 'main.ts'), ...process.argv.slice(2)],
    {
      cwd: root,
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
  const pass = onceAMoment((signal) => server.kill(signal));
  // A closed terminal (SIGHUP) ends this process; the server then stops because its parent is gone.
  const forget = forward(['SIGINT', 'SIGTERM'], pass);
  const forgetParent = whenParentEnds(() => pass('SIGTERM'));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', (code, signal) => {
      forget();
      forgetParent();
      resolve(exitCode(code, signal));
    });
  });
}

/**
 * A SIGTERM for npm ends npm and the shell between us, and never gets here: what tells is the new parent.
 * Started in another way, a parent that ends (a terminal that was closed on purpose) means nothing.
 *
 * @param {() => void} handle
 */
function whenParentEnds(handle) {
  const parent = process.ppid;
  const isByNpm = process.env['npm_lifecycle_event'] !== undefined;
  const timer = setInterval(() => {
    if (!isByNpm || process.ppid === parent) return;
    clearInterval(timer);
    handle();
  }, 250);
  return () => clearInterval(timer);
}

/**
 * Lets a second signal through only when it comes a second later, that is, when a person sent it.
 *
 * @param {(signal: NodeJS.Signals) => void} handle
 * @returns {(signal: NodeJS.Signals) => void}
 */
function onceAMoment(handle) {
  let lastAt = Number.NEGATIVE_INFINITY;
  return (signal) => {
    const at = performance.now();
    if (at - lastAt < 1000) return;
    lastAt = at;
    handle(signal);
  };
}

await runTool(main);
