/**
 * Many nodes on one database, in a simulation: the real `Sessions` and the real `ClusterNode` of every node; simulated are
 * their clocks, timers, crashes and stalls, the lines between them and the database, and the database itself. One seed
 * decides everything, so a run that failed is the same run again:
 *
 *     node test/simulation/replay.ts 17
 *
 * prints it, event by event. More or other seeds than the usual ones:
 *
 *     FIRST_SEED=100000 SEEDS=5000 node --test test/simulation/simulation.test.ts
 *
 * That the checker sees is shown in `controls.test.ts`, with builds in which one rule is broken.
 */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, it } from 'node:test';
import { Coverage, type Situation, situations } from './coverage.ts';
import { runSeed } from './run.ts';
import { runSeedsApart } from './seeds-process.ts';

const firstSeed = Number(process.env['FIRST_SEED'] ?? '1');
const seeds = Number(process.env['SEEDS'] ?? '3000');
const processes = 2;

/** What all seeds together meet at least, far below what they met when this was written: empty runs prove nothing. */
const atLeast: Readonly<Partial<Record<Situation, number>>> = {
  accepted: 100_000,
  hits: 60_000,
  closedMemory: 12_000,
  frozenVerifies: 40_000,
  afterEnd: 90_000,
  unanswerable: 20_000,
  overtakenReads: 5_000,
  acknowledgements: 10_000,
  waits: 12_000,
  waitsByDeadline: 2_000,
  unknownOutcomes: 1_000,
  unheardCommits: 1_200,
  retries: 20_000,
  rerunChanges: 8_000,
  renewals: 60_000,
  lateRequests: 2_000,
  doubledRequests: 5_000,
  staleRequests: 1_500,
  forgottenNodes: 300,
  removedNodes: 1_000,
  sparedNodes: 100,
  trimmedNews: 400,
  lostWakes: 12_000,
  crashesInside: 300,
  longStalls: 1_000,
  suspensions: 200,
  jumps: 1_500,
  cuts: 1_500,
  halts: 200,
  leaves: 150,
  lateJoins: 400,
};

describe('many nodes on one database', () => {
  it(`accept nothing whose end was acknowledged, and come back from every fault, in ${seeds} runs`, async (test) => {
    const startedAt = performance.now();
    const each = seeds / processes;
    const starts = Array.from({ length: processes }, (_, index) => firstSeed + index * each);
    const reports = await Promise.all(starts.map((first) => runSeedsApart(first, first + each - 1)));
    const failures = reports.flatMap((report) => report.failures);
    assert.deepEqual(failures.map(describeFailure), []);
    const coverage = new Coverage();
    for (const { counts } of reports) coverage.add(counts);
    const perSecond = (seeds / (performance.now() - startedAt)) * 1_000;
    test.diagnostic(`${seeds} seeds, ${perSecond.toFixed(0)} a second\n${coverage.describe()}`);
    for (const [name, count] of Object.entries(atLeast) as [Situation, number][])
      assert.ok(coverage.counts[name] >= count, `${situations[name]}: ${coverage.counts[name]} of ${count}`);
  });

  it('do exactly the same again with the same seed', async () => {
    for (const seed of [1, 2, 3, 16]) assert.equal(await fingerprint(seed), await fingerprint(seed));
    assert.notEqual(await fingerprint(1), await fingerprint(2));
  });
});

async function fingerprint(seed: number): Promise<string> {
  const lines: string[] = [];
  const { coverage } = await runSeed(seed, { trace: (line) => lines.push(line) });
  assert.ok(lines.length > 50);
  return hash('sha256', `${lines.join('\n')}\n${coverage.describe()}`);
}

function describeFailure({ seed, violation }: { seed: number; violation: { sentence: string } }): string {
  return `seed ${seed}: ${violation.sentence}; see it with: node test/simulation/replay.ts ${seed}`;
}
