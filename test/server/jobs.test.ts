import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { startJobs } from '../../src/server/jobs.ts';
import { FixedClock } from '../laboratory.ts';

/** Timers and chance in the test's hands, and jobs that note when they ran. */
function createBench() {
  const planned = new Map<number, () => void>();
  const ran: string[] = [];
  const failures: string[] = [];
  let chance = 0;
  let isFailing = false;
  const note = async (name: string): Promise<void> => {
    ran.push(name);
    if (isFailing) throw new Error('away');
  };
  const jobs = () =>
    startJobs(
      {
        sessions: {
          sweep: () => note('sweep').then(() => 0),
          purge: () => note('purge sessions').then(() => 0),
        },
        accounts: { purge: () => note('purge accounts') },
        clock: new FixedClock(),
        random: { bytes: (count) => new Uint8Array(count).fill(chance) },
        timers: {
          after: (delayMs, task) => {
            planned.set(Math.round(delayMs), task);
            return () => planned.delete(Math.round(delayMs));
          },
        },
      },
      (job) => failures.push(job),
    );
  return {
    ...{ planned, ran, failures, jobs },
    luck: (byte: number) => {
      chance = byte;
    },
    fail: () => {
      isFailing = true;
    },
    /** The timer planned for then fires. */
    fire: async (delayMs: number) => {
      const task = planned.get(delayMs);
      planned.delete(delayMs);
      task?.();
      await setImmediate();
    },
  };
}

describe('the jobs', () => {
  it('pause five seconds and an hour at most, and up to two fifths less by chance', async () => {
    const { planned, ran, jobs, luck, fire } = createBench();
    jobs();
    assert.deepEqual([...planned.keys()], [5_000, 3_600_000]);
    luck(255);
    await fire(5_000);
    assert.deepEqual(ran, ['sweep']);
    assert.deepEqual([...planned.keys()], [3_600_000, 3_000]);
    await fire(3_600_000);
    assert.deepEqual(ran, ['sweep', 'purge accounts', 'purge sessions']);
    assert.deepEqual([...planned.keys()], [3_000, 2_160_000]);
  });

  it('report a failure and go on', async () => {
    const { planned, failures, jobs, fire, fail } = createBench();
    jobs();
    fail();
    await fire(5_000);
    assert.deepEqual(failures, ['sweep']);
    assert.ok(planned.has(5_000));
  });

  it('stop after a last sweep, which writes the activity still in memory', async () => {
    const { planned, ran, jobs } = createBench();
    await jobs().stop();
    assert.deepEqual(ran, ['sweep']);
    assert.equal(planned.size, 0);
  });
});
