// @ts-check
import { join } from 'node:path';
import { buildPages } from './build-pages.mjs';
import { root, run, runTool, say } from './command.mjs';
import { ensureInstalled } from './install.mjs';

/** How often a process is killed; `npm test` does a small part of it. */
const kills = 300;
/** Runs of the simulated cluster; `npm test` does three fifths of them. */
const seeds = 5_000;

/**
 * `npm run chaos`: three servers on PostgreSQL under every kind of fault for a minute each, then the simulated cluster from
 * thousands of seeds, then SQLite under hundreds of crashes. Twenty minutes. `npm run chaos -- --seconds=10 --only=SIGSTOP`
 * is a part of the first.
 */
async function main() {
  const node = await ensureInstalled();
  await buildPages(node);
  const options = process.argv.slice(2);
  const code = await run(node, [join(root, 'test', 'chaos', 'main.ts'), ...options]);
  if (options.length > 0) return code;
  say(`simulating the cluster from ${seeds} seeds (about a minute)`);
  const simulated = await test(node, 'simulation/simulation.test.ts', { SEEDS: String(seeds) });
  say(`killing a process on SQLite ${kills} times (about three minutes)`);
  const killed = await test(node, 'faults/kill.test.ts', { ROUNDS: String(kills) });
  return Math.max(code, simulated, killed);
}

/**
 * Runs one test file at another length than `npm test` does.
 * @param {string} node
 * @param {string} file
 * @param {Record<string, string>} lengths
 */
function test(node, file, lengths) {
  const env = { ...process.env, ...lengths };
  return run(node, ['--test', '--test-reporter=spec', join(root, 'test', file)], { env });
}

await runTool(main);
