import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { AccountTransaction } from '../../src/accounts/ports.ts';
import type { FeedPlace, Revocation } from '../../src/engine/ports.ts';
import { systemRandom } from '../../src/engine/system.ts';
import { RollcallError } from '../../src/errors.ts';
import { givenSession, newId } from '../../src/store/conformance/samples.ts';
import { openConnection } from '../../src/store/postgres/connection.ts';
import { lockOfUser } from '../../src/store/postgres/locks.ts';
import type { PostgresStore } from '../../src/store/postgres.ts';
import { DatabaseLine } from '../database-line.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { CommitLine } from './commit-line.ts';
import { openNode, PostgresSchemas } from './postgres-schemas.ts';

const unavailable = { code: 'store_unavailable' };

const raise =
  (userId: string) =>
  async (tx: AccountTransaction): Promise<void> => {
    const { epoch } = await tx.standing(userId);
    await tx.putStanding(userId, { epoch: epoch + 1, isDisabled: false });
  };

function revocationOf(userId: string): Revocation {
  return { evictions: { sessionIds: [], userIds: [userId], isEverything: false }, ends: [] };
}

/** What came of it and after how many milliseconds. */
async function timed(
  work: () => Promise<unknown>,
): Promise<{ readonly code: string; readonly took: number }> {
  const start = performance.now();
  const code = await work().then(
    () => 'done',
    (error: unknown) => (error instanceof RollcallError ? error.code : String(error)),
  );
  return { code, took: performance.now() - start };
}

/** Milliseconds until the work succeeds, asked again and again. */
async function untilDone(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (;;) {
    if ((await timed(work)).code === 'done') return performance.now() - start;
    assert.ok(performance.now() - start < 10_000, 'still out of service after 10 s');
    await delay(10);
  }
}

/** Does the work until it fails; how it failed. */
async function firstFailure(work: () => Promise<unknown>): Promise<string> {
  for (;;) {
    const { code } = await timed(work);
    if (code !== 'done') return code;
  }
}

