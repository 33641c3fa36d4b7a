// @ts-check
import { join } from 'node:path';
import { root, run, runTool } from './command.mjs';
import { ensureFolderInstalled, ensureInstalled } from './install.mjs';

/** `npm run bench`: installs what the measurements compare us with (packages of their own) and measures. */
async function main() {
  const node = await ensureInstalled();
  const folder = join(root, 'bench');
  await ensureFolderInstalled(folder);
  const [first, ...others] = process.argv.slice(2);
  if (first === 'cluster') return run(node, [join(folder, 'cluster/main.ts'), ...others]);
  return run(node, [join(folder, 'main.ts'), ...process.argv.slice(2)]);
}

await runTool(main);
