// @ts-check
import { join } from 'node:path';
import { buildPages } from './build-pages.mjs';
import { root, run, runTool, say } from './command.mjs';
import { ensureInstalled } from './install.mjs';

/** `npm run pictures`: takes the guide's pictures from the real pages, with an account made for them. */
async function main() {
  const node = await ensureInstalled();
  await buildPages(node);
  say('taking the pictures of docs/active-sessions.md');
  return run(node, [join(root, 'tools', 'pictures', 'take-pictures.ts')]);
}

await runTool(main);
