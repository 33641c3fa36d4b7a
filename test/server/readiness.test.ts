import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemTimers } from '../../src/cluster/timers.ts';
import { DatabaseProbe, readinessOf } from '../../src/server/readiness.ts';

const held = { isLeased: true, leaseAgeMs: 214, isLeaseNeeded: false };
const lapsed = { isLeased: false, leaseAgeMs: 1_214, isLeaseNeeded: false };
const never = { isLeased: false, leaseAgeMs: null, isLeaseNeeded: false };

describe('readiness', () => {
  it('rests on the database alone, and tells of the lease', () => {
    assert.deepEqual(readinessOf(true, held), {
      isReady: true,
      lines: ['database: answering', 'lease: held, 0.21 s old'],
    });
    for (const lease of [lapsed, never]) {
      assert.deepEqual(readinessOf(true, lease), {
        isReady: true,
        lines: ['database: answering', 'lease: none, answering from the database'],
      });
      assert.deepEqual(readinessOf(false, lease), {
        isReady: false,
        lines: ['database: not answering', 'lease: none, refusing'],
      });
    }
    assert.deepEqual(readinessOf(false, held), {
      isReady: false,
      lines: ['database: not answering', 'lease: held, 0.21 s old'],
    });
    assert.deepEqual(readinessOf(true, null).lines, [
      'database: answering',
      'lease: not needed by one process',
    ]);
  });
});

describe('readiness where a lease alone shows that the database is still the primary', () => {
  it('is there with a lease, and is not without', () => {
    assert.equal(readinessOf(true, { ...held, isLeaseNeeded: true }).isReady, true);
    assert.deepEqual(readinessOf(true, { ...lapsed, isLeaseNeeded: true }), {
      isReady: false,
      lines: ['database: answering', 'lease: none, refusing'],
    });
  });
});

describe('a probe of the database', () => {
  it('tells whether it answers', async () => {
    assert.equal(await new DatabaseProbe(() => Promise.resolve(), systemTimers).isAnswering(), true);
    const failing = () => Promise.reject(new Error('away'));
    assert.equal(await new DatabaseProbe(failing, systemTimers).isAnswering(), false);
  });

  it('asks once for all that ask meanwhile, and anew for who asks later', async () => {
    const answers: (() => void)[] = [];
    const ping = () => new Promise<void>((resolve) => void answers.push(resolve));
    const probe = new DatabaseProbe(ping, systemTimers);
    const asked = [probe.isAnswering(), probe.isAnswering()];
    assert.equal(answers.length, 1);
    answers[0]?.();
    assert.deepEqual(await Promise.all(asked), [true, true]);
    const later = probe.isAnswering();
    assert.equal(answers.length, 2);
    answers[1]?.();
    assert.equal(await later, true);
  });

  it('gives up on a database that hangs, and does not believe an answer that comes too late', async () => {
    const answers: (() => void)[] = [];
    const ping = () => new Promise<void>((resolve) => void answers.push(resolve));
    let giveUp = (): void => undefined;
    const after = (_delayMs: number, task: () => void) => {
      giveUp = task;
      return () => undefined;
    };
    const probe = new DatabaseProbe(ping, { after });
    const asked = probe.isAnswering();
    giveUp();
    assert.equal(await asked, false);
    answers[0]?.();
    const later = probe.isAnswering();
    assert.equal(answers.length, 2);
    answers[1]?.();
    assert.equal(await later, true);
  });
});
