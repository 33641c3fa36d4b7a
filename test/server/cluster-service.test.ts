import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseLine } from '../database-line.ts';
import { EventReader, type StreamedEvent } from '../event-reader.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { type RunningCluster, startTestCluster } from '../running-cluster.ts';
import type { ApiClient } from '../running-service.ts';

let postgres: PostgresServer;
before(async () => {
  postgres = await startPostgres();
});
after(() => postgres.stop());

async function startThree(test: TestContext): Promise<RunningCluster> {
  const cluster = await startTestCluster({ nodes: 3, databaseUrl: await postgres.createDatabase() });
  test.after(() => cluster.stop());
  return cluster;
}

/** The same, where the way of some nodes to the database can be spoilt. */
async function startOverLine(
  test: TestContext,
  isOverLine: (node: number) => boolean,
): Promise<{ readonly cluster: RunningCluster; readonly line: DatabaseLine }> {
  const line = await DatabaseLine.to(postgres.port);
  const straight = await postgres.createDatabase();
  const throughLine = straight.replace(`:${postgres.port}/`, `:${line.port}/`);
  const cluster = await startTestCluster({
    nodes: 3,
    databaseUrl: (node) => (isOverLine(node) ? throughLine : straight),
  });
  test.after(async () => {
    await cluster.stop();
    await line.close();
  });
  return { cluster, line };
}

/** The client's session as asked of one node. */
async function statusAt(cluster: RunningCluster, node: number, client: ApiClient): Promise<number> {
  return (await at(cluster, node, client).send('GET', '/api/session')).status;
}

/** The same client, all of whose requests go to one node. */
function at(cluster: RunningCluster, node: number, client: ApiClient): ApiClient {
  const same = cluster.clientOf(node);
  for (const [name, value] of client.cookies) same.cookies.set(name, value);
  return same;
}

async function statusesOf(cluster: RunningCluster, client: ApiClient): Promise<readonly number[]> {
  return Promise.all(cluster.nodes.map((_, node) => statusAt(cluster, node, client)));
}

interface SignedIn {
  readonly client: ApiClient;
  readonly id: string;
}

