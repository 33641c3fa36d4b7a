// @ts-check
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, SetupError } from './command.mjs';

/**
 * Builds the pages with the given Node.js; a build that is already fresh is left alone.
 *
 * @param {string} node
 */
export async function buildPages(node) {
  const script = join(root, 'tools', 'build-ui.mjs');
  if (!existsSync(script)) return;
  const code = await run(node, [script]);
  if (code !== 0)
    throw new SetupError(`the pages could not be built (exit code ${code}); the message is above.`);
}
