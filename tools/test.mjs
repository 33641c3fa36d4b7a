// @ts-check
import { join } from 'node:path';
import { root, run, runTool } from './command.mjs';
import { ensureInstalled } from './install.mjs';

/** `npm test`: installs what is missing, then hands over to the runner on the pinned Node.js. */
async function main() {
  const node = await ensureInstalled();
  return run(node, [join(root, 'tools', 'testing', 'main.ts'), ...process.argv.slice(2)]);
}

await runTool(main);
