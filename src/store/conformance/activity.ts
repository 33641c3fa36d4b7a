import assert from 'node:assert/strict';
import type { ConformanceCase } from './case.ts';
import { anEvent, aTermination, givenSession, newId, now } from './samples.ts';

export const activityCases: readonly ConformanceCase[] = [
  {
    name: 'moves activity forward and never back',
    async run(store, { random }) {
      const { id } = await givenSession(store, random);
      const record = async (at: number): Promise<number | undefined> => {
        await store.write((tx) => tx.recordActivity([{ sessionId: id, at }]));
        return (await store.lookUp(id))?.session.lastActiveAt;
      };
      assert.equal(await record(now + 10), now + 10);
      assert.equal(await record(now + 5), now + 10);
      assert.equal(await record(now + 10), now + 10);
      assert.equal(await record(now + 11), now + 11);
    },
  },
  {
    name: 'keeps the latest of several activities of one session, and forgives unknown ids',
    async run(store, { random }) {
      const { id } = await givenSession(store, random);
      const activities = [
        { sessionId: id, at: now + 2 },
        { sessionId: newId(random), at: now + 9 },
        { sessionId: id, at: now + 7 },
        { sessionId: id, at: now + 3 },
      ];
      await store.write((transaction) => transaction.recordActivity(activities));
      assert.equal((await store.lookUp(id))?.session.lastActiveAt, now + 7);
    },
  },
  {
    name: 'records no activity of a terminated session',
    async run(store, { random }) {
      const session = await givenSession(store, random, { termination: aTermination() });
      await store.write((tx) => tx.recordActivity([{ sessionId: session.id, at: now + 60_000 }]));
      assert.deepEqual((await store.lookUp(session.id))?.session, session);
    },
  },
  {
    name: 'finds open sessions overdue by either instant, and no others',
    async run(store, { random }) {
      const byProof = await givenSession(store, random, { authenticatedAt: now - 11, lastActiveAt: now });
      const byActivity = await givenSession(store, random, { authenticatedAt: now, lastActiveAt: now - 21 });
      await givenSession(store, random, { authenticatedAt: now - 10, lastActiveAt: now - 20 });
      await givenSession(store, random, { authenticatedAt: now - 99, termination: aTermination() });
      const overdue = { authenticatedBefore: now - 10, activeBefore: now - 20 };
      const found = await store.overdueSessions(overdue, 10);
      assert.deepEqual(new Set(found.map(({ id }) => id)), new Set([byProof.id, byActivity.id]));
      assert.equal((await store.overdueSessions(overdue, 1)).length, 1);
    },
  },
  {
    name: 'purges sessions ended and history made before the instant, and nothing else',
    async run(store, { random }) {
      const userId = newId(random);
      const end = (at: number) => ({ userId, termination: aTermination({ at }) });
      const gone = await givenSession(store, random, end(now - 1));
      const kept = await givenSession(store, random, end(now));
      const open = await givenSession(store, random, { userId, establishedAt: now - 9_000 });
      const old = anEvent(random, userId, { at: now - 1 });
      const recent = anEvent(random, userId, { at: now });
      await store.write((transaction) => transaction.appendHistory([old, recent]));
      assert.equal(await store.purge(now, 10), 2);
      assert.equal(await store.lookUp(gone.id), null);
      assert.deepEqual((await store.lookUp(kept.id))?.session, kept);
      assert.deepEqual((await store.lookUp(open.id))?.session, open);
      assert.deepEqual(await store.historyOf(userId, null, 10), [recent]);
      assert.equal(await store.purge(now, 10), 0);
    },
  },
  {
    name: 'purges at most the limit of each, oldest first',
    async run(store, { random }) {
      const userId = newId(random);
      const ends = [now - 3, now - 1, now - 2];
      for (const at of ends) {
        await givenSession(store, random, { userId, termination: aTermination({ at }) });
        await store.write((tx) => tx.appendHistory([anEvent(random, userId, { at })]));
      }
      assert.equal(await store.purge(now, 2), 4);
      const left = await store.historyOf(userId, null, 10);
      assert.deepEqual(
        left.map(({ at }) => at),
        [now - 1],
      );
      assert.equal(await store.purge(now, 2), 2);
    },
  },
];
