import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AccountTransaction } from '../../src/accounts/ports.ts';
import type { Activity } from '../../src/engine/ports.ts';
import { mintId, mintToken } from '../../src/engine/token.ts';
import { createLaboratory, day, hour, minute, second } from '../laboratory.ts';

const standard = { inactivity: 14 * day, absolute: 30 * day };

describe('verify', () => {
  test('answers the session from memory without a promise once it has been read', async () => {
    const { sessions, establish } = createLaboratory();
    const { token, session } = await establish();
    const first = await sessions.verify(token);
    assert.ok(first.isActive && first.session.id === session.id);
    const second = sessions.verify(token);
    assert.ok(!(second instanceof Promise) && second.isActive);
  });

  test('names why a token is not accepted', async () => {
    const { sessions, establish, random, clock } = createLaboratory();
    const { token } = await establish();
    const stranger = mintToken('session', mintId(clock.now(), random), random).token;
    assert.deepEqual(await sessions.verify(''), { isActive: false, reason: 'malformed' });
    assert.deepEqual(await sessions.verify(`${token}x`), { isActive: false, reason: 'malformed' });
    assert.deepEqual(await sessions.verify(stranger), { isActive: false, reason: 'unknown' });
  });

  test('refuses a right id with a wrong secret, from the store and from memory', async () => {
    const { sessions, establish, random } = createLaboratory();
    const { session, token } = await establish();
    const forged = mintToken('session', session.id, random).token;
    assert.deepEqual(await sessions.verify(forged), { isActive: false, reason: 'unknown' });
    await sessions.verify(token);
    assert.deepEqual(await sessions.verify(forged), { isActive: false, reason: 'unknown' });
  });

  test('writes nothing', async () => {
    const { sessions, establish, store } = createLaboratory();
    const { token } = await establish();
    let writes = 0;
    const write = store.write.bind(store);
    store.write = (change) => {
      writes += 1;
      return write(change);
    };
    for (let count = 0; count < 1000; count += 1) await sessions.verify(token);
    assert.equal(writes, 0);
  });

  test('rejects when the store cannot be read and the session is not in memory', async () => {
    const { sessions, establish, store } = createLaboratory();
    const { token } = await establish();
    await store.close();
    await assert.rejects(async () => sessions.verify(token));
  });
});

describe('the inactivity timeout', () => {
  test('ends a session exactly at its limit after the last touch, and a touch moves it', async () => {
    const { sessions, establish, clock } = createLaboratory();
    const { token, session } = await establish();
    clock.advance(standard.inactivity - second);
    assert.ok((await sessions.verify(token)).isActive);
    sessions.touch(session);
    clock.advance(standard.inactivity - second);
    assert.ok((await sessions.verify(token)).isActive);
    clock.advance(second);
    assert.deepEqual(await sessions.verify(token), { isActive: false, reason: 'inactivity_timeout' });
  });

  test('is decided on what another process wrote, not on memory alone', async () => {
    const { sessions, establish, clock, store } = createLaboratory();
    const { token, session } = await establish();
    await sessions.verify(token);
    clock.advance(standard.inactivity);
    const at = clock.now() - minute;
    await store.write((tx) => tx.recordActivity([{ sessionId: session.id, at }]));
    assert.ok((await sessions.verify(token)).isActive);
  });
});

describe('the absolute timeout', () => {
  test('ends a session at its limit whatever its activity', async () => {
    const { sessions, establish, clock } = createLaboratory();
    const { token, session } = await establish();
    for (let elapsed = 0; elapsed < standard.absolute - hour; elapsed += hour) {
      clock.advance(hour);
      const verified = await sessions.verify(token);
      assert.ok(verified.isActive);
      sessions.touch(session);
    }
    clock.advance(hour);
    assert.deepEqual(await sessions.verify(token), { isActive: false, reason: 'absolute_timeout' });
  });

  test('counts anew from a new proof, and not from a rotation without one', async () => {
    const { sessions, establish, clock } = createLaboratory({ inactivityTimeoutSeconds: 14 * 86_400 });
    const { session } = await establish();
    clock.advance(10 * day);
    const proven = await sessions.rotate(session, [{ method: 'pwd', at: clock.now() }]);
    clock.advance(13 * day);
    const rotated = await sessions.rotate(proven.session, []);
    clock.advance(13 * day);
    const last = await sessions.rotate(rotated.session, []);
    clock.advance(4 * day - second);
    assert.ok((await sessions.verify(last.token)).isActive);
    clock.advance(second);
    assert.deepEqual(await sessions.verify(last.token), { isActive: false, reason: 'absolute_timeout' });
  });
});

