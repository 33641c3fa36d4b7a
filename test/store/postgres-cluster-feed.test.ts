import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { ClusterNode } from '../../src/cluster/node.ts';
import { systemTimers } from '../../src/cluster/timers.ts';
import { systemClock, systemRandom } from '../../src/engine/system.ts';
import { RollcallError } from '../../src/errors.ts';
import type { PostgresLedger } from '../../src/store/postgres/cluster-ledger.ts';
import type { PostgresConnection } from '../../src/store/postgres/connection.ts';
import { publishStatement } from '../../src/store/postgres/publication.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import {
  ClusterDatabase,
  known,
  makeClusterTables,
  publish,
  read,
  revocationOf,
  until,
} from './cluster-database.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres({ max_notify_queue_pages: '64' });
});
after(() => server.stop());

const first = { nodeId: 'first', renewal: 1 };

describe('publishing on PostgreSQL', () => {
  it('numbers without gaps and in the order of the commits, whoever reads and whenever', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const publishers = await Promise.all(Array.from({ length: 16 }, () => database.connect()));
    const [ledger, observer] = [database.ledger(), await database.connect()];
    await ledger.join(first);
    let isOver = false;
    const published = Promise.all(
      publishers.map((connection, place) => publishMany(connection, `node-${place}`)),
    ).finally(() => {
      isOver = true;
    });
    let [applied, renewal] = [0, 1];
    while (!isOver) {
      assert.equal(
        await read(observer, 'select count(*) = coalesce(max(sequence), 0) from revocation_feed'),
        true,
      );
      renewal += 1;
      const { sequence, entries } = known(await ledger.renew({ nodeId: 'first', renewal, applied }));
      assert.deepEqual(
        entries.map((entry) => entry.sequence),
        Array.from({ length: sequence - applied }, (_, place) => applied + place + 1),
      );
      applied = sequence;
    }
    const numbers = (await published).flat().sort((one, other) => one - other);
    assert.deepEqual(
      numbers,
      Array.from({ length: 16 * publicationsEach }, (_, place) => place + 1),
    );
  });

  it('gives back the number of a transaction that is undone', async (test) => {
    const writer = await (await ClusterDatabase.make(server, test)).connect();
    await writer.simple(`begin; ${publishStatement('first', [revocationOf('a')])}; rollback`);
    assert.equal(await publish(writer, 'first', revocationOf('b')), 1);
  });

  it('keeps any text as it is', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [ledger, writer] = [database.ledger(), await database.connect()];
    await ledger.join(first);
    const texts = [
      "it's",
      '\\',
      "\\'; drop table revocation_feed; --",
      '$body$',
      '%s',
      '\0',
      '\ud800',
      'é😀\n',
    ];
    await publish(writer, "node's \\", revocationOf(...texts));
    const [entry] = known(await ledger.renew({ nodeId: 'first', renewal: 2, applied: 0 })).entries;
    assert.deepEqual(entry, { sequence: 1, nodeId: "node's \\", revocations: [revocationOf(...texts)] });
  });

  it('refuses in a transaction that would see an old state, or would not be durable', async (test) => {
    const writer = await (await ClusterDatabase.make(server, test)).connect();
    const statement = publishStatement('first', [revocationOf('a')]);
    const preludes = {
      'set transaction isolation level repeatable read': 'repeatable read',
      'set transaction isolation level serializable': 'serializable',
      'set local synchronous_commit = off': 'synchronous_commit is off',
      'set local synchronous_commit = local': 'synchronous_commit is local',
      'set local synchronous_commit = remote_write': 'synchronous_commit is remote_write',
    };
    for (const [prelude, reason] of Object.entries(preludes)) {
      const refusal = await writer.simple(`begin; ${prelude}; ${statement}`).catch((error: unknown) => error);
      await writer.simple('rollback');
      assert.ok(refusal instanceof RollcallError, prelude);
      assert.match(String(refusal.cause), new RegExp(reason));
    }
    assert.equal(await read(writer, 'select sequence from revocation_clock'), 0);
  });

  it('commits without a wake when there is no more room for notifications', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [idler, writer] = [await database.connect(), await database.connect()];
    // A listener in an open transaction keeps every notification in the queue.
    await idler.simple('listen anything');
    await idler.simple('begin');
    const fill = `select pg_notify('anything', repeat('x', 7000) || n) from generate_series(1, 30) as n`;
    while (await writer.simple(fill).then(yes, no));
    await assert.rejects(writer.simple("select pg_notify('anything', '')"), isUnavailable);
    for (let sequence = 1; sequence <= 3; sequence += 1) {
      assert.equal(await publish(writer, 'first', revocationOf('a')), sequence);
    }
  });
});

describe('trimming the feed on PostgreSQL', () => {
  it('keeps what a node still needs, and tells how far it went', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [ledger, other, writer] = [database.ledger(), database.ledger(), await database.connect()];
    await ledger.join(first);
    await other.join({ nodeId: 'second', renewal: 1 });
    for (const id of ['a', 'b', 'c']) await publish(writer, 'second', revocationOf(id));
    known(await ledger.renew({ nodeId: 'first', renewal: 2, applied: 2 }));
    known(await other.renew({ nodeId: 'second', renewal: 2, applied: 1 }));
    await ledger.trim();
    await ledger.trim();
    const reply = known(await other.renew({ nodeId: 'second', renewal: 3, applied: 1 }));
    assert.equal(reply.trimmed, 1);
    assert.deepEqual(
      reply.entries.map((entry) => entry.sequence),
      [2, 3],
    );
    assert.equal(await read(writer, 'select min(sequence) from revocation_feed'), 2);
  });

  it('tells a node that comes late that entries are gone', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [ledger, writer] = [database.ledger(), await database.connect()];
    for (const id of ['a', 'b']) await publish(writer, 'second', revocationOf(id));
    await ledger.join(first);
    await ledger.trim();
    await publish(writer, 'second', revocationOf('c'));
    const { trimmed, entries } = known(await ledger.renew({ nodeId: 'first', renewal: 2, applied: 0 }));
    assert.equal(trimmed, 2);
    assert.deepEqual(
      entries.map((entry) => entry.sequence),
      [3],
    );
  });
});

