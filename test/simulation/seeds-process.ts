import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Situation } from './coverage.ts';
import type { ManyResult } from './many.ts';

const run = promisify(execFile);

/** What a process that ran many seeds said. */
export interface SeedsReport {
  readonly seeds: number;
  readonly failures: ManyResult['failures'];
  readonly counts: Readonly<Record<Situation, number>>;
}

/** Runs the seeds from `first` to `last` in a process of their own; with a mutant, until the promise is broken. */
export async function runSeedsApart(
  first: number,
  last: number,
  mutant: string | null = null,
): Promise<SeedsReport> {
  const mutate = mutant === null ? [] : ['--import', join(import.meta.dirname, 'mutate.ts')];
  const hunt = mutant === null ? [] : ['finality'];
  const script = [join(import.meta.dirname, 'seeds.ts'), String(first), String(last), ...hunt];
  // Runs leave much behind: with more room for the young, collecting it takes half the time.
  const { stdout } = await run(process.execPath, ['--max-semi-space-size=32', ...mutate, ...script], {
    env: { ...process.env, ROLLCALL_MUTANT: mutant ?? '' },
  });
  return JSON.parse(stdout) as SeedsReport;
}
