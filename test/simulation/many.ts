import { Coverage } from './coverage.ts';
import { runSeed } from './run.ts';

/** What became of many seeds. */
export interface ManyResult {
  readonly seeds: number;
  /** The first seeds with a violation, and what it was. */
  readonly failures: readonly { readonly seed: number; readonly violation: string }[];
  readonly coverage: Coverage;
}

/** Runs the seeds from `first` to `last`, until so many have failed. */
export async function runSeeds(first: number, last: number, maxFailures: number = 3): Promise<ManyResult> {
  const coverage = new Coverage();
  const failures: { seed: number; violation: string }[] = [];
  let seed = first;
  for (; seed <= last && failures.length < maxFailures; seed += 1) {
    const result = await runSeed(seed);
    coverage.add(result.coverage.counts);
    const [violation] = result.violations;
    if (violation !== undefined) failures.push({ seed, violation });
  }
  return { seeds: seed - first, failures, coverage };
}
