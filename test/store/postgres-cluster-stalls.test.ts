import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { PostgresConnection } from '../../src/store/postgres/connection.ts';
import { publishStatement } from '../../src/store/postgres/publication.ts';
import { DatabaseLine } from '../database-line.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import {
  ClusterDatabase,
  holdingLock,
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

/** Another node's process, which can be stopped whole. */
async function startNode(test: TestContext, url: string): Promise<ChildProcess> {
  const script = join(import.meta.dirname, 'stalling-node.ts');
  const child = spawn(process.execPath, [script, url], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  test.after(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  await once(child.stdout ?? child, 'data');
  return child;
}

async function lineTo(test: TestContext): Promise<DatabaseLine> {
  const line = await DatabaseLine.to(server.port);
  test.after(() => line.close());
  return line;
}

/** Nobody has the cluster's lock or waits for it, and a log-out is committed. */
async function assertFree(observer: PostgresConnection): Promise<void> {
  await until(async () => (await holdingLock(observer)) + (await waitingForLock(observer)) === 0);
  await publish(observer, 'first', revocationOf('a'));
}

describe('a node that stalls', () => {
  it('holds no lock while the answer to its renewal is stuck', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [blocker, observer] = [await database.connect(), await database.connect()];
    // More than the buffers between the database and the node can take.
    await observer.simple(`select cluster_publish('first', to_json(repeat('x', 40000000)))`);
    const node = await startNode(test, `${database.url}&application_name=stalling`);
    await blocker.simple('begin; select cluster_lock(true)');
    node.stdin?.write('renew\n');
    await until(async () => (await waitingForLock(observer)) === 1);
    node.kill('SIGSTOP');
    await blocker.simple('rollback');
    const stuck = `select count(*) from pg_stat_activity
      where application_name = 'stalling' and wait_event = 'ClientWrite'`;
    await until(async () => (await read(observer, stuck)) === 1);
    await assertFree(observer);
    assert.equal(await read(observer, "select renewal from cluster_nodes where node_id = 'stalling'"), 2);
  });

  it('holds no lock with a transaction open that has yet to publish', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [stalling, observer] = [await database.connect(), await database.connect()];
    await stalling.simple("begin; insert into instance_secret values (1, 'any')");
    await assertFree(observer);
  });
});

describe('a node that is cut off', () => {
  for (const [state, spoil] of [
    ['cut', 'cut'],
    ['silent', 'swallow'],
  ] as const) {
    it(`leaves no lock behind when its line is ${state} after a renewal was sent`, async (test) => {
      const database = await ClusterDatabase.make(server, test);
      const [blocker, observer] = [await database.connect(), await database.connect()];
      const line = await lineTo(test);
      const ledger = database.ledger(through(line, database.url));
      await ledger.join({ nodeId: 'first', renewal: 1 });
      await blocker.simple('begin; select cluster_lock(true)');
      const renewal = ledger.renew({ nodeId: 'first', renewal: 2, applied: 0 }).catch(() => null);
      await until(async () => (await waitingForLock(observer)) === 1);
      line[spoil]();
      await blocker.simple('rollback');
      await until(async () => (await read(observer, 'select renewal from cluster_nodes')) === 2);
      await assertFree(observer);
      line.mend();
      assert.equal(await renewal, null);
    });
  }

  it('leaves a whole commit behind when its line is cut after it was sent', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const [blocker, observer] = [await database.connect(), await database.connect()];
    const line = await lineTo(test);
    const writer = await database.connect(through(line, database.url));
    await blocker.simple('begin; select cluster_lock(true)');
    await writer.simple("begin; insert into instance_secret values (1, 'ours')");
    const statement = publishStatement('second', [revocationOf('a')]);
    const commit = writer.simple(`${statement}; commit`).catch(() => null);
    await until(async () => (await waitingForLock(observer)) === 1);
    line.cut();
    assert.equal(await commit, null);
    await blocker.simple('rollback');
    await until(async () => (await read(observer, 'select sequence from revocation_clock')) === 1);
    assert.equal(await read(observer, 'select fingerprint from instance_secret'), 'ours');
    await assertFree(observer);
  });

  it('is known again on a new connection', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const line = await lineTo(test);
    const ledger = database.ledger(through(line, database.url));
    await ledger.join({ nodeId: 'first', renewal: 1 });
    line.cut();
    let renewal = 1;
    const renew = async (): Promise<boolean> => {
      renewal += 1;
      const reply = await ledger.renew({ nodeId: 'first', renewal, applied: 0 }).catch(() => null);
      return reply?.isKnown === true;
    };
    assert.equal(await renew(), false);
    line.mend();
    await until(renew);
  });
});

function through(line: DatabaseLine, url: string): string {
  return url.replace(`:${server.port}/`, `:${line.port}/`);
}
