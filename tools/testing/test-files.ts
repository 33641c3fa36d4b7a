import { globSync } from 'node:fs';
import { join } from 'node:path';

/** The test files, in the groups they run in. */
export type TestFiles = {
  /** Files that do not mind others running beside them. */
  readonly quick: readonly string[];
  /** Files that drive a browser and measure nothing. They wait for pages more than they work, so several run at once. */
  readonly browser: readonly string[];
  /** Faults, chaos and what measures in a browser: they measure time or fill the machine, so each runs alone. */
  readonly alone: readonly string[];
  /** Whether any of them needs a browser. */
  readonly needsBrowser: boolean;
};

/** How a test file runs. */
export type Group = 'quick' | 'browser' | 'alone';

/** Browser tests that assert how soon something is shown. */
const measuringInBrowser: readonly string[] = [
  'test/browser/live.test.ts',
  'test/browser/main-job.test.ts',
  'test/browser/main-job-cluster.test.ts',
];

/** The test files under `root` whose path holds one of the filters; all of them when there is no filter. */
export function listTestFiles(root: string, filters: readonly string[]): TestFiles {
  const isAsked = (path: string): boolean =>
    filters.length === 0 || filters.some((filter) => path.includes(filter));
  const paths = globSync('test/**/*.test.ts', { cwd: root }).map(withForwardSlashes).filter(isAsked).sort();
  const absolute = (path: string): string => join(root, path);
  return {
    quick: paths.filter((path) => groupOf(path) === 'quick').map(absolute),
    browser: paths.filter((path) => groupOf(path) === 'browser').map(absolute),
    alone: paths.filter((path) => groupOf(path) === 'alone').map(absolute),
    needsBrowser: paths.some(isInBrowser),
  };
}

/** The group of a test file, decided by its folder under `test/`. Races are about order and run with the rest. */
export function groupOf(path: string): Group {
  if (isInBrowser(path)) return measuringInBrowser.includes(path) ? 'alone' : 'browser';
  const isDisturbed = path.startsWith('test/faults/') || path.startsWith('test/chaos/');
  return isDisturbed && !path.endsWith('races.test.ts') ? 'alone' : 'quick';
}

function isInBrowser(path: string): boolean {
  return path.startsWith('test/browser/');
}

function withForwardSlashes(path: string): string {
  return path.replaceAll('\\', '/');
}
