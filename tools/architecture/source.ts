import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ESTree, type ParseResult, parseSync, Visitor, type VisitorObject } from 'vite';

/** A source file as the rules see it. */
export type Source = {
  /** Relative to the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly program: ESTree.Program;
  readonly comments: ParseResult['comments'];
};

/** Something a rule refuses, as `path:line what is wrong`. */
export type Offence = string;

/** A rule looks at all files at once and lists what it refuses; an empty list means that it is kept. */
export type Rule = (sources: readonly Source[]) => readonly Offence[];

/** Parses a file; one that does not parse is a surprise and throws. */
export function parseSource(path: string, text: string): Source {
  const { program, comments, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path} does not parse: ${error.message}`);
  return { path, text, program, comments };
}

/** Every TypeScript file below the named folders of the repository, in the order of their paths. */
export function readSources(root: string, folders: readonly string[]): readonly Source[] {
  const paths = folders.flatMap((folder) =>
    globSync(`${folder}/**/*.ts`, { cwd: root, exclude: isGenerated }),
  );
  return paths
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

/** Only the files below a folder, given as `src` or `src/engine`. */
export function below(folder: string, sources: readonly Source[]): readonly Source[] {
  return sources.filter((source) => source.path.startsWith(`${folder}/`));
}

/** Calls the visitor's functions for the nodes of a file. */
export function visit(source: Source, visitor: VisitorObject): void {
  new Visitor(visitor).visit(source.program);
}

/** An offence at a place in a file. */
export function offenceAt(source: Source, offset: number, message: string): Offence {
  return `${source.path}:${lineCount(source.text.slice(0, offset))} ${message}`;
}

/** How many lines a text takes, counting a last one without a line end. */
export function lineCount(text: string): number {
  return text.split('\n').length;
}

function isGenerated(path: string): boolean {
  return /(^|[\\/])(node_modules|build|dist)$/.test(path);
}