describe('the PostgreSQL store when things break', () => {
  let server: PostgresServer;
  let schemas: PostgresSchemas;
  before(async () => {
    server = await startPostgres();
    schemas = await PostgresSchemas.on(server);
  });
  after(() => server.stop());

  const openOnLine = async (test: TestContext) => {
    const line = await DatabaseLine.to(server.port);
    test.after(() => line.close());
    return { line, store: await openNode(test, await schemas.make(line.port)) };
  };
  const openOnCommitLine = async (test: TestContext) => {
    const line = await CommitLine.to(server.port);
    test.after(() => line.close());
    return { line, store: await openNode(test, await schemas.make(line.port)) };
  };
  const groupOf = (store: PostgresStore, users: readonly string[]) =>
    Promise.all(users.map((userId) => timed(() => store.write(raise(userId)))));
  const epochsOf = (store: PostgresStore, users: readonly string[]) =>
    Promise.all(users.map(async (userId) => (await store.standingOf(userId)).epoch));

  const backends = async (): Promise<number> => {
    const own = "select count(*)::int as count from pg_stat_activity where application_name = 'rollcall'";
    return Number((await server.query(own))[0]?.['count']);
  };

  it('tells every change of a group that its outcome is unknown when the answer of the commit is lost', async (test) => {
    const { line, store } = await openOnCommitLine(test);
    const users = ['a', 'b', 'c'];
    await groupOf(store, users);
    line.breakAtCommit('before-the-answer');
    const outcomes = await groupOf(store, users);
    assert.deepEqual(
      outcomes.map(({ code }) => code),
      ['outcome_unknown', 'outcome_unknown', 'outcome_unknown'],
    );
    assert.deepEqual(await epochsOf(store, users), [2, 2, 2]);
    assert.ok((await untilDone(() => store.write(raise('a')))) < 1_000);
  });

  it('tells the same when the commit never reached the database', async (test) => {
    const { line, store } = await openOnCommitLine(test);
    const users = ['a', 'b'];
    await groupOf(store, users);
    line.breakAtCommit('before-the-database');
    const place: { value: FeedPlace | null } = { value: null };
    const change = async (tx: AccountTransaction): Promise<void> => {
      place.value = await tx.publishRevocation(revocationOf('a'));
      await raise('a')(tx);
    };
    const [one, other] = await Promise.all([
      timed(() => store.write(change)),
      timed(() => store.write(raise('b'))),
    ]);
    assert.deepEqual([one.code, other.code], ['outcome_unknown', 'outcome_unknown']);
    assert.deepEqual(await epochsOf(store, users), [1, 1]);
    assert.equal(place.value?.sequence, 0);
  });

  it('keeps nothing of a change whose statement failed, though the change made light of it', async (test) => {
    const store = await openNode(test, await schemas.make());
    const session = await givenSession(store, systemRandom);
    const [careless, other] = await Promise.all([
      timed(() =>
        store.write(async (tx) => {
          await raise('careless')(tx);
          await tx.insertSession(session).catch(() => undefined);
        }),
      ),
      timed(() => store.write(raise('other'))),
    ]);
    assert.deepEqual([careless.code, other.code], ['unexpected', 'done']);
    assert.deepEqual(await epochsOf(store, ['careless', 'other']), [0, 1]);
  });

  it('publishes one entry for a group, without what was undone, under a number known when it is told', async (test) => {
    const store = await openNode(test, await schemas.make());
    await store.cluster.join({ nodeId: 'two', renewal: 1 });
    const end = (userId: string) => (tx: AccountTransaction) => tx.publishRevocation(revocationOf(userId));
    const undone = { place: null as FeedPlace | null };
    const [first, second, failed] = await Promise.all([
      store.write(end('ada')).then(({ sequence }) => sequence),
      store.write(end('bob')).then(({ sequence }) => sequence),
      timed(() =>
        store.write(async (tx) => {
          undone.place = await tx.publishRevocation(revocationOf('eve'));
          throw new Error('after all');
        }),
      ),
    ]);
    assert.deepEqual([first, second, undone.place?.sequence], [1, 1, 0]);
    assert.notEqual(failed.code, 'done');
    await store.write(end('cid'));
    const reply = await store.cluster.renew({ nodeId: 'two', renewal: 2, applied: 0 });
    assert.ok(reply.isKnown);
    assert.deepEqual(
      reply.entries.map(({ sequence, revocations }) => [
        sequence,
        ...revocations.flatMap(({ evictions }) => evictions.userIds),
      ]),
      [
        [1, 'ada', 'bob'],
        [2, 'cid'],
      ],
    );
  });

  it('refuses reads within a second and writes within five when nothing gets through', async (test) => {
    const { line, store } = await openOnLine(test);
    await Promise.all([store.write(raise('a')), store.user('a'), store.lookUp('a')]);
    line.swallow();
    const reads = [() => store.lookUp('a'), () => store.user('a'), () => store.ping()];
    const writes = Array.from({ length: 3 }, () => () => store.write(raise('a')));
    // In two waves, since the first finds connections and the second has to open them.
    for (const _ of ['first', 'second']) {
      const [answers, outcomes] = await Promise.all([
        Promise.all(reads.map(timed)),
        Promise.all(writes.map(timed)),
      ]);
      for (const { code, took } of answers) assert.ok(code === unavailable.code && took < 1_300, `${took}`);
      for (const { code, took } of outcomes) {
        assert.ok(/store_unavailable|outcome_unknown/.test(code) && took < 5_000, `${code} ${took}`);
      }
    }
    line.mend();
    const back = [untilDone(() => store.lookUp('a')), untilDone(() => store.write(raise('a')))];
    for (const took of await Promise.all(back)) assert.ok(took < 2_000, `back after ${took} ms`);
  });

  it('refuses at once while the database is down, and is back well within two seconds of its return', async (test) => {
    const store = await openNode(test, await schemas.make());
    const { id } = await givenSession(store, systemRandom);
    const users = Array.from({ length: 20 }, () => newId(systemRandom));
    const underWay = groupOf(store, users);
    await server.halt('crash');
    for (const { code } of await underWay) assert.match(code, /done|outcome_unknown|store_unavailable/);
    for (let n = 0; n < 50; n += 1) {
      await assert.rejects(store.lookUp(id), unavailable);
      await assert.rejects(store.write(raise('a')), unavailable);
      await delay(5);
    }
    await server.resume();
    const back = [untilDone(() => store.lookUp(id)), untilDone(() => store.write(raise('a')))];
    for (const took of await Promise.all(back)) assert.ok(took < 1_500, `back after ${took} ms`);
    assert.equal((await store.lookUp(id))?.session.id, id);
  });

  it('has what it acknowledged, and each change at most once, after crashes of the database', async (test) => {
    const store = await openNode(test, await schemas.make());
    const tally = { done: 0, unknown: 0 };
    const clients = Array.from({ length: 8 }, async (_, n) => {
      for (let turn = 0; turn < 60; turn += 1) {
        const { code } = await timed(() => store.write(raise(`user-${n}`)));
        if (code === 'done') tally.done += 1;
        if (code === 'outcome_unknown') tally.unknown += 1;
        await delay(5);
      }
    });
    for (const _ of ['first', 'second']) {
      await delay(100);
      await server.halt('crash');
      await server.resume();
    }
    await Promise.all(clients);
    await untilDone(() => store.ping());
    const epochs = await epochsOf(
      store,
      clients.map((_, n) => `user-${n}`),
    );
    const raised = epochs.reduce((sum, epoch) => sum + epoch, 0);
    assert.ok(
      raised >= tally.done && raised <= tally.done + tally.unknown,
      `${raised} ${JSON.stringify(tally)}`,
    );
  });

  it('goes on when the server ends its connections', async (test) => {
    const store = await openNode(test, await schemas.make());
    await Promise.all([store.write(raise('a')), store.user('a'), store.ping()]);
    await schemas.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rollcall'",
    );
    await untilDone(() => store.ping());
    await untilDone(() => store.write(raise('a')));
    await untilDone(() => store.user('a'));
  });

  it('tries a change again whose lock is held elsewhere, while the others go on', async (test) => {
    const url = await schemas.make();
    const [store, other] = [await openNode(test, url), await openNode(test, url, { nodeId: 'two' })];
    const held = Promise.withResolvers<void>();
    const isOver = { value: false };
    const holding = other.write(async (tx) => {
      await raise('held')(tx);
      held.resolve();
      // Statement after statement, as a slow database would make it: idle, the server would end it.
      while (!isOver.value) await tx.standing('held');
    });
    await held.promise;
    const waiting = timed(() => store.write(raise('held')));
    const neighbours = [];
    for (let n = 0; n < 20; n += 1) neighbours.push(await timed(() => store.write(raise('free'))));
    assert.ok(neighbours.every(({ code }) => code === 'done'));
    isOver.value = true;
    await holding;
    assert.equal((await waiting).code, 'done');
    assert.equal((await store.standingOf('held')).epoch, 2);
  });

  it('closes when the change it tries again has come to its end', async (test) => {
    const url = await schemas.make();
    const [store, other] = [await openNode(test, url), await openNode(test, url, { nodeId: 'two' })];
    const held = Promise.withResolvers<void>();
    const pause = Promise.withResolvers<void>();
    const holding = other.write(async (tx) => {
      await raise('held')(tx);
      held.resolve();
      await pause.promise;
    });
    await held.promise;
    const waiting = timed(() => store.write(raise('held')));
    await delay(200);
    const closed = store.close();
    pause.resolve();
    await Promise.all([holding, closed]);
    assert.equal((await waiting).code, 'done');
    assert.equal((await other.standingOf('held')).epoch, 2);
  });

  it('gives up a change whose lock is never to be had, before five seconds are over', async (test) => {
    const store = await openNode(test, await schemas.make());
    const lock = lockOfUser('held');
    const connection = await openConnection(await schemas.make(), {
      statementTimeoutMs: 5_000,
      lockTimeoutMs: 0,
    });
    test.after(() => connection.destroy());
    await connection.run(lock.statement.replace('_xact_', '_'), lock.values);
    const { code, took } = await timed(() => store.write(raise('held')));
    assert.equal(code, 'store_unavailable');
    assert.ok(took > 2_000 && took < 5_000, `${took}`);
  });

  it('ends a change that does not go on, so that its locks are free within seconds', async (test) => {
    const url = await schemas.make();
    const [store, other] = [await openNode(test, url), await openNode(test, url, { nodeId: 'two' })];
    const held = Promise.withResolvers<void>();
    const stuck = timed(() =>
      other.write(async (tx) => {
        await raise('held')(tx);
        held.resolve();
        await delay(60_000, null, { ref: false });
      }),
    );
    await held.promise;
    assert.equal((await timed(() => store.write(raise('held')))).code, 'done');
    assert.equal((await stuck).code, 'store_unavailable');
    assert.equal((await store.standingOf('held')).epoch, 1);
  });

  it('does not take a commit for made when its wait for the standby was ended', async (test) => {
    const store = await openNode(test, await schemas.make());
    await store.write(raise('a'));
    await server.query("alter system set synchronous_standby_names = 'nobody'");
    await server.query('select pg_reload_conf()');
    const waiting = "from pg_stat_activity where wait_event = 'SyncRep' and application_name = 'rollcall'";
    // The server takes the setting up a moment later.
    const writing = firstFailure(() => store.write(raise('a')));
    while ((await server.query(`select pid ${waiting}`)).length === 0) await delay(5);
    await server.query(`select pg_cancel_backend(pid) ${waiting}`);
    assert.equal(await writing, 'outcome_unknown');
    await server.query('alter system reset synchronous_standby_names');
    await server.query('select pg_reload_conf()');
    await untilDone(() => store.write(raise('a')));
  });

  it('keeps its number of connections while the standby does not confirm, and is back with it', async (test) => {
    const store = await openNode(test, await schemas.make());
    await store.cluster.join({ nodeId: 'one', renewal: 1 });
    await Promise.all([store.write(raise('a')), store.user('a')]);
    const before = await backends();
    await server.query("alter system set synchronous_standby_names = 'nobody'");
    await server.query('select pg_reload_conf()');
    // The server takes the setting up a moment later.
    await firstFailure(() => store.write(raise('a')));
    const [start, details, most] = [performance.now(), new Set<string>(), { value: 0 }];
    for (let renewal = 2; performance.now() - start < 12_000; renewal += 1) {
      const renewed = timed(() => store.cluster.renew({ nodeId: 'one', renewal, applied: 0 }));
      const error: unknown = await store.write(raise('a')).catch((failure: unknown) => failure);
      assert.ok(error instanceof RollcallError && error.code === 'store_unavailable', String(error));
      details.add(error.message);
      assert.equal((await renewed).code, 'store_unavailable');
      most.value = Math.max(most.value, await backends());
      await delay(50);
    }
    assert.deepEqual(
      [...details],
      ['The synchronous standby does not confirm commits, so nothing was changed.'],
    );
    // For changes and for renewals the one that waits, and the one that asks about it.
    assert.ok(most.value <= before + 2, `${before} became ${most.value}`);
    await server.query('alter system reset synchronous_standby_names');
    await server.query('select pg_reload_conf()');
    const took = await untilDone(() => store.write(raise('a')));
    assert.ok(took < 3_000, `back after ${took} ms`);
    assert.ok((await backends()) <= before);
  });
});
