import assert from 'node:assert/strict';
import type { ConformanceCase } from './case.ts';
import { aPendingSignIn, countTrue, givenUser, newId, now } from './samples.ts';

export const pendingSignInCases: readonly ConformanceCase[] = [
  {
    name: 'gives a pending sign-in back as it was inserted',
    async run(store, { random }) {
      const { id: userId } = await givenUser(store, random);
      const pending = aPendingSignIn(random, userId);
      await store.write((tx) => tx.insertPendingSignIn(pending));
      assert.deepEqual(await store.pendingSignIn(pending.id), pending);
      assert.deepEqual(await store.write((tx) => tx.findPendingSignIn(pending.id)), pending);
      assert.equal(await store.pendingSignIn(newId(random)), null);
    },
  },
  {
    name: 'refuses a pending sign-in of a user that does not exist',
    async run(store, { random }) {
      const pending = aPendingSignIn(random, newId(random));
      await assert.rejects(
        store.write((tx) => tx.insertPendingSignIn(pending)),
        { code: 'unexpected' },
      );
    },
  },
  {
    name: 'lets one of 100 callers take a pending sign-in',
    async run(store, { random }) {
      const { id: userId } = await givenUser(store, random);
      const { id, ...rest } = aPendingSignIn(random, userId);
      await store.write((tx) => tx.insertPendingSignIn({ id, ...rest }));
      assert.equal(await countTrue(100, () => store.write((tx) => tx.takePendingSignIn(id))), 1);
      assert.equal(await store.pendingSignIn(id), null);
    },
  },
  {
    name: 'counts every failure of a pending sign-in, also those at once',
    async run(store, { random }) {
      const { id: userId } = await givenUser(store, random);
      const pending = aPendingSignIn(random, userId);
      await store.write((tx) => tx.insertPendingSignIn(pending));
      const count = () => store.write((tx) => tx.countPendingFailure(pending.id));
      await Promise.all(Array.from({ length: 7 }, count));
      assert.deepEqual(await store.pendingSignIn(pending.id), { ...pending, failures: 7 });
      await store.write((tx) => tx.countPendingFailure(newId(random)));
    },
  },
  {
    name: "removes all pending sign-ins of a user and nobody else's",
    async run(store, { random }) {
      const owner = await givenUser(store, random);
      const other = await givenUser(store, random);
      const ofOwner = [aPendingSignIn(random, owner.id), aPendingSignIn(random, owner.id)];
      const ofOther = aPendingSignIn(random, other.id);
      await store.write(async (tx) => {
        for (const pending of [...ofOwner, ofOther]) await tx.insertPendingSignIn(pending);
      });
      await store.write((tx) => tx.removePendingSignInsOf(owner.id));
      for (const { id } of ofOwner) assert.equal(await store.pendingSignIn(id), null);
      assert.deepEqual(await store.pendingSignIn(ofOther.id), ofOther);
    },
  },
];

export const throttleCases: readonly ConformanceCase[] = [
  {
    name: 'keeps the last level put into a bucket, whole or in parts',
    async run(store) {
      assert.equal(await store.throttle('account:a'), null);
      assert.equal(await store.write((tx) => tx.lockThrottle('account:a')), null);
      await store.write((tx) => tx.putThrottle({ key: 'account:a', level: 1, at: now }));
      const last = { key: 'account:a', level: 2.25, at: now + 1 };
      await store.write((tx) => tx.putThrottle(last));
      assert.deepEqual(await store.throttle('account:a'), last);
      assert.deepEqual(await store.write((tx) => tx.lockThrottle('account:a')), last);
      assert.equal(await store.throttle('account:b'), null);
    },
  },
  {
    name: 'counts every attempt of 100 at once in a bucket',
    async run(store) {
      const attempt = () =>
        store.write(async (tx) => {
          const level = (await tx.lockThrottle('network'))?.level ?? 0;
          await tx.putThrottle({ key: 'network', level: level + 1, at: now });
        });
      await Promise.all(Array.from({ length: 100 }, attempt));
      assert.equal((await store.throttle('network'))?.level, 100);
    },
  },
  {
    name: 'purges pending sign-ins that expired and buckets untouched before the instant, and no others',
    async run(store, { random }) {
      const { id: userId } = await givenUser(store, random);
      const expired = aPendingSignIn(random, userId, { expiresAt: now - 1 });
      const running = aPendingSignIn(random, userId, { expiresAt: now });
      const touched = { key: 'touched', level: 1, at: now };
      await store.write(async (tx) => {
        await tx.insertPendingSignIn(expired);
        await tx.insertPendingSignIn(running);
        await tx.putThrottle({ key: 'untouched', level: 1, at: now - 1 });
        await tx.putThrottle(touched);
      });
      await store.write((tx) => tx.purgeAttempts(now));
      assert.equal(await store.pendingSignIn(expired.id), null);
      assert.deepEqual(await store.pendingSignIn(running.id), running);
      assert.equal(await store.throttle('untouched'), null);
      assert.deepEqual(await store.throttle('touched'), touched);
    },
  },
];
