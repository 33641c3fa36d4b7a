// Builds the pages into dist/ui. Does nothing when no input changed since the last build.
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'vite';

const root = resolve(import.meta.dirname, '..');
const stamp = join(root, 'dist/ui/.inputs');

/** One digest of everything the build depends on. */
function inputsDigest() {
  const files = globSync(
    [
      'src/ui/**/*',
      'src/client/**/*',
      'src/errors.ts',
      'vite.config.ts',
      'package.json',
      'package-lock.json',
    ],
    {
      cwd: root,
      withFileTypes: true,
    },
  )
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  for (const file of files)
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

const digest = inputsDigest();
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) {
  console.log('Pages: up to date in dist/ui.');
} else {
  console.log('Pages: building into dist/ui.');
  await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
  mkdirSync(join(root, 'dist/ui'), { recursive: true });
  writeFileSync(stamp, digest);
}
