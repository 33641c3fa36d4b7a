import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { RollcallError } from '../../src/errors.ts';
import { publishStatement } from '../../src/store/postgres/publication.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import {
  ClusterDatabase,
  known,
  publish,
  read,
  revocationOf,
  until,
  waitingForLock,
} from './cluster-database.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres();
});
after(() => server.stop());

const first = { nodeId: 'first', renewal: 1 };

describe('a renewal on PostgreSQL', () => {
  it('records the node, and gives the clock, the feed past what it has applied and all nodes', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [ledger, writer] = [database.ledger(), await database.connect()];
    assert.equal(await ledger.join(first), 0);
    assert.equal(await publish(writer, 'second', revocationOf('a'), revocationOf('b')), 1);
    assert.equal(await publish(writer, 'first', revocationOf('c')), 2);
    assert.equal(await database.ledger().join({ nodeId: 'second', renewal: 7 }), 2);
    const entries = [
      { sequence: 1, nodeId: 'second', revocations: [revocationOf('a'), revocationOf('b')] },
      { sequence: 2, nodeId: 'first', revocations: [revocationOf('c')] },
    ];
    const others = { nodeId: 'second', renewal: 7, applied: 2 };
    assert.deepEqual(await ledger.renew({ nodeId: 'first', renewal: 2, applied: 0 }), {
      ...{ isKnown: true, sequence: 2, trimmed: 0, entries },
      nodes: [{ nodeId: 'first', renewal: 2, applied: 0 }, others],
    });
    assert.deepEqual(await ledger.renew({ nodeId: 'first', renewal: 3, applied: 1 }), {
      ...{ isKnown: true, sequence: 2, trimmed: 0, entries: entries.slice(1) },
      nodes: [{ nodeId: 'first', renewal: 3, applied: 1 }, others],
    });
    assert.deepEqual(await ledger.nodes(), [{ nodeId: 'first', renewal: 3, applied: 1 }, others]);
  });

  it('waits for a commit that has published, and then sees it', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [ledger, writer, observer] = [
      database.ledger(),
      await database.connect(),
      await database.connect(),
    ];
    await ledger.join(first);
    await writer.simple(`begin; ${publishStatement('second', [revocationOf('a')])}`);
    const renewal = ledger.renew({ nodeId: 'first', renewal: 2, applied: 0 });
    const join = database.ledger().join({ nodeId: 'third', renewal: 1 });
    await until(async () => (await waitingForLock(observer)) === 2);
    await writer.simple('commit');
    const { sequence, entries } = known(await renewal);
    assert.equal(sequence, 1);
    assert.deepEqual(
      entries.map((entry) => entry.sequence),
      [1],
    );
    assert.equal(await join, 1);
  });

  it('delays a commit that publishes until it is recorded itself', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [renewing, writer, observer] = [
      await database.connect(),
      await database.connect(),
      await database.connect(),
    ];
    await database.ledger().join(first);
    await renewing.simple("begin; select cluster_renew('first', 2, 0, 1)");
    const published = publish(writer, 'second', revocationOf('a'));
    await until(async () => (await waitingForLock(observer)) === 1);
    await renewing.simple('commit');
    assert.equal(await published, 1);
  });

  it('does not keep other renewals waiting', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [renewing, ledger] = [await database.connect(), database.ledger()];
    await ledger.join(first);
    await database.ledger().join({ nodeId: 'second', renewal: 1 });
    await renewing.simple("begin; select cluster_renew('second', 2, 0, 1)");
    known(await ledger.renew({ nodeId: 'first', renewal: 2, applied: 0 }));
  });

  it('changes nothing and tells the node to join when a later one of it is recorded', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const ledger = database.ledger();
    await ledger.join(first);
    known(await ledger.renew({ nodeId: 'first', renewal: 3, applied: 0 }));
    const recorded = await ledger.nodes();
    // Its duplicate, and the one before it, both late.
    for (const renewal of [3, 2]) {
      assert.deepEqual(await ledger.renew({ nodeId: 'first', renewal, applied: 0 }), { isKnown: false });
    }
    assert.deepEqual(await ledger.nodes(), recorded);
  });

  it('tells a node that is missing to join', async (test) => {
    const ledger = (await ClusterDatabase.make(server, test)).ledger();
    assert.deepEqual(await ledger.renew({ nodeId: 'first', renewal: 2, applied: 0 }), { isKnown: false });
    assert.deepEqual(await ledger.nodes(), []);
  });

  it('tells a node to join when the database forgot a renewal that it had confirmed', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [ledger, admin] = [database.ledger(), await database.connect()];
    await ledger.join(first);
    known(await ledger.renew({ nodeId: 'first', renewal: 2, applied: 0 }));
    known(await ledger.renew({ nodeId: 'first', renewal: 3, applied: 0 }));
    // As a replica has it that lagged when it took over.
    await admin.simple('update cluster_nodes set renewal = 2');
    assert.deepEqual(await ledger.renew({ nodeId: 'first', renewal: 4, applied: 0 }), { isKnown: false });
    assert.equal(await ledger.join({ nodeId: 'first', renewal: 5 }), 0);
    known(await ledger.renew({ nodeId: 'first', renewal: 6, applied: 0 }));
  });

  it('records nothing of a node that has applied more than there is', async (test) => {
    const ledger = (await ClusterDatabase.make(server, test)).ledger();
    await ledger.join(first);
    assert.deepEqual(await ledger.renew({ nodeId: 'first', renewal: 2, applied: 1 }), { isKnown: false });
    assert.deepEqual(await ledger.nodes(), [{ nodeId: 'first', renewal: 1, applied: 0 }]);
  });
});