describe('a node that is behind on PostgreSQL', () => {
  it('is given up to a thousand entries, and told that all are gone when there are more', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [ledger, writer] = [database.ledger(), await database.connect()];
    await ledger.join(first);
    await publishAtOnce(writer, 5_000);
    const told = { 0: 0, 3999: 0, 4000: 1_000, 4500: 500, 5000: 0 };
    for (const [place, count] of Object.entries(told)) {
      const applied = Number(place);
      const news = await ledger.catchUp(applied);
      assert.deepEqual([news.sequence, news.entries.length], [5_000, count]);
      assert.equal(news.trimmed, applied < 4_000 ? 5_000 : 0, `${applied}`);
      const renewed = known(await ledger.renew({ ...first, renewal: 2 + applied, applied }));
      assert.deepEqual({ ...news, isKnown: true, nodes: renewed.nodes }, renewed);
    }
  });

  it('is current after one renewal, with an empty memory or with all entries applied', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const writer = await database.connect();
    const { node, evicted } = nodeOn(database.ledger(), test);
    await node.start();
    evicted.length = 0;
    await publishAtOnce(writer, 5_000);
    await until(() => node.status().applied === 5_000);
    assert.deepEqual(evicted, ['everything']);
    await publishAtOnce(writer, 500);
    await until(() => node.status().applied === 5_500);
    assert.deepEqual(
      evicted.slice(1),
      Array.from({ length: 500 }, (_, place) => `session-${5_001 + place}`),
    );
    await until(async () => (await read(writer, 'select applied from cluster_nodes')) === 5_500);
  });

  it('gets with the next renewal what was committed while this one was answered', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [ledger, writer] = [database.ledger(), await database.connect()];
    await ledger.join(first);
    await publishAtOnce(writer, 5_000);
    assert.equal(await read(writer, "select cluster_renew('first', 2, 0, 1)"), 5_000);
    await publish(writer, 'second', revocationOf('a'));
    const news = (await read(writer, "select cluster_news('first', 2, 0)")) as object;
    assert.deepEqual({ ...news, nodes: [] }, { trimmed: 5_001, entries: [], nodes: [] });
    const { trimmed, entries } = known(await ledger.renew({ nodeId: 'first', renewal: 3, applied: 5_000 }));
    assert.deepEqual([trimmed, entries.map(({ sequence }) => sequence)], [0, [5_001]]);
  });
});

describe('the tables of a cluster', () => {
  it('are those of the schema they were made in, whatever the search path of the caller', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const writer = await database.connect();
    const schema = 'Ünï "x" %s $body$';
    const quoted = `"${schema.replaceAll('"', '""')}"`;
    await writer.simple(`create schema ${quoted}; set search_path = ${quoted}`);
    await makeClusterTables(writer);
    await writer.simple('set search_path = pg_temp, pg_catalog');
    await writer.simple(
      'create temporary table revocation_clock (id integer, sequence bigint, trimmed bigint)',
    );
    await writer.simple(`select ${quoted}.cluster_publish('first', '[]')`);
    assert.equal(await read(writer, `select sequence from ${quoted}.revocation_clock`), 1);
    assert.equal(await read(writer, 'select count(*) from pg_temp.revocation_clock'), 0);
  });

  it('are logged, so that a crash forgets no node', async (test) => {
    const observer = await (await ClusterDatabase.make(server, test)).connect();
    const unlogged = `select count(*) from pg_class where relnamespace = current_schema()::regnamespace
      and relkind in ('r', 'i') and relpersistence <> 'p'`;
    assert.equal(await read(observer, unlogged), 0);
  });
});

const publicationsEach = 20;

/** So many entries in one transaction, each ending the session that its number names. */
async function publishAtOnce(connection: PostgresConnection, count: number): Promise<void> {
  const revocations = JSON.stringify([revocationOf('session-')]).replace('session-', "session-' || n || '");
  await connection.simple(`begin; select cluster_lock(true);
    insert into revocation_feed select n, 'second', ('${revocations}')::json
      from revocation_clock, generate_series(sequence + 1, sequence + ${count}) as n;
    update revocation_clock set sequence = sequence + ${count}; commit`);
}

/** A node without notifications, which leaves after the test, and what it took out of memory. */
function nodeOn(
  ledger: PostgresLedger,
  test: TestContext,
): { readonly node: ClusterNode; evicted: string[] } {
  const evicted: string[] = [];
  const node = new ClusterNode({
    ...{ nodeId: 'first', ledger, clock: systemClock, random: systemRandom, timers: systemTimers },
    effects: {
      evict: ({ isEverything, sessionIds }) =>
        void evicted.push(...(isEverything ? ['everything'] : sessionIds)),
      signals: { publish: () => undefined },
      report: () => undefined,
    },
  });
  test.after(() => node.leave());
  return { node, evicted };
}

async function publishMany(connection: PostgresConnection, nodeId: string): Promise<readonly number[]> {
  const numbers: number[] = [];
  for (let count = 0; count < publicationsEach; count += 1) {
    numbers.push(await publish(connection, nodeId, revocationOf(nodeId)));
  }
  return numbers;
}

const yes = (): boolean => true;
const no = (): boolean => false;

function isUnavailable(error: unknown): boolean {
  return error instanceof RollcallError && error.code === 'store_unavailable';
}
