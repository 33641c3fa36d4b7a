import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { startProcess } from '../attacks/server-process.ts';
import { DatabaseLine } from '../database-line.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { type ApiClient, freePort, type RunningService, startTestService } from '../running-service.ts';

let postgres: PostgresServer;
before(async () => {
  postgres = await startPostgres();
});
after(() => postgres.stop());

async function startOn(test: TestContext, databaseUrl: string): Promise<RunningService> {
  const service = await startTestService({ databaseUrl });
  test.after(() => service.stop());
  return service;
}

/** The same, where the way to the database can be spoilt. */
async function startOverLine(
  test: TestContext,
): Promise<{ readonly service: RunningService; readonly line: DatabaseLine }> {
  const line = await DatabaseLine.to(postgres.port);
  const service = await startOn(test, await postgres.createDatabase({ port: line.port }));
  test.after(() => line.close());
  return { service, line };
}

/** Asks again until the answer is this one; how many milliseconds that took. */
async function until(ask: () => Promise<boolean>, limitMs: number): Promise<number> {
  const startedAt = performance.now();
  while (!(await ask())) {
    assert.ok(performance.now() - startedAt < limitMs, `not within ${limitMs} ms`);
    await delay(20);
  }
  return performance.now() - startedAt;
}

async function readiness(client: ApiClient): Promise<string> {
  const { status, text } = await client.send('GET', '/readyz');
  return `${status} ${text.replace(/\d\.\d\d s/, '# s')}`;
}

const ready = '200 ready\ndatabase: answering\nlease: held, # s old\n';
const readyWithoutLease = '200 ready\ndatabase: answering\nlease: none, answering from the database\n';
const notReady = '503 not ready\ndatabase: not answering\nlease: none, refusing\n';

async function statusOf(client: ApiClient): Promise<number> {
  return (await client.send('GET', '/api/session')).status;
}

async function sessionIdOf(client: ApiClient): Promise<string> {
  const { body } = await client.send('GET', '/api/session');
  return (body['session'] as { readonly id: string }).id;
}

describe('a service on an empty PostgreSQL database', () => {
  it('does the whole main job, and forgets nothing over a restart', async (test) => {
    const databaseUrl = await postgres.createDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-postgres-service-'));
    test.after(() => rmSync(folder, { recursive: true, force: true }));
    const first = await startTestService({ databaseUrl, folder });
    test.after(() => first.stop());
    const [owner, phone] = [first.client(), first.client()];
    assert.equal((await owner.signUp()).status, 201);
    assert.equal((await phone.signIn()).status, 200);
    const { sessions } = (await owner.send('GET', '/api/sessions')).body as { sessions: unknown[] };
    assert.equal(sessions.length, 2);
    assert.equal((await owner.send('DELETE', `/api/sessions/${await sessionIdOf(phone)}`)).status, 204);
    assert.deepEqual([await statusOf(owner), await statusOf(phone)], [200, 401]);
    await first.stop();
    const second = await startOn(test, databaseUrl).catch((error: Error) => error.message);
    assert.match(String(second), /^ROLLCALL_SECRET_FILE: /);
    const third = await startTestService({ databaseUrl, folder });
    test.after(() => third.stop());
    const [ownerAgain, phoneAgain] = [third.client(), third.client()];
    for (const [before, now] of [
      [owner, ownerAgain],
      [phone, phoneAgain],
    ] as const)
      for (const [name, value] of before.cookies) now.cookies.set(name, value);
    assert.deepEqual([await statusOf(ownerAgain), await statusOf(phoneAgain)], [200, 401]);
    const { events } = (await ownerAgain.send('GET', '/api/history')).body as { events: { type: string }[] };
    assert.ok(events.some(({ type }) => type === 'session.terminated'));
  });

  it('lets in nobody from before when the epoch was raised, as after a restore', async (test) => {
    const databaseUrl = await postgres.createDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-restored-'));
    test.after(() => rmSync(folder, { recursive: true, force: true }));
    const before = await startTestService({ databaseUrl, folder });
    const cookies = before.client();
    assert.equal((await cookies.signUp()).status, 201);
    await before.stop();
    await postgres.query('update instance set epoch = epoch + 1', new URL(databaseUrl).pathname.slice(1));
    const restored = await startTestService({ databaseUrl, folder });
    test.after(() => restored.stop());
    const owner = restored.client();
    for (const [name, value] of cookies.cookies) owner.cookies.set(name, value);
    assert.equal(await statusOf(owner), 401);
    assert.equal((await owner.signIn()).status, 200);
    assert.equal(await statusOf(owner), 200);
  });

  it('tells its lease and its figures, and leaves the table of nodes when it stops', async (test) => {
    const databaseUrl = await postgres.createDatabase();
    const service = await startOn(test, databaseUrl);
    const client = service.client();
    assert.equal(await readiness(client), ready);
    await client.signUp();
    for (let count = 0; count < 5; count += 1) assert.equal(await statusOf(client), 200);
    let text = '';
    // The first renewal counts the nodes.
    while (!/^rollcall_renewals_total\{result="renewed"\} [1-9]/m.test(text))
      ({ text } = await client.send('GET', '/metrics'));
    assert.match(text, /^rollcall_lease_held 1$/m);
    assert.match(text, /^rollcall_memory_sessions 1$/m);
    assert.match(text, /^rollcall_memory_hits_total [45]$/m);
    assert.match(text, /^rollcall_nodes 1$/m);
    assert.match(text, /^rollcall_renewals_total\{result="failed"\} 0$/m);
    const nodes = async () =>
      (await postgres.query('select * from cluster_nodes', new URL(databaseUrl).pathname.slice(1))).length;
    assert.equal(await nodes(), 1);
    await service.stop();
    assert.equal(await nodes(), 0);
  });
});

