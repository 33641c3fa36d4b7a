import { globSync } from 'node:fs';
import { join } from 'node:path';

/** The test files, in the groups they run in. */
export type TestFiles = {
  /** Files that do not mind others running beside them. */
  readonly quick: readonly string[];
  /** Faults: they measure time or fill the machine, so each runs alone. Races are about order and run with the rest. */
  readonly alone: readonly string[];
  /** Files that drive a browser, each alone for the same reason. */
  readonly browser: readonly string[];
};

/** The test files under `root` whose path holds one of the filters; all of them when there is no filter. */
export function listTestFiles(root: string, filters: readonly string[]): TestFiles {
  const isAsked = (path: string): boolean =>
    filters.length === 0 || filters.some((filter) => path.includes(filter));
  const paths = globSync('test/**/*.test.ts', { cwd: root }).map(withForwardSlashes).filter(isAsked).sort();
  const absolute = (path: string): string => join(root, path);
  return {
    quick: paths.filter((path) => groupOf(path) === 'quick').map(absolute),
    alone: paths.filter((path) => groupOf(path) === 'alone').map(absolute),
    browser: paths.filter((path) => groupOf(path) === 'browser').map(absolute),
  };
}

/** The group of a test file, decided by its folder under `test/`. */
export function groupOf(path: string): keyof TestFiles {
  if (path.startsWith('test/browser/')) return 'browser';
  return path.startsWith('test/faults/') && !path.endsWith('races.test.ts') ? 'alone' : 'quick';
}

function withForwardSlashes(path: string): string {
  return path.replaceAll('\\', '/');
}
