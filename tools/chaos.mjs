// @ts-check
import { join } from 'node:path';
import { buildPages } from './build-pages.mjs';
import { root, run, runTool, say } from './command.mjs';
import { ensureInstalled } from './install.mjs';

/** How often a process is killed; `npm test` does a fifth of it. */
const kills = 300;

/**
 * `npm run chaos`: three servers on PostgreSQL under every kind of fault for a minute each, then SQLite under hundreds of
 * crashes. A quarter of an hour. `npm run chaos -- --seconds=10 --only=SIGSTOP` is shorter.
 */
async function main() {
  const node = await ensureInstalled();
  await buildPages(node);
  const options = process.argv.slice(2);
  const code = await run(node, [join(root, 'test', 'chaos', 'main.ts'), ...options]);
  if (options.length > 0) return code;
  say(`killing a process on SQLite ${kills} times (about three minutes)`);
  const test = join(root, 'test', 'faults', 'kill.test.ts');
  const env = { ...process.env, ROUNDS: String(kills) };
  return Math.max(code, await run(node, ['--test', '--test-reporter=spec', test], { env }));
}

await runTool(main);
