import { posix } from 'node:path';
import type { ESTree } from 'vite';
import { type Source, visit } from './source.ts';

/** One import or re-export, wherever in the file it stands. */
export type Import = {
  readonly source: Source;
  readonly offset: number;
  /** As written: a relative path, a package, or a module of the runtime. */
  readonly specifier: string;
  readonly isTypeOnly: boolean;
};

/** All imports of a file: static, dynamic with a fixed path, `import('…').Type`, and re-exports. */
export function importsOf(source: Source): readonly Import[] {
  const found: Import[] = [];
  const add = (offset: number, literal: ESTree.Expression | null, isTypeOnly: boolean): void => {
    if (literal?.type !== 'Literal' || typeof literal.value !== 'string') return;
    found.push({ source, offset, specifier: literal.value, isTypeOnly });
  };
  visit(source, {
    ImportDeclaration: (node) => add(node.start, node.source, node.importKind === 'type'),
    ExportNamedDeclaration: (node) => add(node.start, node.source, node.exportKind === 'type'),
    ExportAllDeclaration: (node) => add(node.start, node.source, node.exportKind === 'type'),
    ImportExpression: (node) => add(node.start, node.source, false),
    TSImportType: (node) => add(node.start, node.source, true),
  });
  return found;
}

/** The path, from the repository's root, of the file that a relative import names; undefined for a package. */
export function targetOf({ source, specifier }: Import): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.join(posix.dirname(source.path), specifier);
}

/** The part of the house a path belongs to: `engine` for src/engine/token.ts, `errors` for src/errors.ts. */
export function partOf(path: string): string | undefined {
  return /^src\/([^/]+?)(?:\.ts$|\/)/.exec(path)?.[1];
}
