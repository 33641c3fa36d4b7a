import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { RollcallError } from '../../src/errors.ts';
import { publishStatement } from '../../src/store/postgres/publication.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import {
  ClusterDatabase,
  known,
  makeClusterTables,
  publish,
  read,
  revocationOf,
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

async function publishMany(
  connection: Parameters<typeof publish>[0],
  nodeId: string,
): Promise<readonly number[]> {
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