describe('a session found past a timeout', () => {
  test('stays refused when the clock steps back, before and after its end is written', async () => {
    const { sessions, establish, clock } = createLaboratory();
    const { token } = await establish();
    clock.advance(standard.inactivity);
    assert.deepEqual(await sessions.verify(token), { isActive: false, reason: 'inactivity_timeout' });
    clock.advance(-standard.inactivity);
    assert.deepEqual(await sessions.verify(token), { isActive: false, reason: 'inactivity_timeout' });
    assert.equal(await sessions.sweep(), 1);
    assert.deepEqual(await sessions.verify(token), { isActive: false, reason: 'inactivity_timeout' });
  });

  test('is ended once, with its reason, in history and signals', async () => {
    const { sessions, establish, clock, signals } = createLaboratory();
    const { token, session } = await establish();
    clock.advance(standard.absolute);
    await sessions.verify(token);
    assert.equal(await sessions.sweep(), 1);
    assert.equal(await sessions.sweep(), 0);
    const ends = (await sessions.history('mara', null, 50)).filter(
      ({ type }) => type === 'session.terminated',
    );
    assert.deepEqual(
      ends.map(({ sessionId, reason }) => [sessionId, reason]),
      [[session.id, 'absolute_timeout']],
    );
    assert.equal(signals.filter(({ type }) => type === 'session.terminated').length, 1);
  });

  test('is ended by one sweep, however many there are', async () => {
    const { sessions, establish, clock } = createLaboratory();
    for (let user = 0; user < 250; user += 1) await establish({ userId: `user-${user}` });
    clock.advance(15 * day);
    assert.equal(await sessions.sweep(), 250);
    assert.equal(await sessions.sweep(), 0);
  });

  test('is ended by the sweep even if nobody ever asks again', async () => {
    const { sessions, establish, clock } = createLaboratory();
    await establish();
    clock.advance(standard.inactivity);
    assert.equal(await sessions.sweep(), 1);
    assert.deepEqual(await sessions.list('mara'), []);
  });
});

describe('activity', () => {
  test('is seen in the list at once, written once per half minute, and never moves back', async () => {
    const { sessions, establish, clock, store } = createLaboratory();
    const { session, token } = await establish();
    await sessions.verify(token);
    clock.advance(20 * second);
    sessions.touch(session);
    assert.equal((await sessions.list('mara'))[0]?.session.lastActiveAt, clock.now());
    await sessions.sweep();
    assert.equal((await store.lookUp(session.id))?.session.lastActiveAt, session.lastActiveAt);
    clock.advance(20 * second);
    sessions.touch(session);
    const at = clock.now();
    await sessions.sweep();
    assert.equal((await store.lookUp(session.id))?.session.lastActiveAt, at);
    clock.advance(-10 * second);
    sessions.touch(session);
    await sessions.sweep();
    assert.equal((await store.lookUp(session.id))?.session.lastActiveAt, at);
  });

  test('of many sessions is written in steps, so that none holds up other changes for long', async () => {
    const { sessions, establish, clock, store } = createLaboratory();
    const { session } = await establish();
    const steps: number[] = [];
    const write = store.write.bind(store);
    const recording = (tx: AccountTransaction): AccountTransaction =>
      new Proxy(tx, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name);
          if (typeof member !== 'function') return member;
          return (...values: unknown[]) => {
            if (name === 'recordActivity') steps.push((values[0] as readonly Activity[]).length);
            return Reflect.apply(member, target, values);
          };
        },
      });
    store.write = (change) => write((tx) => change(recording(tx)));
    clock.advance(minute);
    for (let n = 0; n < 2_500; n += 1) sessions.touch({ ...session, id: `${session.id}${n}` });
    sessions.touch(session);
    await sessions.sweep();
    assert.deepEqual(steps, [1_000, 1_000, 501]);
    assert.equal((await store.lookUp(session.id))?.session.lastActiveAt, clock.now());
  });
});
