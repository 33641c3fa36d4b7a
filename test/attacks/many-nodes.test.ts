import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { FixedClock } from '../laboratory.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { type RunningCluster, startTestCluster } from '../running-cluster.ts';
import { type ApiClient, startTestService, totpCode } from '../running-service.ts';
import { anotherBrowser, newVictim, outcomeOf, text, tokenOf, type Victim } from './attacker.ts';
import { type Recording, recordRun } from './recorded-run.ts';
import { findSecrets } from './secret-scanner.ts';

/** Three nodes; each request goes to the next one unless it says to which. */
let cluster: RunningCluster;
let postgres: PostgresServer;
before(async () => {
  postgres = await startPostgres();
  cluster = await startTestCluster({ nodes: 3, databaseUrl: await postgres.createDatabase() });
});
after(async () => {
  await cluster.stop();
  await postgres.stop();
});

/** What many requests that start now answer, spread over the nodes. */
async function statusesOf(token: string, count: number): Promise<ReadonlySet<number>> {
  const headers = { authorization: `Bearer ${token}` };
  const ask = async (): Promise<number> => (await cluster.client(headers).send('GET', '/api/session')).status;
  return new Set(await Promise.all(Array.from({ length: count }, ask)));
}

/** Gets the token into the memory of every node. */
async function warmUp(token: string): Promise<void> {
  assert.deepEqual([...(await statusesOf(token, 12))], [200]);
}

/** Ways to make a token unacceptable, from a session of the same user or from the one it is of. */
const endings: Readonly<Record<string, (by: ApiClient, target: Target) => Promise<{ status: number }>>> = {
  'a log-out of one device': (by, { sessionId }) => by.send('DELETE', `/api/sessions/${sessionId}`),
  'a log-out of all others': (by) => by.send('POST', '/api/sessions/revoke-others', {}),
  'a sign-out': (_, { client }) => client.send('POST', '/api/sign-out'),
  'a rotation by a step-up': (_, { client, password }) => client.send('POST', '/api/step-up', { password }),
  'a changed password': (by, { password }) =>
    by.send('PUT', '/api/password', { currentPassword: password, newPassword: `${password} again` }),
  'a sign-in on the same device': (_, { client, email, password }) => client.signIn(email, password),
};

interface Target {
  readonly client: ApiClient;
  readonly sessionId: string;
  readonly email: string;
  readonly password: string;
}

async function newTarget(victim: Victim): Promise<Target> {
  const { email, password } = victim;
  return { ...(await anotherBrowser(cluster, victim)), email, password };
}

for (const [name, end] of Object.entries(endings)) {
  test(`R-041: none of 200 requests to three nodes that start after the answer to ${name} is accepted, twice`, async () => {
    for (let round = 0; round < 2; round += 1) {
      const victim = await newVictim(cluster);
      const target = await newTarget(victim);
      const token = tokenOf(target.client);
      await warmUp(token);
      const answer = await end(victim.client, target);
      const statuses = await statusesOf(token, 200);
      assert.ok(answer.status < 300, `${name}: ${answer.status}`);
      assert.deepEqual([...statuses], [401], `round ${round}`);
    }
  });
}

test('R-041: a log-out sent to all nodes at once is answered by each only when it is final', async () => {
  const victim = await newVictim(cluster);
  const { client, sessionId } = await newTarget(victim);
  const token = tokenOf(client);
  await warmUp(token);
  const logOuts = cluster.nodes.map(async (_, node) => {
    const by = cluster.clientOf(node);
    for (const [cookie, value] of victim.client.cookies) by.cookies.set(cookie, value);
    const { status } = await by.send('DELETE', `/api/sessions/${sessionId}`);
    return { status, statuses: [...(await statusesOf(token, 60))] };
  });
  for (const each of await Promise.all(logOuts)) assert.deepEqual(each, { status: 204, statuses: [401] });
});

test('R-110: a code used a hundred times at once on three nodes succeeds once', async () => {
  const victim = await newVictim(cluster);
  const key = text((await victim.client.send('POST', '/api/two-factor/totp')).body, 'secret');
  const confirm = (): Promise<{ status: number; body: Readonly<Record<string, unknown>> }> =>
    victim.client.send('POST', '/api/two-factor/totp/confirm', { code: totpCode(key, Date.now() - 30_000) });
  assert.equal((await confirm()).status, 200);
  const browsers = await Promise.all(Array.from({ length: 9 }, () => pendingBrowser(victim)));
  const code = totpCode(key, Date.now());
  const uses = Array.from({ length: 99 }, (_, index) =>
    browsers[index % browsers.length]?.send('POST', '/api/sign-in/second-factor', { method: 'totp', code }),
  );
  const outcomes = (await Promise.all(uses)).map((answer) => (answer === undefined ? '' : outcomeOf(answer)));
  assert.equal(outcomes.filter((outcome) => outcome === '200').length, 1, outcomes.join(', '));
});

async function pendingBrowser({ email, password }: Victim): Promise<ApiClient> {
  const browser = cluster.client();
  const answer = await browser.signIn(email, password);
  assert.equal(answer.body['status'], 'second-factor-required', answer.text);
  return browser;
}

/** Every byte below a folder, file by file. */
function* filesBelow(folder: string): Generator<readonly [name: string, bytes: string]> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    yield [path, readFileSync(path).toString('latin1')];
  }
}

async function recordOn(server: PostgresServer): Promise<Recording> {
  const clock = new FixedClock();
  const service = await startTestService({ clock, databaseUrl: await server.createDatabase() });
  try {
    return await recordRun(service, clock);
  } finally {
    await service.stop();
  }
}

test('R-025: the files of a PostgreSQL database, its log of changes among them, hold no secret in any byte', async (t) => {
  const server = await startPostgres();
  t.after(() => server.stop());
  const { secrets } = await recordOn(server);
  await server.halt('fast');
  let bytesRead = 0;
  for (const [name, bytes] of filesBelow(server.folder)) {
    assert.deepEqual(findSecrets(secrets.values(), bytes), [], name);
    bytesRead += bytes.length;
  }
  assert.ok(bytesRead > 10_000_000, `only ${bytesRead} bytes were read`);
});
