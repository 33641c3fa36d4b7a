import { globSync } from 'node:fs';
import { join } from 'node:path';

/** The test files, in the groups they run in. */
export type TestFiles = {
  /** They do not mind others beside them. */
  readonly quick: readonly string[];
  /** They drive a browser and measure nothing. They wait for pages more than they work. */
  readonly browser: readonly string[];
  /** They measure in a browser: one at a time, and never beside another browser. */
  readonly measured: readonly string[];
  /** Faults that wait more than they work: one at a time, beside those that measure. */
  readonly patient: readonly string[];
  /** They fill the machine, or measure to the millisecond: nothing runs beside them. */
  readonly alone: readonly string[];
  /** Whether any of them needs a browser. */
  readonly needsBrowser: boolean;
};

/** How a test file runs. */
export type Group = Exclude<keyof TestFiles, 'needsBrowser'>;

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
  const inGroup = (group: Group): readonly string[] =>
    paths.filter((path) => groupOf(path) === group).map((path) => join(root, path));
  return {
    quick: inGroup('quick'),
    browser: inGroup('browser'),
    measured: inGroup('measured'),
    patient: inGroup('patient'),
    alone: inGroup('alone'),
    needsBrowser: paths.some(isInBrowser),
  };
}

/** The group of a test file, decided by its path. Races are about order and run with the rest. */
export function groupOf(path: string): Group {
  if (isInBrowser(path)) return measuringInBrowser.includes(path) ? 'measured' : 'browser';
  if (path === 'test/chaos/chaos.test.ts' || path === 'test/faults/kill.test.ts') return 'alone';
  return path.startsWith('test/faults/') && !path.endsWith('races.test.ts') ? 'patient' : 'quick';
}

function isInBrowser(path: string): boolean {
  return path.startsWith('test/browser/');
}

function withForwardSlashes(path: string): string {
  return path.replaceAll('\\', '/');
}
