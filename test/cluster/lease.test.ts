import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Lease, momentOf } from '../../src/cluster/lease.ts';
import { systemTimers } from '../../src/cluster/timers.ts';
import type { Clock } from '../../src/engine/ports.ts';

/** Two clocks that move apart when a test moves them. */
class TwoClocks implements Clock {
  wall = 1_000_000;
  counter = 50;

  now(): number {
    return this.wall;
  }

  monotonic(): number {
    return this.counter;
  }

  pass(milliseconds: number): void {
    this.wall += milliseconds;
    this.counter += milliseconds;
  }
}

function createLease(): { clock: TwoClocks; lease: Lease } {
  const clock = new TwoClocks();
  return { clock, lease: new Lease(clock, 1_000) };
}

describe('a lease', () => {
  test('is not held before the first renewal, and has no age', () => {
    const { lease } = createLease();
    assert.deepEqual([lease.isHeld(), lease.ageMs()], [false, null]);
  });

  test('counts from the moment the renewal was sent, not from its answer', () => {
    const { clock, lease } = createLease();
    const sentAt = momentOf(clock);
    clock.pass(900);
    lease.grant(sentAt);
    assert.deepEqual([lease.isHeld(), lease.ageMs()], [true, 900]);
    clock.pass(99);
    assert.equal(lease.isHeld(), true);
    clock.pass(1);
    assert.equal(lease.isHeld(), false);
  });

  test('is not granted by an answer that came after its end', () => {
    const { clock, lease } = createLease();
    const sentAt = momentOf(clock);
    clock.pass(1_000);
    lease.grant(sentAt);
    assert.equal(lease.isHeld(), false);
  });

  test('ends by the wall clock when a suspended machine stopped the other', () => {
    const { clock, lease } = createLease();
    lease.grant(momentOf(clock));
    clock.wall += 1_000;
    assert.equal(lease.isHeld(), false);
  });

  test('ends by the monotonic clock when the wall clock stands still', () => {
    const { clock, lease } = createLease();
    lease.grant(momentOf(clock));
    clock.counter += 1_000;
    assert.equal(lease.isHeld(), false);
  });

  test('is not held while the wall clock shows a time before it was asked for', () => {
    const { clock, lease } = createLease();
    lease.grant(momentOf(clock));
    clock.wall -= 1;
    assert.equal(lease.isHeld(), false);
  });

  test('is waited for until it is granted', async () => {
    const { clock, lease } = createLease();
    const next = lease.next(systemTimers, 60_000);
    lease.grant(momentOf(clock));
    assert.equal(await next, true);
  });

  test('is waited for no longer than asked', async () => {
    const { lease } = createLease();
    assert.equal(await lease.next(systemTimers, 1), false);
  });

  test('is over once it is dropped', () => {
    const { clock, lease } = createLease();
    lease.grant(momentOf(clock));
    lease.drop();
    assert.deepEqual([lease.isHeld(), lease.ageMs()], [false, null]);
  });
});