describe('a service whose PostgreSQL', () => {
  it('goes away says so, refuses when its lease is over, and is back within two seconds of it', async (test) => {
    const own = await startPostgres();
    test.after(() => own.stop());
    const service = await startOn(test, await own.createDatabase());
    const client = service.client();
    await client.signUp();
    assert.equal(await statusOf(client), 200);
    for (const how of ['fast', 'crash'] as const) {
      await own.halt(how);
      await until(async () => (await readiness(client)) === notReady, 3_000);
      assert.equal(await statusOf(client), 503);
      assert.equal((await client.send('GET', '/healthz')).status, 200);
      await own.resume();
      const backMs = await until(async () => (await statusOf(client)) === 200, 2_000);
      test.diagnostic(`served again ${backMs.toFixed(0)} ms after a ${how} stop was over`);
      await until(async () => (await readiness(client)) === ready, 10_000);
    }
    await service.stop();
    const unreached = service.logLines.filter((line) => line.includes('could not reach the database'));
    assert.ok(unreached.length > 0 && unreached.length < 10, `${unreached.length} lines`);
    assert.doesNotMatch(service.logLines.join('\n'), /postgres:\/\//);
  });

  it('swallows everything is found out in a second or two', async (test) => {
    const { service, line } = await startOverLine(test);
    const client = service.client();
    await client.signUp();
    line.swallow();
    const askedAt = performance.now();
    assert.match(await readiness(client), /^503 not ready\ndatabase: not answering\n/);
    const tookMs = performance.now() - askedAt;
    test.diagnostic(`answered after ${tookMs.toFixed(0)} ms`);
    assert.ok(tookMs < 2_500);
    await until(async () => (await statusOf(client)) === 503, 10_000);
    line.mend();
    await until(async () => (await readiness(client)) === ready, 10_000);
    assert.equal(await statusOf(client), 200);
  });

  it('swallows everything while it stops keeps it no longer than ten seconds', async (test) => {
    const { service, line } = await startOverLine(test);
    await service.client().signUp();
    line.swallow();
    const startedAt = performance.now();
    await service.stop();
    const tookMs = performance.now() - startedAt;
    test.diagnostic(`stopped after ${tookMs.toFixed(0)} ms`);
    assert.ok(tookMs < 10_000);
  });

  it('gives it no lease answers from the database', async (test) => {
    const databaseUrl = await postgres.createDatabase();
    const service = await startOn(test, databaseUrl);
    const client = service.client();
    await client.signUp();
    assert.equal(await statusOf(client), 200);
    // What a terminating transaction takes: no renewal gets past it.
    const holder = new pg.Client({ connectionString: databaseUrl });
    await holder.connect();
    test.after(() => holder.end());
    await holder.query('begin');
    await holder.query('select cluster_lock(true)');
    await until(async () => (await readiness(client)) === readyWithoutLease, 5_000);
    const misses = async () =>
      Number(/^rollcall_memory_misses_total (\d+)$/m.exec((await client.send('GET', '/metrics')).text)?.[1]);
    const before = await misses();
    assert.equal(await statusOf(client), 200);
    assert.equal(await misses(), before + 1);
    await holder.query('rollback');
    await until(async () => (await readiness(client)) === ready, 5_000);
  });
});

/** Whether the server lets nobody in with this URL. */
async function isRefused(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString });
  try {
    await client.connect();
    return false;
  } catch {
    return true;
  } finally {
    await client.end();
  }
}

