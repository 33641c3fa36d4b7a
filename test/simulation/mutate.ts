/**
 * Breaks one rule in whatever this process loads from here on: `ROLLCALL_MUTANT=no-wait node --import
 * ./test/simulation/mutate.ts …`. Nothing in the product knows of it.
 */
import { registerHooks } from 'node:module';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Edit, mutantOf } from './mutants.ts';

const root = dirname(dirname(import.meta.dirname));
const mutant = mutantOf(process.env['ROLLCALL_MUTANT'] ?? '');
const applied = new Set<Edit>();

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const edits = editsOf(url);
    if (edits.length === 0) return loaded;
    return { ...loaded, source: edits.reduce(apply, textOf(loaded.source)) };
  },
});

process.on('exit', () => {
  if (applied.size > 0) return;
  console.error(`nothing that ${mutant.name} breaks was loaded`);
  process.exitCode = 70;
});

function editsOf(url: string): readonly Edit[] {
  if (!url.startsWith('file:')) return [];
  const path = relative(root, fileURLToPath(url)).replaceAll('\\', '/');
  return mutant.edits.filter(({ file }) => file === path);
}

function apply(source: string, edit: Edit): string {
  const count = source.split(edit.from).length - 1;
  if (count !== 1)
    throw new Error(
      `${mutant.name}: the fragment is in ${edit.file} ${count} times instead of once: ${edit.from}`,
    );
  applied.add(edit);
  return source.replace(edit.from, () => edit.to);
}

function textOf(source: unknown): string {
  if (typeof source === 'string') return source;
  if (source instanceof Uint8Array) return new TextDecoder().decode(source);
  throw new TypeError('a module came without its source');
}
