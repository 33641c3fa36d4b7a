import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { AccountTransaction } from '../../src/accounts/ports.ts';
import {
  emptyThrottle,
  keys,
  type Lane,
  returnAttempt,
  returnAttempts,
  rules,
  takeAttempt,
  takeAttempts,
} from '../../src/accounts/throttle.ts';
import type { ThrottleRecord } from '../../src/accounts/user.ts';
import { createMemoryStore } from '../../src/store/memory.ts';

const start = 1_700_000_000_000;
const rule = { burst: 10, secondsPerAttempt: 60 };
const anyRule = fc.record({
  burst: fc.integer({ min: 1, max: 50 }),
  secondsPerAttempt: fc.constantFrom(0.2, 0.7, 1, 3, 5, 30, 60, 600),
});

/** Takes until refused, at one instant. */
function exhaust(
  record: ThrottleRecord,
  now: number,
): { readonly taken: number; readonly record: ThrottleRecord } {
  let [current, taken] = [record, 0];
  for (;;) {
    const answer = takeAttempt(current, rule, now);
    if (!answer.allowed) return { taken, record: current };
    [current, taken] = [answer.record, taken + 1];
  }
}

describe('takeAttempt', () => {
  it('allows the burst at once and says when the next may come', () => {
    const { taken, record } = exhaust(emptyThrottle('k', start), start);
    assert.equal(taken, 10);
    assert.deepEqual(takeAttempt(record, rule, start), { allowed: false, record, retryAfterSeconds: 60 });
    assert.equal(takeAttempt(record, rule, start + 59_000).retryAfterSeconds, 1);
    assert.equal(takeAttempt(record, rule, start + 60_000).allowed, true);
  });

  it('allows the whole burst again after a rest, and never more', () => {
    const { record } = exhaust(emptyThrottle('k', start), start);
    for (const [rest, expected] of [
      [150_000, 2],
      [600_000, 10],
      [900_000_000, 10],
    ] as const) {
      assert.equal(exhaust(record, start + rest).taken, expected);
    }
  });

  it('gives nothing back to a clock that steps backwards', () => {
    const { record } = exhaust(emptyThrottle('k', start), start);
    const answer = takeAttempt(record, rule, start - 3_600_000);
    assert.equal(answer.allowed, false);
    assert.equal(answer.retryAfterSeconds, 3660);
    assert.equal(takeAttempt(answer.record, rule, start).allowed, false);
    const half = { key: 'k', level: 5, at: start };
    const back = takeAttempt(half, rule, start - 3_600_000);
    assert.equal(exhaust(back.record, start).taken, 4);
  });

  it('allows no more than the burst and what the passing time gives, however the clock jumps', () => {
    const instants = fc.array(fc.integer({ min: 0, max: 300_000 }), { minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(anyRule, instants, (some, offsets) => {
        let record = emptyThrottle('k', start);
        let allowed = 0;
        for (const offset of offsets) {
          const answer = takeAttempt(record, some, start + offset);
          record = answer.record;
          allowed += Number(answer.allowed);
        }
        assert.ok(allowed <= some.burst + Math.max(...offsets) / 1000 / some.secondsPerAttempt + 1e-3);
      }),
    );
  });

  it('tells the wait to the second: then there is room, a second earlier there is none', () => {
    const level = fc.integer({ min: 0, max: 60_000 }).map((thousandths) => thousandths / 1000);
    fc.assert(
      fc.property(anyRule, level, fc.integer({ min: -5000, max: 5000 }), (some, height, offset) => {
        const record = { key: 'k', level: Math.min(height, some.burst), at: start };
        const answer = takeAttempt(record, some, start + offset);
        if (answer.allowed) {
          assert.equal(answer.retryAfterSeconds, 0);
          return;
        }
        assert.deepEqual(answer.record, record);
        assert.ok(Number.isInteger(answer.retryAfterSeconds) && answer.retryAfterSeconds >= 1);
        const then = start + offset + answer.retryAfterSeconds * 1000;
        assert.equal(takeAttempt(record, some, then).allowed, true);
        assert.equal(takeAttempt(record, some, then - 1000).allowed, false);
      }),
    );
  });
});

describe('returnAttempt', () => {
  it('undoes a take', () => {
    const { record } = exhaust(emptyThrottle('k', start), start);
    const returned = returnAttempt(record, rule, start);
    assert.equal(exhaust(returned, start).taken, 1);
  });

  it('never makes a bucket better than empty, nor moves its time back', () => {
    const empty = returnAttempt(emptyThrottle('k', start), rule, start - 5000);
    assert.deepEqual(empty, { key: 'k', level: 0, at: start });
    assert.equal(exhaust(empty, start).taken, 10);
  });
});

describe('takeAttempts', () => {
  const narrow = { burst: 2, secondsPerAttempt: 10 };
  const lanes: readonly Lane[] = [
    { key: 'wide', rule },
    { key: 'narrow', rule: narrow },
  ];
  const [wide] = lanes;
  assert.ok(wide !== undefined);

  it('takes from all or from none', async () => {
    const store = createMemoryStore();
    const take = (some: readonly Lane[]) => store.write((tx) => takeAttempts(tx, some, start));
    assert.deepEqual(await take(lanes), { allowed: true });
    assert.deepEqual(await take(lanes), { allowed: true });
    assert.deepEqual(await take(lanes), { allowed: false, retryAfterSeconds: 10 });
    assert.equal((await store.throttle('wide'))?.level, 2);
    assert.equal((await store.throttle('narrow'))?.level, 2);
    for (let count = 2; count < 10; count += 1) assert.deepEqual(await take([wide]), { allowed: true });
    assert.deepEqual(await take(lanes), { allowed: false, retryAfterSeconds: 60 });
  });

  it('takes nothing when the transaction fails', async () => {
    const store = createMemoryStore();
    const failing = store.write(async (tx) => {
      await takeAttempts(tx, lanes, start);
      throw new Error('later');
    });
    await assert.rejects(failing, /later/);
    assert.equal(await store.throttle('wide'), null);
  });

  it('lets 200 attempts at once use up the limit exactly (R-096)', async () => {
    const store = createMemoryStore();
    const attempts = Array.from({ length: 200 }, () => store.write((tx) => takeAttempts(tx, [wide], start)));
    const answers = await Promise.all(attempts);
    assert.equal(answers.filter(({ allowed }) => allowed).length, 10);
  });

  it('gives back to every bucket it finds', async () => {
    const store = createMemoryStore();
    await store.write((tx) => takeAttempts(tx, lanes, start));
    await store.write((tx) => returnAttempts(tx, [...lanes, { key: 'never', rule }], start));
    assert.equal((await store.throttle('wide'))?.level, 0);
    assert.equal((await store.throttle('narrow'))?.level, 0);
    assert.equal(await store.throttle('never'), null);
  });

  it('locks in one order, whatever order is asked for', async () => {
    const store = createMemoryStore();
    const orders = [lanes, lanes.toReversed()].map(async (some) => {
      const locked: string[] = [];
      await store.write(async (tx) => takeAttempts(watchingLocks(tx, locked), some, start));
      return locked;
    });
    const [one, two] = await Promise.all(orders);
    assert.deepEqual(one, ['narrow', 'wide']);
    assert.deepEqual(two, one);
  });
});

function watchingLocks(tx: AccountTransaction, locked: string[]): AccountTransaction {
  return new Proxy(tx, {
    get(target, name) {
      if (name === 'lockThrottle') {
        return (key: string) => {
          locked.push(key);
          return target.lockThrottle(key);
        };
      }
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

describe('the rules', () => {
  it('are the documented ones', () => {
    assert.deepEqual(rules, {
      passwordPerAccount: { burst: 10, secondsPerAttempt: 60 },
      passwordPerDevice: { burst: 10, secondsPerAttempt: 30 },
      passwordPerNetwork: { burst: 60, secondsPerAttempt: 5 },
      codePerAccount: { burst: 10, secondsPerAttempt: 60 },
      signUpPerNetwork: { burst: 200, secondsPerAttempt: 5 },
      assessmentPerNetwork: { burst: 300, secondsPerAttempt: 0.2 },
      historyNote: { burst: 30, secondsPerAttempt: 600 },
    });
  });
});

describe('the keys', () => {
  it('differ for every bucket of the same name', () => {
    const all = Object.values(keys).map((key) => key('same'));
    assert.equal(new Set(all).size, all.length);
  });

  it('name an account by the digest of its e-mail, never by the e-mail', () => {
    for (const key of [keys.account('anna@example.com'), keys.note('anna@example.com')]) {
      assert.match(key, /^[a-z]+:account:[\w-]{43}$/);
      assert.doesNotMatch(key, /anna|example/);
    }
    assert.notEqual(keys.account('anna@example.com'), keys.account('anne@example.com'));
  });
});