describe('a start on PostgreSQL', () => {
  /** What an operator reads when the process ends by itself with 1. */
  async function refusedStart(test: TestContext, databaseUrl: string): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-refused-'));
    test.after(() => rmSync(folder, { recursive: true, force: true }));
    const environment = { PORT: String(await freePort()), ROLLCALL_DATABASE_URL: databaseUrl };
    const started = startProcess(folder, environment);
    assert.equal(await started.ended, 1, started.stderr());
    assert.equal(started.stdout(), '');
    assert.doesNotMatch(started.stderr(), /hunter/);
    return started.stderr();
  }

  const sentence = /^Rollcall did not start\. ROLLCALL_DATABASE_URL: [^\n]+\.\n$/;

  it('that is not there says why in one sentence, without the password', async (test) => {
    const port = await freePort();
    const said = await refusedStart(test, `postgres://rollcall:hunter2@127.0.0.1:${port}/rollcall`);
    assert.match(said, sentence);
    assert.match(said, /can't be reached \(ECONNREFUSED\)/);
  });

  it('without that database says so', async (test) => {
    const said = await refusedStart(test, `postgres://postgres:hunter2@127.0.0.1:${postgres.port}/nowhere`);
    assert.match(said, sentence);
    assert.match(said, /database "nowhere" does not exist/);
  });

  it('that takes no password or no TLS says so', async (test) => {
    await postgres.query("create role rollcall login password 'hunter3'");
    const rules = join(postgres.folder, 'pg_hba.conf');
    const before = await readFile(rules, 'utf8');
    await writeFile(rules, `host all rollcall 127.0.0.1/32 scram-sha-256\n${before}`);
    await postgres.query('select pg_reload_conf()');
    const url = `postgres://rollcall:hunter2@127.0.0.1:${postgres.port}/postgres`;
    await until(() => isRefused(url), 10_000);
    assert.match(
      await refusedStart(test, url),
      /reached \(password authentication failed for user "rollcall"/,
    );
    const said = await refusedStart(test, `${url}?sslmode=verify-full`);
    assert.match(said, sentence);
    assert.match(said, /reached \(The server does not support SSL connections\)\.$/m);
  });

  it('that forgets commits is refused with the setting named', async (test) => {
    const databaseUrl = await postgres.createDatabase();
    const name = new URL(databaseUrl).pathname.slice(1);
    await postgres.query(`alter database ${name} set synchronous_commit = off`);
    const said = await refusedStart(test, databaseUrl);
    assert.match(said, sentence);
    assert.match(said, /synchronous_commit is off/);
  });

  it('with replicas of which none is synchronous warns loudly, and starts', async (test) => {
    const databaseUrl = await postgres.createDatabase();
    // To the server, whoever asks for its log is a replica.
    const replica = new pg.Client({ connectionString: databaseUrl, ...{ replication: 'true' } });
    await replica.connect();
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-warned-'));
    const environment = { PORT: String(await freePort()), ROLLCALL_DATABASE_URL: databaseUrl };
    const started = startProcess(folder, environment);
    test.after(async () => {
      await started.stop();
      await replica.end();
      rmSync(folder, { recursive: true, force: true });
    });
    await started.started;
    assert.match(started.stdout(), /Rollcall is ready/);
    const [logged = '', warned, ...others] = started.stderr().trim().split('\n');
    assert.match(logged, /^\{"level":"warn",.*BEST EFFORT ONLY: .*synchronous_standby_names/);
    assert.match(warned ?? '', /^Warning: BEST EFFORT ONLY: the database has replicas .*\.$/);
    assert.deepEqual(others, []);
  });
});
