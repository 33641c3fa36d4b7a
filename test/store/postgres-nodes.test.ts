import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { AccountTransaction } from '../../src/accounts/ports.ts';
import { policyOf } from '../../src/engine/policy.ts';
import { Sessions } from '../../src/engine/sessions.ts';
import { systemClock, systemRandom } from '../../src/engine/system.ts';
import {
  aPendingSignIn,
  aTermination,
  aTotp,
  digestFor,
  givenSession,
  givenUser,
  newId,
  now,
  origin,
} from '../../src/store/conformance/samples.ts';
import type { PostgresStore } from '../../src/store/postgres.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { openNode, PostgresSchemas } from './postgres-schemas.ts';

type Change<T> = (transaction: AccountTransaction) => Promise<T>;

const raise =
  (userId: string): Change<void> =>
  async (tx) => {
    const { epoch } = await tx.standing(userId);
    await tx.putStanding(userId, { epoch: epoch + 1, isDisabled: false });
  };

describe('two nodes on one PostgreSQL database', () => {
  let server: PostgresServer;
  let schemas: PostgresSchemas;
  before(async () => {
    server = await startPostgres();
    schemas = await PostgresSchemas.on(server);
  });
  after(() => server.stop());

  const openBoth = async (test: TestContext): Promise<readonly [PostgresStore, PostgresStore]> => {
    const url = await schemas.make();
    return [await openNode(test, url, { nodeId: 'one' }), await openNode(test, url, { nodeId: 'two' })];
  };
  /** Sends the change again and again, to both at once, so that groups of both meet. */
  const race = async <T>(stores: readonly PostgresStore[], times: number, change: Change<T>): Promise<T[]> =>
    Promise.all(
      Array.from({ length: times }, (_, n) => n % stores.length).map((n) => write(stores, n, change)),
    );
  const write = <T>(stores: readonly PostgresStore[], n: number, change: Change<T>): Promise<T> => {
    const store = stores[n];
    assert.ok(store !== undefined);
    return store.write(change);
  };
  const countTrue = (answers: readonly boolean[]): number => answers.filter((answer) => answer).length;

  it('lose no raise of an epoch, of a user without a row', async (test) => {
    const stores = await openBoth(test);
    const userId = newId(systemRandom);
    await race(stores, 100, raise(userId));
    assert.equal((await stores[0].standingOf(userId)).epoch, 100);
  });

  it('raise the epoch of the instance once for each', async (test) => {
    const stores = await openBoth(test);
    await race(stores, 20, async (tx) => tx.putInstanceEpoch((await tx.instanceEpoch()) + 1));
    assert.equal(await stores[1].instanceEpochNow(), 20);
    await stores[0].write((tx) => tx.putInstanceEpoch(7));
    assert.equal(await stores[1].instanceEpochNow(), 21);
  });

  it('accept one time step, one recovery code and one pending sign-in once', async (test) => {
    const stores = await openBoth(test);
    const { id: userId } = await givenUser(stores[0], systemRandom);
    const pending = aPendingSignIn(systemRandom, userId);
    await stores[0].write(async (tx) => {
      await tx.putTotp(aTotp(userId));
      await tx.putRecoveryCodes(userId, [digestFor('code')]);
      await tx.insertPendingSignIn(pending);
    });
    const attempts: readonly Change<boolean>[] = [
      (tx) => tx.acceptTotpStep(userId, 7),
      (tx) => tx.useRecoveryCode(userId, digestFor('code'), now),
      (tx) => tx.takePendingSignIn(pending.id),
    ];
    for (const attempt of attempts) assert.equal(countTrue(await race(stores, 20, attempt)), 1);
  });

  it('count every attempt in a bucket, also the first', async (test) => {
    const stores = await openBoth(test);
    await race(stores, 60, async (tx) => {
      const level = (await tx.lockThrottle('network'))?.level ?? 0;
      await tx.putThrottle({ key: 'network', level: level + 1, at: now });
    });
    assert.equal((await stores[0].throttle('network'))?.level, 60);
  });

  it('decide on a pending sign-in that the other can not remove meanwhile', async (test) => {
    const stores = await openBoth(test);
    const { id: userId } = await givenUser(stores[0], systemRandom);
    const pending = aPendingSignIn(systemRandom, userId);
    await stores[0].write((tx) => tx.insertPendingSignIn(pending));
    const found = Promise.withResolvers<void>();
    const isRemoved = { value: false };
    const removing = found.promise.then(() =>
      stores[1].write(async (tx) => {
        await tx.findUser(userId);
        isRemoved.value = true;
        await tx.removePendingSignInsOf(userId);
      }),
    );
    await stores[0].write(async (tx) => {
      assert.notEqual(await tx.findPendingSignIn(pending.id), null);
      found.resolve();
      // Longer than the other's first wait for the lock, so that it has given way and tried again.
      for (let read = 0; read < 400; read += 1) await tx.findUser(userId);
      assert.equal(isRemoved.value, false);
      assert.equal(await tx.takePendingSignIn(pending.id), true);
    });
    await removing;
  });

  it('keep the limit of sessions together', async (test) => {
    const stores = await openBoth(test);
    const policy = policyOf('standard', { sessionLimit: 5 });
    const engines = stores.map(
      (store) =>
        new Sessions({
          ...{ store, policy, clock: systemClock, random: systemRandom },
          signals: { publish: () => undefined },
        }),
    );
    const input = { userId: 'ada', origin, proofs: [], persistence: 'browser', deviceToken: null } as const;
    const establish = (n: number) => engines[n % 2]?.establish({ ...input, replaces: null });
    const established = await Promise.all(Array.from({ length: 40 }, (_, n) => establish(n)));
    assert.ok(established.every((session) => session !== null));
    assert.equal((await stores[0].sessionsOf('ada')).length, 5);
  });

  it('both succeed when they lock two users in opposite order', async (test) => {
    const stores = await openBoth(test);
    const users = [newId(systemRandom), newId(systemRandom)] as const;
    const holding = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    const attempts = [0, 0];
    const cross = (mine: 0 | 1, other: 0 | 1) =>
      stores[mine].write(async (tx) => {
        attempts[mine] = (attempts[mine] ?? 0) + 1;
        await raise(users[mine])(tx);
        holding[mine].resolve();
        await holding[other].promise;
        await raise(users[other])(tx);
      });
    await Promise.all([cross(0, 1), cross(1, 0)]);
    for (const userId of users) assert.equal((await stores[0].standingOf(userId)).epoch, 2);
    assert.ok(Math.max(...attempts) > 1, 'one of them gave way and was tried again');
  });

  it('both succeed when their groups hold what the other waits for', async (test) => {
    const stores = await openBoth(test);
    const users = Array.from({ length: 8 }, () => newId(systemRandom));
    const all = [users, users.toReversed()].flatMap((order, n) =>
      [...order, ...order, ...order].map((userId) => write(stores, n, raise(userId))),
    );
    await Promise.all(all);
    for (const userId of users) assert.equal((await stores[1].standingOf(userId)).epoch, 6);
  });

  it('end a session once, with the reason of the one told so', async (test) => {
    const stores = await openBoth(test);
    const session = await givenSession(stores[0], systemRandom);
    const end = (n: 0 | 1, reason: 'signed_out' | 'revoked') =>
      stores[n].write((tx) => tx.terminateSessions([session.id], aTermination({ reason })));
    const [signedOut, revoked] = await Promise.all([end(0, 'signed_out'), end(1, 'revoked')]);
    assert.equal(signedOut.length + revoked.length, 1);
    const reason = signedOut.length === 1 ? 'signed_out' : 'revoked';
    assert.equal((await stores[0].lookUp(session.id))?.session.termination?.reason, reason);
  });

  it('record the same activities in any order, keeping the latest', async (test) => {
    const stores = await openBoth(test);
    const sessions = await Promise.all(
      Array.from({ length: 30 }, () => givenSession(stores[0], systemRandom)),
    );
    const activities = sessions.map(({ id }) => ({ sessionId: id, at: now + 1 }));
    const later = activities.toReversed().map(({ sessionId }) => ({ sessionId, at: now + 2 }));
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        write(stores, n % 2, (tx) => tx.recordActivity(n % 2 === 0 ? activities : later)),
      ),
    );
    for (const { id } of sessions) {
      assert.equal((await stores[0].lookUp(id))?.session.lastActiveAt, now + 2);
    }
  });
});