describe('joining and leaving on PostgreSQL', () => {
  it('joins again with a newer number, and never with an older one', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [ledger, writer] = [database.ledger(), await database.connect()];
    await ledger.join({ nodeId: 'first', renewal: 4 });
    await publish(writer, 'second', revocationOf('a'));
    await assert.rejects(ledger.join({ nodeId: 'first', renewal: 4 }), isUnavailable);
    assert.deepEqual(await ledger.nodes(), [{ nodeId: 'first', renewal: 4, applied: 0 }]);
    assert.equal(await ledger.join({ nodeId: 'first', renewal: 5 }), 1);
    assert.deepEqual(await ledger.nodes(), [{ nodeId: 'first', renewal: 5, applied: 1 }]);
  });

  it('removes a node whose number stood still, and no other', async (test) => {
    const ledger = (await ClusterDatabase.make(server, test)).ledger();
    await ledger.join(first);
    known(await ledger.renew({ nodeId: 'first', renewal: 2, applied: 0 }));
    await ledger.remove({ nodeId: 'first', renewal: 1 });
    assert.equal((await ledger.nodes()).length, 1);
    await ledger.remove({ nodeId: 'first', renewal: 2 });
    assert.deepEqual(await ledger.nodes(), []);
  });

  it('leaves a node alone that renews while its removal waits', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [renewing, ledger, observer] = [
      await database.connect(),
      database.ledger(),
      await database.connect(),
    ];
    await ledger.join(first);
    await renewing.simple("begin; select cluster_renew('first', 2, 0, 1)");
    const removal = ledger.remove(first);
    await until(async () => (await waitingForLock(observer)) === 1);
    await renewing.simple('commit');
    await removal;
    assert.deepEqual(await ledger.nodes(), [{ nodeId: 'first', renewal: 2, applied: 0 }]);
  });

  it('takes a removed node in again with what is committed by then', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [ledger, writer] = [database.ledger(), await database.connect()];
    await ledger.join(first);
    await ledger.remove(first);
    await publish(writer, 'second', revocationOf('a'));
    assert.deepEqual(await ledger.renew({ nodeId: 'first', renewal: 2, applied: 0 }), { isKnown: false });
    assert.equal(await ledger.join({ nodeId: 'first', renewal: 3 }), 1);
    assert.deepEqual(known(await ledger.renew({ nodeId: 'first', renewal: 4, applied: 1 })).entries, []);
  });

  it('leaves', async (test) => {
    const ledger = (await ClusterDatabase.make(server, test)).ledger();
    await ledger.join(first);
    await ledger.leave('first');
    await ledger.leave('first');
    assert.deepEqual(await ledger.nodes(), []);
  });
});

