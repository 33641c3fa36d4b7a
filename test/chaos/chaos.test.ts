/**
 * A short cut of `npm run chaos`: every kind of fault once or twice on three servers and a real PostgreSQL, what is measured
 * under them, and the six servers with a rule broken that must be caught.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { mutantOf } from '../simulation/mutants.ts';
import type { Violation } from './checker.ts';
import { controls, provoke } from './controls.ts';
import { faults } from './faults.ts';
import { milliseconds, quantile } from './figures.ts';
import { describe as describeEnded } from './history.ts';
import { measurements } from './measurements.ts';
import { endure } from './ordeal.ts';
import { Recorder } from './recorder.ts';
import { Stage } from './stage.ts';

const secondsEach = 2.5;
const extent = { outageSeconds: 4, halfRenewals: 3 };
/** `SEED=… node --test test/chaos/chaos.test.ts` makes the choices of another run again. */
const seed = process.env['SEED'] ?? String(Date.now());

let postgres: PostgresServer | null = null;
const sharedPostgres = async (): Promise<PostgresServer> => {
  postgres ??= await startPostgres();
  return postgres;
};
after(() => postgres?.stop());

/** No request was accepted or refused that must not be; else the first, and what was asked for its account before. */
function assertNone(violations: readonly Violation[], recorder: Recorder): void {
  const [first] = violations;
  if (first === undefined) return;
  const lines = recorder.historyOf(first.ended.operation.account).slice(-300).map(describeEnded);
  assert.fail(`${first.sentence} (seed ${seed})\n${describeEnded(first.ended)}\n\n${lines.join('\n')}`);
}

describe('three servers on PostgreSQL', () => {
  const recorder = new Recorder();
  let stage: Stage | undefined;
  before(async () => {
    stage = await Stage.set({ nodes: 3, postgres: await sharedPostgres() });
  });
  after(() => stage?.strike());

  for (const fault of faults) {
    it(`accept nothing that ended, and recover: ${fault.name}`, async (test) => {
      assert.ok(stage);
      const report = await endure(stage, recorder, fault, { seconds: secondsEach, residents: 4, seed });
      const { operations, logOuts, logOutMs, unavailable } = report.counts;
      const [p50, p99] = [0.5, 0.99].map((share) => milliseconds(quantile(logOutMs, share)));
      test.diagnostic(
        `${fault.name}: ${operations} operations, ${logOuts} log-outs (p50 ${p50} ms, p99 ${p99} ms), ` +
          `${unavailable} 503s, well again after ${milliseconds(report.recoveryMs)} ms`,
      );
      assertNone(report.counts.violations, recorder);
      assert.deepEqual(stage.crashes, []);
    });
  }

  for (const { name, measure } of measurements) {
    it(`keep their times while ${name}`, async (test) => {
      assert.ok(stage);
      const scene = { recorder, requests: stage.requests, ports: stage.ports };
      await stage.leased();
      const { notes, wrongs } = await measure(stage, scene, extent);
      for (const note of notes) test.diagnostic(note);
      await stage.heal();
      assertNone(recorder.counts.violations, recorder);
      assert.deepEqual(wrongs, []);
      assert.deepEqual(stage.crashes, []);
    });
  }
});

// Two at once: they wait for leases more than they work.
describe('the checker catches servers on which', { concurrency: 2 }, () => {
  for (const control of controls) {
    it(mutantOf(control.mutant).broken, async (test) => {
      const { violation, attempts } = await provoke(control, await sharedPostgres(), 'mutant');
      assert.ok(violation !== null, `not within ${attempts} attempts`);
      test.diagnostic(`${control.mutant}: ${violation.sentence}`);
    });
  }
});
