import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { theSystem } from '../../src/engine/changes.ts';
import { RollcallError } from '../../src/errors.ts';
import { createLaboratory, minute } from '../laboratory.ts';

const gone = (error: unknown): boolean =>
  error instanceof RollcallError && error.code === 'no_active_session';

describe('establish', () => {
  test('supersedes the older session of the same device and keeps the device', async () => {
    const { sessions, establish } = createLaboratory();
    const first = await establish();
    const second = await establish({ deviceToken: first.deviceToken });
    assert.equal(second.device.id, first.device.id);
    assert.equal(second.deviceToken, null);
    assert.deepEqual(await sessions.verify(first.token), { isActive: false, reason: 'superseded' });
    assert.equal((await sessions.list('mara')).length, 1);
  });

  test('gives two users of one browser the same cookie and devices of their own', async () => {
    const { sessions, establish } = createLaboratory();
    const mara = await establish();
    const noor = await establish({ userId: 'noor', deviceToken: mara.deviceToken });
    assert.equal(noor.deviceToken, null);
    assert.notEqual(noor.device.id, mara.device.id);
    const again = await establish({ deviceToken: mara.deviceToken });
    assert.equal(again.device.id, mara.device.id);
    assert.equal((await sessions.list('noor')).length, 1);
  });

  test('ends the session the client held before, even of another user', async () => {
    const { sessions, establish } = createLaboratory();
    const mara = await establish();
    await establish({ userId: 'noor', replaces: mara.session });
    assert.deepEqual(await sessions.verify(mara.token), { isActive: false, reason: 'superseded' });
  });

  test('never exceeds the session limit, also twenty at once, and ends the longest idle', async () => {
    const { sessions, establish, clock } = createLaboratory({ sessionLimit: 5 });
    const oldest = await establish();
    clock.advance(minute);
    await Promise.all(Array.from({ length: 20 }, () => establish()));
    assert.equal((await sessions.list('mara')).length, 5);
    assert.deepEqual(await sessions.verify(oldest.token), { isActive: false, reason: 'session_limit' });
  });

  test('is refused for a disabled user, whose sessions have ended and stay so when enabled again', async () => {
    const { sessions, establish } = createLaboratory();
    const { token } = await establish();
    await sessions.putDisabled('mara', true, theSystem());
    assert.deepEqual(await sessions.verify(token), { isActive: false, reason: 'user_disabled' });
    await assert.rejects(establish());
    await sessions.putDisabled('mara', false, theSystem());
    assert.deepEqual(await sessions.verify(token), { isActive: false, reason: 'user_disabled' });
    assert.ok(await establish());
  });
});

describe('rotate', () => {
  test('kills the old token and keeps the session id', async () => {
    const { sessions, establish } = createLaboratory();
    const { token, session } = await establish();
    await sessions.verify(token);
    const rotated = await sessions.rotate(session, []);
    assert.equal(rotated.session.id, session.id);
    assert.deepEqual(await sessions.verify(token), { isActive: false, reason: 'unknown' });
    assert.ok((await sessions.verify(rotated.token)).isActive);
  });

  test('is refused once the session ended', async () => {
    const { sessions, establish } = createLaboratory();
    const { session } = await establish();
    await sessions.signOut(session);
    await assert.rejects(sessions.rotate(session, []), gone);
  });
});

