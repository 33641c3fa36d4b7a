import type { Violation } from './checker.ts';
import { Coverage } from './coverage.ts';
import { runSeed } from './run.ts';

/** What became of many seeds. */
export interface ManyResult {
  readonly seeds: number;
  /** The first seeds with a violation, and what it was. */
  readonly failures: readonly { readonly seed: number; readonly violation: Violation }[];
  readonly coverage: Coverage;
}

/** Which violations count. */
export interface SeedsOptions {
  /** Stops after so many seeds have failed; 3 by default. */
  readonly maxFailures?: number;
  /** Only this kind; all by default. */
  readonly kind?: Violation['kind'];
}

/** Runs the seeds from `first` to `last`. */
export async function runSeeds(first: number, last: number, options: SeedsOptions = {}): Promise<ManyResult> {
  const { maxFailures = 3, kind } = options;
  const coverage = new Coverage();
  const failures: { seed: number; violation: Violation }[] = [];
  let seed = first;
  for (; seed <= last && failures.length < maxFailures; seed += 1) {
    const result = await runSeed(seed);
    coverage.add(result.coverage.counts);
    const violation = result.violations.find((found) => kind === undefined || found.kind === kind);
    if (violation !== undefined) failures.push({ seed, violation });
  }
  return { seeds: seed - first, failures, coverage };
}
