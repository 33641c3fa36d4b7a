// @ts-check
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildPages } from './build-pages.mjs';
import { root, run, runTool, SetupError, say } from './command.mjs';
import { ensureInstalled } from './install.mjs';

/** `npm run build`: the library as JavaScript with type declarations in `dist/`, and the pages. */
async function main() {
  const node = await ensureInstalled();
  say('building the library into dist/');
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const code = await run(node, [tsc, '-p', 'tsconfig.build.json']);
  if (code !== 0) throw new SetupError('the library does not compile; the messages are above.');
  await buildPages(node);
  say('built');
  return 0;
}

await runTool(main);
