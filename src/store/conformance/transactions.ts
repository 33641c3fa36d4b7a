import assert from 'node:assert/strict';
import type { AccountTransaction } from '../../accounts/ports.ts';
import type { ConformanceCase } from './case.ts';
import {
  aDevice,
  anEvent,
  aPendingSignIn,
  aSession,
  aTermination,
  aTotp,
  aUser,
  digestFor,
  givenSession,
  givenUser,
  newId,
  now,
  settled,
} from './samples.ts';

const raise = async (transaction: AccountTransaction, userId: string): Promise<number> => {
  const { epoch } = await transaction.standing(userId);
  await transaction.putStanding(userId, { epoch: epoch + 1, isDisabled: false });
  return epoch + 1;
};

export const transactionCases: readonly ConformanceCase[] = [
  {
    name: 'gives back what the change returns, and rejects with the very error it throws',
    async run(store) {
      const value = { some: 'value' };
      assert.equal(await store.write(async () => value), value);
      const error = new Error('of the change');
      await assert.rejects(
        store.write(() => Promise.reject(error)),
        (thrown) => thrown === error,
      );
      await assert.rejects(
        store.write(() => {
          throw error;
        }),
        (thrown) => thrown === error,
      );
    },
  },
  {
    name: 'leaves nothing of a change that throws, whatever it wrote',
    async run(store, { random }) {
      const session = await givenSession(store, random);
      const user = await givenUser(store, random);
      await store.write((tx) => tx.putTotp(aTotp(user.id)));
      const device = aDevice(random);
      const inserted = aSession(random, device);
      const pending = aPendingSignIn(random, user.id);
      const stranger = aUser(random);
      const failing = store.write(async (tx) => {
        await tx.insertDevice(device);
        await tx.insertSession(inserted);
        await tx.terminateSessions([session.id], aTermination());
        await tx.labelDevice(session.userId, session.deviceId, 'Gone');
        await tx.putStanding(session.userId, { epoch: 9, isDisabled: true });
        await tx.putInstanceEpoch(9);
        await tx.appendHistory([anEvent(random, session.userId)]);
        await tx.insertUser(stranger);
        await tx.putPassword(user.id, '$argon2id$new', now + 1);
        await tx.removeTotp(user.id);
        await tx.putRecoveryCodes(user.id, [digestFor('code')]);
        await tx.insertPendingSignIn(pending);
        await tx.putThrottle({ key: 'gone', level: 1, at: now });
        throw new Error('after all that');
      });
      await assert.rejects(failing, { message: 'after all that' });
      assert.equal(await store.device(device.userId, device.id), null);
      assert.equal(await store.lookUp(inserted.id), null);
      const found = await store.lookUp(session.id);
      assert.deepEqual(found, { session, standing: { epoch: 0, isDisabled: false }, instanceEpoch: 0 });
      assert.equal((await store.sessionsOf(session.userId))[0]?.device.label, null);
      assert.deepEqual(await store.historyOf(session.userId, null, 10), []);
      assert.equal(await store.userByEmail(stranger.canonicalEmail), null);
      assert.deepEqual(await store.user(user.id), user);
      assert.deepEqual(await store.totpOf(user.id), aTotp(user.id));
      assert.equal(await store.recoveryCodesLeft(user.id), 0);
      assert.equal(await store.pendingSignIn(pending.id), null);
      assert.equal(await store.throttle('gone'), null);
    },
  },
  {
    name: 'shows a change its own writes',
    async run(store, { random }) {
      const device = aDevice(random);
      const session = aSession(random, device);
      const termination = aTermination();
      await store.write(async (tx) => {
        await tx.insertDevice(device);
        await tx.insertSession(session);
        assert.deepEqual(await tx.findSession(session.id), session);
        assert.deepEqual(await tx.openSessions(device.userId), [session]);
        await tx.terminateSessions([session.id], termination);
        assert.deepEqual(await tx.openSessions(device.userId), []);
        assert.equal(await tx.amendSession(session.id, { lastActiveAt: now + 1 }), false);
        assert.deepEqual(await tx.terminateSessions([session.id], termination), []);
        assert.equal(await raise(tx, device.userId), 1);
        assert.equal(await raise(tx, device.userId), 2);
      });
    },
  },
  {
    name: 'shows reads outside a change only what is committed',
    async run(store, { random }) {
      const session = await givenSession(store, random);
      const fresh = aSession(random, aDevice(random, { id: session.deviceId, userId: session.userId }));
      const pause = Promise.withResolvers<void>();
      const written = Promise.withResolvers<void>();
      const change = store.write(async (tx) => {
        await tx.terminateSessions([session.id], aTermination());
        await tx.insertSession(fresh);
        await raise(tx, session.userId);
        written.resolve();
        await pause.promise;
      });
      await written.promise;
      assert.deepEqual((await store.lookUp(session.id))?.session, session);
      assert.equal(await store.lookUp(fresh.id), null);
      assert.equal((await store.sessionsOf(session.userId)).length, 1);
      assert.equal((await store.standingOf(session.userId)).epoch, 0);
      pause.resolve();
      await change;
      assert.deepEqual((await store.lookUp(session.id))?.session.termination, aTermination());
      assert.equal((await store.standingOf(session.userId)).epoch, 1);
    },
  },
  {
    name: 'runs changes that meet one after another, losing none',
    async run(store, { random }) {
      const userId = newId(random);
      const raises = Array.from({ length: 50 }, () =>
        store.write(async (tx) => {
          const { epoch } = await tx.standing(userId);
          await settled();
          await tx.putStanding(userId, { epoch: epoch + 1, isDisabled: false });
        }),
      );
      await Promise.all(raises);
      assert.equal((await store.standingOf(userId)).epoch, 50);
    },
  },
];

