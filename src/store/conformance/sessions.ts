import assert from 'node:assert/strict';
import type { ConformanceCase } from './case.ts';
import { aDevice, aSession, aTermination, digestFor, givenSession, newId, now, system } from './samples.ts';

export const sessionCases: readonly ConformanceCase[] = [
  {
    name: 'gives a session back as it was inserted',
    async run(store, { random }) {
      const session = await givenSession(store, random, { userEpoch: 3, instanceEpoch: 4 });
      assert.deepEqual((await store.lookUp(session.id))?.session, session);
      assert.deepEqual(await store.write((transaction) => transaction.findSession(session.id)), session);
    },
  },
  {
    name: 'gives an inserted termination back with its reason and actor',
    async run(store, { random }) {
      const termination = aTermination({ actor: system, reason: 'superseded' });
      const session = await givenSession(store, random, { termination });
      assert.deepEqual((await store.lookUp(session.id))?.session, session);
    },
  },
  {
    name: 'knows no session of an id never used',
    async run(store, { random }) {
      const id = newId(random);
      assert.equal(await store.lookUp(id), null);
      assert.equal(await store.write((transaction) => transaction.findSession(id)), null);
    },
  },
  {
    name: 'refuses a second session of the same id and keeps the first',
    async run(store, { random }) {
      const session = await givenSession(store, random);
      const second = { ...session, digest: digestFor('second') };
      await assert.rejects(
        store.write((transaction) => transaction.insertSession(second)),
        { code: 'unexpected' },
      );
      assert.equal((await store.lookUp(session.id))?.session.digest, session.digest);
    },
  },
  {
    name: 'refuses a session whose device is unknown, so that every open session has its place in the list',
    async run(store, { random }) {
      const session = aSession(random, aDevice(random));
      await assert.rejects(
        store.write((transaction) => transaction.insertSession(session)),
        { code: 'unexpected' },
      );
      assert.equal(await store.lookUp(session.id), null);
      await store.ping();
    },
  },
  {
    name: "lists a user's open sessions newest first, each with its device",
    async run(store, { random }) {
      const userId = newId(random);
      const older = await givenSession(store, random, { userId, establishedAt: now - 2 });
      const newer = await givenSession(store, random, { userId, establishedAt: now });
      const middle = await givenSession(store, random, { userId, establishedAt: now - 1 });
      await givenSession(store, random, { userId, termination: aTermination() });
      await givenSession(store, random);
      const listed = await store.sessionsOf(userId);
      assert.deepEqual(
        listed.map(({ session }) => session),
        [newer, middle, older],
      );
      assert.deepEqual(
        listed.map(({ device }) => [device.id, device.userId]),
        [newer, middle, older].map((session) => [session.deviceId, userId]),
      );
      assert.deepEqual(await store.write((transaction) => transaction.openSessions(userId)), [
        newer,
        middle,
        older,
      ]);
    },
  },
  {
    name: 'amends what an amendment names and nothing else',
    async run(store, { random }) {
      const session = await givenSession(store, random);
      const amendment = {
        digest: digestFor('rotated'),
        authenticatedAt: now + 5,
        proofs: [...session.proofs, { method: 'otp', at: now + 5 }],
      } as const;
      assert.equal(await store.write((tx) => tx.amendSession(session.id, amendment)), true);
      assert.deepEqual((await store.lookUp(session.id))?.session, { ...session, ...amendment });
      const rest = { userEpoch: 7, instanceEpoch: 8, lastActiveAt: now + 9 };
      assert.equal(await store.write((tx) => tx.amendSession(session.id, rest)), true);
      assert.deepEqual((await store.lookUp(session.id))?.session, { ...session, ...amendment, ...rest });
    },
  },
  {
    name: 'amends only open sessions, also with an empty amendment',
    async run(store, { random }) {
      const open = await givenSession(store, random);
      const ended = await givenSession(store, random, { termination: aTermination() });
      const outcomes = await store.write(async (tx) => [
        await tx.amendSession(open.id, {}),
        await tx.amendSession(ended.id, {}),
        await tx.amendSession(ended.id, { digest: digestFor('rotated'), lastActiveAt: now + 9 }),
        await tx.amendSession(newId(random), { digest: digestFor('rotated') }),
      ]);
      assert.deepEqual(outcomes, [true, false, false, false]);
      assert.deepEqual((await store.lookUp(ended.id))?.session, ended);
    },
  },
  {
    name: 'reports only the sessions a termination ended, in the order asked',
    async run(store, { random }) {
      const first = await givenSession(store, random);
      const second = await givenSession(store, random);
      const ended = await givenSession(store, random, { termination: aTermination() });
      const ids = [second.id, ended.id, newId(random), first.id, second.id];
      const termination = aTermination({ reason: 'reported', at: now + 2_000 });
      assert.deepEqual(await store.write((tx) => tx.terminateSessions(ids, termination)), [
        second.id,
        first.id,
      ]);
      assert.deepEqual((await store.lookUp(first.id))?.session, { ...first, termination });
      assert.deepEqual(await store.write((tx) => tx.terminateSessions([], termination)), []);
    },
  },
  {
    name: 'terminates more sessions at once than one statement takes',
    async run(store, { random }) {
      const device = aDevice(random);
      const sessions = Array.from({ length: 250 }, () => aSession(random, device));
      await store.write(async (transaction) => {
        await transaction.insertDevice(device);
        for (const session of sessions) await transaction.insertSession(session);
      });
      const ids = sessions.map(({ id }) => id);
      assert.deepEqual(await store.write((tx) => tx.terminateSessions(ids, aTermination())), ids);
      assert.deepEqual(await store.sessionsOf(device.userId), []);
    },
  },
  {
    name: 'never overwrites a termination',
    async run(store, { random }) {
      const session = await givenSession(store, random);
      const first = aTermination({ reason: 'signed_out' });
      await store.write((transaction) => transaction.terminateSessions([session.id], first));
      const later = aTermination({ reason: 'revoked', at: now + 9_000 });
      assert.deepEqual(await store.write((tx) => tx.terminateSessions([session.id], later)), []);
      assert.deepEqual((await store.lookUp(session.id))?.session.termination, first);
    },
  },
];