describe('catching up on PostgreSQL', () => {
  it('reads the feed past what is applied and what is trimmed, committed alone and without the lock', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [ledger, writer] = [database.ledger(), await database.connect()];
    for (const id of ['a', 'b', 'c']) await publish(writer, 'second', revocationOf(id));
    await ledger.join(first);
    await ledger.trim();
    await publish(writer, 'second', revocationOf('d'));
    await publish(writer, 'second', revocationOf('e'));
    await writer.simple(`begin; ${publishStatement('second', [revocationOf('f')])}`);
    const entry = { sequence: 5, nodeId: 'second', revocations: [revocationOf('e')] };
    assert.deepEqual(await ledger.catchUp(4), { sequence: 5, trimmed: 3, entries: [entry] });
    assert.equal((await ledger.catchUp(0)).entries.length, 2);
  });

  it('confirms what is applied without the lock, forward alone, and is no renewal', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [ledger, writer] = [database.ledger(), await database.connect()];
    await ledger.join(first);
    for (const id of ['a', 'b', 'c']) await publish(writer, 'second', revocationOf(id));
    await writer.simple('begin; select cluster_lock(true)');
    for (const applied of [2, 1, 4]) await ledger.confirm({ nodeId: 'first', applied });
    await ledger.confirm({ nodeId: 'second', applied: 3 });
    assert.deepEqual(await ledger.nodes(), [{ nodeId: 'first', renewal: 1, applied: 2 }]);
    await writer.simple('commit');
    const { nodes } = known(await ledger.renew({ nodeId: 'first', renewal: 2, applied: 1 }));
    assert.deepEqual(nodes, [{ nodeId: 'first', renewal: 2, applied: 2 }]);
  });

  it('confirms nothing when the database forgot a renewal', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [ledger, writer] = [database.ledger(), await database.connect()];
    await ledger.join(first);
    await publish(writer, 'second', revocationOf('a'));
    known(await ledger.renew({ nodeId: 'first', renewal: 2, applied: 0 }));
    await writer.simple('update cluster_nodes set renewal = 1');
    await ledger.confirm({ nodeId: 'first', applied: 1 });
    assert.deepEqual(await ledger.nodes(), [{ nodeId: 'first', renewal: 1, applied: 0 }]);
  });

  it('does not wait for the disk to confirm, and what follows does again', async (test) => {
    const connection = await (await ClusterDatabase.make(server, test)).connect();
    const setting = "select current_setting('synchronous_commit')";
    await connection.simple("begin; select cluster_confirm('first', 0, 0)");
    assert.equal(await read(connection, setting), 'off');
    await connection.simple('commit');
    assert.equal(await read(connection, setting), 'on');
  });

  it('goes on after a confirmation that failed', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [impatient, writer] = [database.ledger(database.url, 100), await database.connect()];
    await impatient.join(first);
    await publish(writer, 'second', revocationOf('a'));
    await writer.simple('begin; update cluster_nodes set applied = applied');
    await assert.rejects(impatient.confirm({ nodeId: 'first', applied: 1 }), isUnavailable);
    await writer.simple('rollback');
    await until(async () => (await impatient.catchUp(0).catch(() => null))?.entries.length === 1);
  });
});

function isUnavailable(error: unknown): boolean {
  return error instanceof RollcallError && error.code === 'store_unavailable';
}