export const groupCases: readonly ConformanceCase[] = [
  {
    name: 'keeps the neighbours of a change that throws',
    async run(store, { random }) {
      const userId = newId(random);
      const outcomes = await Promise.allSettled([
        store.write((tx) => raise(tx, userId)),
        store.write(async (tx) => {
          await raise(tx, userId);
          throw new Error('in the middle');
        }),
        store.write((tx) => raise(tx, userId)),
      ]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      );
      assert.equal((await store.standingOf(userId)).epoch, 2);
    },
  },
  {
    name: 'keeps the neighbours of a change whose row is refused',
    async run(store, { random }) {
      const session = await givenSession(store, random);
      const outcomes = await Promise.allSettled([
        store.write((tx) => raise(tx, session.userId)),
        store.write(async (tx) => {
          await raise(tx, session.userId);
          await tx.insertSession(session);
        }),
        store.write((tx) => raise(tx, session.userId)),
      ]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      );
      assert.equal((await store.standingOf(session.userId)).epoch, 2);
    },
  },
  {
    name: 'refuses a transaction used after its change ended',
    async run(store, { random }) {
      const userId = newId(random);
      const kept: AccountTransaction[] = [];
      await store.write(async (tx) => {
        kept.push(tx);
      });
      for (const transaction of kept) {
        await assert.rejects(raise(transaction, userId), { code: 'unexpected' });
      }
      assert.equal(kept.length, 1);
      assert.equal((await store.standingOf(userId)).epoch, 0);
    },
  },
  {
    name: 'undoes every call of a change that fails while others of its calls are under way',
    async run(store, { random }) {
      const userId = newId(random);
      const failing = store.write(async (tx) => {
        const calls = Array.from({ length: 5 }, (_, n) =>
          tx.putStanding(userId, { epoch: n + 1, isDisabled: true }),
        );
        await Promise.all([Promise.reject(new Error('at once')), ...calls]);
      });
      await assert.rejects(failing, { message: 'at once' });
      await store.write(async () => undefined);
      assert.deepEqual(await store.standingOf(userId), { epoch: 0, isDisabled: false });
    },
  },
  {
    name: 'ends a session once when two changes race for it, with the reason of the one told so',
    async run(store, { random }) {
      const session = await givenSession(store, random);
      const end = (reason: 'signed_out' | 'revoked') =>
        store.write((tx) => tx.terminateSessions([session.id], aTermination({ reason })));
      const [signedOut, revoked] = await Promise.all([end('signed_out'), end('revoked')]);
      assert.equal(signedOut.length + revoked.length, 1);
      const reason = signedOut.length === 1 ? 'signed_out' : 'revoked';
      assert.equal((await store.lookUp(session.id))?.session.termination?.reason, reason);
    },
  },
];
