import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Established } from '../../src/engine/changes.ts';
import { RollcallError } from '../../src/errors.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { createLaboratory, type Laboratory, minute } from '../laboratory.ts';

const rounds = 100;
const folder = mkdtempSync(join(tmpdir(), 'rollcall-races-'));
const sqlite = await openSqliteStore({ path: join(folder, 'races.db') });
after(async () => {
  await sqlite.close();
  rmSync(folder, { recursive: true });
});

/** What races against a log-out. It may win or lose; it may not bring the session back. */
type Rival = (laboratory: Laboratory, target: Established, owner: Established) => Promise<unknown>;

const rivals: Record<string, Rival> = {
  'a running request that fills memory': async ({ sessions }, { token }) => {
    for (let turn = 0; turn < 20; turn += 1) await sessions.verify(token);
  },
  'a touch that is being written': async ({ sessions, clock }, { session }) => {
    clock.advance(minute);
    sessions.touch(session);
    await sessions.sweep();
    sessions.touch(session);
    await sessions.sweep();
  },
  'a rotation': async ({ sessions }, { session }) => sessions.rotate(session, []),
  'a second log-out': async ({ sessions }, { session }, owner) =>
    Promise.all([sessions.revoke(owner.session, session.id), sessions.signOut(session)]),
  'a sign-in on the same device': async ({ establish }, { deviceToken }) => establish({ deviceToken }),
};

/** Waits a random-looking but repeatable number of turns, so that the rivals meet at every point. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
}

async function race(laboratory: Laboratory, rival: Rival, round: number): Promise<void> {
  const { sessions, establish } = laboratory;
  const userId = `user-${round}-${Math.trunc(laboratory.clock.now())}`;
  const owner = await establish({ userId });
  const target = await establish({ userId });
  await sessions.verify(target.token);
  const isRevoked = turns(round % 5).then(() => sessions.revoke(owner.session, target.session.id));
  const outcome = turns(round % 3)
    .then(() =>
      rival({ ...laboratory, establish: (input) => establish({ userId, ...input }) }, target, owner),
    )
    .catch(expectGone);
  await isRevoked;
  const replies = await Promise.all(Array.from({ length: 5 }, async () => sessions.verify(target.token)));
  assert.deepEqual(
    replies.filter(({ isActive }) => isActive),
    [],
    'accepted after the acknowledgement',
  );
  const won = await outcome;
  await sessions.sweep();
  await assertStaysDead(laboratory, target, won);
}

async function assertStaysDead(
  { sessions, store }: Laboratory,
  target: Established,
  won: unknown,
): Promise<void> {
  assert.equal((await sessions.verify(target.token)).isActive, false);
  const isRotated = typeof won === 'object' && won !== null && 'token' in won && !('device' in won);
  if (isRotated)
    assert.equal((await sessions.verify(String(won.token))).isActive, false, 'a rotated token lives on');
  const ids = (await sessions.list(target.session.userId)).map(({ session }) => session.id);
  assert.ok(!ids.includes(target.session.id), 'listed again');
  const reason = (await store.lookUp(target.session.id))?.session.termination?.reason;
  assert.ok(reason !== undefined, 'the record has no end');
  const history = await sessions.history(target.session.userId, null, 50);
  const ends = history.filter(
    (event) => event.type === 'session.terminated' && event.sessionId === target.session.id,
  );
  assert.deepEqual(
    ends.map((event) => event.reason),
    [reason],
    'one end with one reason',
  );
}

function expectGone(error: unknown): null {
  if (error instanceof RollcallError && error.code === 'no_active_session') return null;
  throw error;
}

for (const [storeName, store] of [
  ['memory', undefined],
  ['SQLite', sqlite],
] as const) {
  describe(`a log-out on ${storeName}, ${rounds} times each`, () => {
    for (const [name, rival] of Object.entries(rivals)) {
      test(`is final against ${name}`, async () => {
        const laboratory = createLaboratory({}, store);
        laboratory.clock.advance(Object.keys(rivals).indexOf(name));
        for (let round = 0; round < rounds; round += 1) await race(laboratory, rival, round);
      });
    }
  });
}