describe('ending sessions', () => {
  test('signs out the asking session alone', async () => {
    const { sessions, establish } = createLaboratory();
    const here = await establish();
    const there = await establish();
    await sessions.signOut(here.session);
    assert.deepEqual(await sessions.verify(here.token), { isActive: false, reason: 'signed_out' });
    assert.ok((await sessions.verify(there.token)).isActive);
  });

  test('revokes another session of the user, with who did it in the history', async () => {
    const { sessions, establish, clock } = createLaboratory();
    const here = await establish();
    const there = await establish();
    await sessions.labelDevice(here.session, here.device.id, 'Work laptop');
    await sessions.labelDevice(here.session, there.device.id, 'Old phone');
    clock.advance(minute);
    await sessions.revoke(here.session, there.session.id);
    assert.deepEqual(await sessions.verify(there.token), { isActive: false, reason: 'revoked' });
    const [end] = await sessions.history('mara', null, 1);
    assert.equal(end?.reason, 'revoked');
    assert.equal(end?.deviceName, 'Old phone');
    assert.deepEqual(end?.actor, { kind: 'user', sessionId: here.session.id, deviceName: 'Work laptop' });
  });

  test('does nothing, without a difference, for an unknown, an ended and another user’s session', async () => {
    const { sessions, establish } = createLaboratory();
    const here = await establish();
    const ended = await establish();
    const foreign = await establish({ userId: 'noor' });
    await sessions.revoke(here.session, ended.session.id);
    for (const id of ['', 'x', here.session.id.slice(1), ended.session.id, foreign.session.id]) {
      assert.equal(await sessions.revoke(here.session, id), undefined);
    }
    assert.ok((await sessions.verify(foreign.token)).isActive);
    const ends = (await sessions.history('mara', null, 50)).filter(
      ({ type }) => type === 'session.terminated',
    );
    assert.equal(ends.length, 1);
  });

  test('revokes all others and keeps the asking one, also when its token rotates meanwhile', async () => {
    const { sessions, establish } = createLaboratory();
    const here = await establish();
    const others = await Promise.all([establish(), establish(), establish()]);
    const [count, rotated] = await Promise.all([
      sessions.revokeOthers(here.session),
      sessions.rotate(here.session, []),
    ]);
    assert.equal(count, 3);
    assert.ok((await sessions.verify(rotated.token)).isActive);
    for (const { token } of others) assert.equal((await sessions.verify(token)).isActive, false);
  });

  test('revokes every session of a user and leaves other users alone', async () => {
    const { sessions, establish } = createLaboratory();
    const mine = await Promise.all([establish(), establish()]);
    const foreign = await establish({ userId: 'noor' });
    for (const { token } of mine) await sessions.verify(token);
    assert.equal(await sessions.revokeAll('mara', 'reported', theSystem()), 2);
    for (const { token } of mine)
      assert.deepEqual(await sessions.verify(token), { isActive: false, reason: 'reported' });
    assert.ok((await sessions.verify(foreign.token)).isActive);
  });

  test('revokes everything in one write, from memory too', async () => {
    const { sessions, establish } = createLaboratory();
    const all = await Promise.all(['mara', 'noor', 'ole'].map((userId) => establish({ userId })));
    for (const { token } of all) await sessions.verify(token);
    await sessions.revokeEverything();
    for (const { token } of all) assert.equal((await sessions.verify(token)).isActive, false);
    assert.deepEqual(await sessions.list('mara'), []);
  });

  test('is refused to a session that was itself ended meanwhile', async () => {
    const { sessions, establish } = createLaboratory();
    const owner = await establish();
    const thief = await establish();
    await sessions.revoke(owner.session, thief.session.id);
    await assert.rejects(sessions.revoke(thief.session, owner.session.id), gone);
    await assert.rejects(sessions.revokeOthers(thief.session), gone);
    await assert.rejects(sessions.labelDevice(thief.session, owner.device.id, 'mine'), gone);
    assert.ok((await sessions.verify(owner.token)).isActive);
  });

  test('is refused to a request that runs on with a token that was replaced meanwhile', async () => {
    const { sessions, establish } = createLaboratory();
    const [here, there] = [await establish(), await establish()];
    const { session } = await sessions.rotate(here.session, []);
    await assert.rejects(sessions.revoke(here.session, there.session.id), gone);
    await assert.rejects(sessions.revokeOthers(here.session), gone);
    await assert.rejects(sessions.rotate(here.session, []), gone);
    await assert.rejects(sessions.labelDevice(here.session, here.device.id, 'Mine'), gone);
    assert.equal((await sessions.list(here.session.userId)).length, 2);
    assert.equal(await sessions.revokeOthers(session), 1);
  });

  test('purges ended sessions and their history after the retention and nothing else', async () => {
    const { sessions, establish, clock, store } = createLaboratory();
    const ended = await establish();
    const kept = await establish();
    await sessions.signOut(ended.session);
    clock.advance(minute);
    assert.ok((await sessions.purge(clock.now())) > 0);
    assert.equal(await store.lookUp(ended.session.id), null);
    assert.ok((await sessions.verify(kept.token)).isActive);
  });
});

describe('signals', () => {
  test('tell each change once, after it became durable', async () => {
    const { sessions, establish, signals } = createLaboratory();
    const here = await establish();
    const there = await establish();
    await sessions.labelDevice(here.session, here.device.id, 'Work laptop');
    const { session } = await sessions.rotate(here.session, []);
    await sessions.revoke(session, there.session.id);
    await sessions.revoke(session, there.session.id);
    const told = signals.map(({ type }) => type);
    assert.deepEqual(told, [
      'session.established',
      'session.established',
      'device.labelled',
      'session.updated',
      'session.terminated',
    ]);
  });
});