async function signIn(cluster: RunningCluster): Promise<SignedIn> {
  const client = cluster.client();
  const { status, body, text } = await client.signIn();
  assert.equal(status, 200, text);
  return { client, id: (body['session'] as { readonly id: string }).id };
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [result: T, tookMs: number]> {
  const startedAt = performance.now();
  return [await work(), performance.now() - startedAt];
}

describe('three nodes on one PostgreSQL database', () => {
  it('know a session wherever it began, whichever node is asked', async (test) => {
    const cluster = await startThree(test);
    const owner = cluster.client();
    assert.equal((await owner.signUp()).status, 201);
    const { client } = await signIn(cluster);
    for (let round = 0; round < 2; round += 1) {
      assert.deepEqual(await statusesOf(cluster, owner), [200, 200, 200]);
      assert.deepEqual(await statusesOf(cluster, client), [200, 200, 200]);
    }
    const { sessions } = (await owner.send('GET', '/api/sessions')).body as { sessions: { ip: string }[] };
    assert.deepEqual(
      sessions.map(({ ip }) => ip),
      ['127.0.0.1', '127.0.0.1'],
    );
  });

  it('refuse a session on every node from the moment its log-out is acknowledged on one', async (test) => {
    const cluster = await startThree(test);
    const owner = cluster.client();
    await owner.signUp();
    const acknowledgedMs: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const { client, id } = await signIn(cluster);
      assert.deepEqual(await statusesOf(cluster, client), [200, 200, 200]);
      const ender = at(cluster, round % 3, owner);
      const [{ status }, tookMs] = await timed(() => ender.send('DELETE', `/api/sessions/${id}`));
      assert.equal(status, 204);
      acknowledgedMs.push(tookMs);
      const asked = Array.from({ length: 50 }, (_, index) => statusAt(cluster, index % 3, client));
      assert.deepEqual(new Set(await Promise.all(asked)), new Set([401]));
    }
    assert.deepEqual(await statusesOf(cluster, owner), [200, 200, 200]);
    test.diagnostic(`acknowledged after ${acknowledgedMs.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  });

  it('take a changed password and a rotated token everywhere at once', async (test) => {
    const cluster = await startThree(test);
    const owner = cluster.client();
    await owner.signUp();
    const { client } = await signIn(cluster);
    assert.deepEqual(await statusesOf(cluster, client), [200, 200, 200]);
    assert.deepEqual(await statusesOf(cluster, owner), [200, 200, 200]);
    const before = cluster.client();
    for (const [name, value] of owner.cookies) before.cookies.set(name, value);
    const currentPassword = 'lantern quartz violet harbour';
    const change = { currentPassword, newPassword: 'seven grey herons over water' };
    assert.equal((await owner.send('PUT', '/api/password', change)).status, 200);
    assert.deepEqual(await statusesOf(cluster, client), [401, 401, 401]);
    assert.deepEqual(await statusesOf(cluster, before), [401, 401, 401]);
    assert.deepEqual(await statusesOf(cluster, owner), [200, 200, 200]);
  });

  it('do not wait for a node that left', async (test) => {
    const cluster = await startThree(test);
    const owner = cluster.clientOf(0);
    await owner.signUp();
    await cluster.nodes[2]?.stop();
    const tookMs: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const { id } = await signIn(cluster);
      const [{ status }, ms] = await timed(() => owner.send('DELETE', `/api/sessions/${id}`));
      assert.equal(status, 204);
      tookMs.push(ms);
    }
    test.diagnostic(`acknowledged after ${tookMs.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    assert.ok(Math.min(...tookMs) < 900, 'every log-out waited for a lease');
  });
});

interface Shown {
  readonly id: string;
  readonly device: { readonly id: string; readonly label: string | null };
}

/** The next event of the name; others, such as the late news of the page's own sign-in, may come before it. */
async function eventOf(
  page: EventReader,
  name: string,
  isMeant: (shown: Shown) => boolean = () => true,
): Promise<StreamedEvent> {
  for (;;) {
    const event = await page.next();
    assert.ok(event !== null, `the stream ended before ${name}`);
    if (event.name === name && (name === 'signed-out' || isMeant(event.data['session'] as Shown)))
      return event;
  }
}

describe('the event stream of a device on another node', () => {
  /** The shortest time of three: the machine may do other things beside. */
  async function quickestEnd(test: TestContext, cluster: RunningCluster): Promise<number> {
    const owner = cluster.client();
    await owner.signUp();
    const tookMs: number[] = [];
    for (let round = 0; round < 3; round += 1) tookMs.push(await endFromAfar(cluster, owner));
    test.diagnostic(`told after ${tookMs.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    return Math.min(...tookMs);
  }

  /** A device with its page on node 2, ended from node 0; how long until the page has read it. */
  async function endFromAfar(cluster: RunningCluster, owner: ApiClient): Promise<number> {
    const { client, id } = await signIn(cluster);
    const page = await EventReader.open(at(cluster, 2, client));
    const ended = timed(() => eventOf(page, 'signed-out'));
    const { status } = await at(cluster, 0, owner).send('DELETE', `/api/sessions/${id}`);
    assert.equal(status, 204);
    const [event, tookMs] = await ended;
    assert.equal(event.data['reason'], 'revoked');
    assert.equal(await page.next(), null);
    return tookMs;
  }

  it('says signed-out within a second', async (test) => {
    assert.ok((await quickestEnd(test, await startThree(test))) < 1_000);
  });

  it('says so also when no notification gets through', async (test) => {
    const { cluster, line } = await startOverLine(test, () => true);
    line.mute();
    assert.ok((await quickestEnd(test, cluster)) < 1_000);
  });

  it('tells of a sign-in and of a new name on another node', async (test) => {
    const cluster = await startThree(test);
    const owner = cluster.client();
    const ownId = ((await owner.signUp()).body['session'] as Shown).id;
    const page = await EventReader.open(at(cluster, 2, owner));
    test.after(() => page.close());
    const client = cluster.clientOf(0);
    await client.signIn();
    const established = await eventOf(page, 'session.established', (shown) => shown.id !== ownId);
    assert.equal((established.data['session'] as Shown).device.label, null);
    const { session } = (await client.send('GET', '/api/session')).body as { session: Shown };
    await client.send('PATCH', `/api/devices/${session.device.id}`, { label: 'Kitchen' });
    const updated = await eventOf(page, 'session.updated', (shown) => shown.device.label !== null);
    assert.equal((updated.data['session'] as Shown).device.label, 'Kitchen');
  });
});

describe('a node that is cut off from the database', () => {
  it('refuses when its lease is over, delays no log-out beyond it, and accepts nothing that ended meanwhile', async (test) => {
    const { cluster, line } = await startOverLine(test, (node) => node === 2);
    const owner = cluster.client();
    await owner.signUp();
    const { client, id } = await signIn(cluster);
    assert.deepEqual(await statusesOf(cluster, client), [200, 200, 200]);
    line.swallow();
    const [{ status }, tookMs] = await timed(() =>
      at(cluster, 0, owner).send('DELETE', `/api/sessions/${id}`),
    );
    assert.equal(status, 204);
    test.diagnostic(`acknowledged after ${tookMs.toFixed(0)} ms`);
    assert.deepEqual(await statusesOf(cluster, client), [401, 401, 503]);
    line.mend();
    while ((await statusAt(cluster, 2, owner)) !== 200) await delay(50);
    assert.deepEqual(await statusesOf(cluster, client), [401, 401, 401]);
  });
});
