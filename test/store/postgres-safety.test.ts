import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import pg from 'pg';
import { RollcallError } from '../../src/errors.ts';
import { checkServer, refusalOf, type ServerCondition } from '../../src/store/postgres/safety.ts';
import { claimSecret } from '../../src/store/postgres/secret-claim.ts';
import { ConnectionSource } from '../../src/store/postgres/source.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { ClusterDatabase, publish, revocationOf, until } from './cluster-database.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres({ wal_level: 'logical' });
});
after(() => server.stop());

const password = 'violet-quartz-lantern';
const limits = { statementTimeoutMs: 10_000, lockTimeoutMs: 10_000 };
let roles = 0;

/** A role without privileges but on a schema of its own; its name and its URL. */
async function newRole(): Promise<{ readonly role: string; readonly url: string }> {
  roles += 1;
  const role = `safety_${roles}`;
  await server.query(`create role ${role} login; create schema authorization ${role}`);
  return { role, url: `postgres://${role}:${password}@127.0.0.1:${server.port}/postgres` };
}

async function check(test: TestContext, url: string): Promise<readonly string[]> {
  const connection = await new ConnectionSource({ url }).open(limits);
  test.after(() => connection.destroy());
  return checkServer(connection);
}

/** The one sentence of a refusal, which must tell no secret. */
async function refusal(test: TestContext, url: string): Promise<string> {
  const error = await check(test, url).catch((cause: unknown) => cause);
  assert.ok(error instanceof RollcallError, 'expected a refusal');
  assert.equal(error.code, 'store_unsafe');
  assert.ok(!inspect(error, { depth: 10 }).includes(password), 'the error holds the password');
  return error.message;
}

/** Changes a setting of the whole server until the test ends. */
async function configure(test: TestContext, name: string, value: string): Promise<void> {
  const isSet = async (expected: string): Promise<boolean> =>
    (await server.query(`show ${name}`))[0]?.[name] === expected;
  const before = String((await server.query(`show ${name}`))[0]?.[name]);
  test.after(async () => {
    await server.query(`alter system reset ${name}`);
    await server.query('select pg_reload_conf()');
    await until(() => isSet(before));
  });
  await server.query(`alter system set ${name} = '${value}'`);
  await server.query('select pg_reload_conf()');
  await until(() => isSet(value));
}

describe('the check of a PostgreSQL server', () => {
  it('accepts a server as it comes, with nothing to warn of, for a role of few rights', async (test) => {
    assert.deepEqual(await check(test, (await newRole()).url), []);
  });

  for (const value of ['off', 'local', 'remote_write']) {
    it(`refuses synchronous_commit = ${value} set for the role`, async (test) => {
      const { role, url } = await newRole();
      await server.query(`alter role ${role} set synchronous_commit = ${value}`);
      assert.match(await refusal(test, url), new RegExp(`^synchronous_commit is ${value} .*must be on`));
    });
  }

  it('refuses synchronous_commit = off set for the database or in the connection string', async (test) => {
    const url = await server.createDatabase();
    const inUrl = `${(await newRole()).url}?options=${encodeURIComponent('-c synchronous_commit=off')}`;
    assert.match(await refusal(test, inUrl), /^synchronous_commit is off/);
    assert.deepEqual(await check(test, url), []);
    const name = new URL(url).pathname.slice(1);
    await server.query(`alter database ${name} set synchronous_commit = off`);
    assert.match(await refusal(test, url), /^synchronous_commit is off/);
  });

  it('accepts synchronous_commit = remote_apply, which waits for more', async (test) => {
    const { role, url } = await newRole();
    await server.query(`alter role ${role} set synchronous_commit = remote_apply`);
    assert.deepEqual(await check(test, url), []);
  });

  for (const name of ['fsync', 'full_page_writes']) {
    it(`refuses ${name} = off`, async (test) => {
      await configure(test, name, 'off');
      assert.match(await refusal(test, (await newRole()).url), new RegExp(`^${name} is off; it must be on`));
    });
  }

  it('refuses transactions that are read-only by default', async (test) => {
    const { role, url } = await newRole();
    await server.query(`alter role ${role} set default_transaction_read_only = on`);
    assert.match(await refusal(test, url), /^default_transaction_read_only is on/);
  });

  it('accepts another default isolation: connections choose their own', async (test) => {
    const { role, url } = await newRole();
    await server.query(`alter role ${role} set default_transaction_isolation = 'repeatable read'`);
    assert.deepEqual(await check(test, url), []);
    const database = await ClusterDatabase.make(server, test);
    await server.query(`alter role postgres set default_transaction_isolation = 'serializable'`);
    test.after(() => server.query('alter role postgres reset default_transaction_isolation'));
    assert.equal(await publish(await database.connect(), 'first', revocationOf('a')), 1);
  });

  it('refuses a schema in which the role may not create', async (test) => {
    const { role, url } = await newRole();
    await server.query(`alter role ${role} set search_path = public`);
    assert.match(await refusal(test, url), /may not create tables in the schema "public"/);
  });

  it('refuses a search path without a schema', async (test) => {
    const { role, url } = await newRole();
    await server.query(`alter role ${role} set search_path = nowhere`);
    assert.match(await refusal(test, url), /^search_path names no schema/);
  });

  it('refuses a database that cannot keep every text', async (test) => {
    await server.query("create database latin template template0 encoding 'LATIN1' locale 'C'");
    const url = (await newRole()).url.replace(/postgres$/, 'latin');
    assert.match(await refusal(test, url), /encoding of the database is LATIN1; it must be UTF8/);
  });

  it('refuses a server before PostgreSQL 14', () => {
    const condition: ServerCondition = {
      ...{ version: 140_000, is_read_only: false, encoding: 'UTF8', synchronous_commit: 'on' },
      ...{ fsync: 'on', full_page_writes: 'on', schema: 'public', may_create: true },
      ...{ replicas: 0, has_synchronous_standby: false },
    };
    assert.equal(refusalOf(condition), null);
    assert.match(refusalOf({ ...condition, version: 130_021 }) ?? '', /^The server is PostgreSQL 13; .* 14/);
  });

  it('is not reached on a standby, to which no connection is opened', async (test) => {
    const mark = join(server.folder, 'standby.signal');
    await server.halt('fast');
    await writeFile(mark, '');
    test.after(async () => {
      await server.halt('fast');
      await rm(mark);
      await server.resume();
    });
    await server.resume();
    const url = `postgres://postgres:${password}@127.0.0.1:${server.port}/postgres`;
    const error = await check(test, url).catch((cause: unknown) => cause);
    assert.ok(error instanceof RollcallError);
    assert.match(error.message, /standby/);
    assert.ok(!inspect(error, { depth: 10 }).includes(password));
  });
});

describe('the warning of replicas', () => {
  it('comes with a replica and no synchronous standby, also to a role of few rights', async (test) => {
    const { url } = await newRole();
    const { lsn } = (await server.query('select pg_current_wal_lsn() as lsn'))[0] ?? {};
    await replicate(test, 'true', `START_REPLICATION ${lsn}`);
    const [warning, ...more] = await check(test, url);
    assert.match(warning ?? '', /^BEST EFFORT ONLY: .*synchronous_standby_names is empty/);
    assert.deepEqual(more, []);
    await configure(test, 'synchronous_standby_names', 'any_name');
    assert.deepEqual(await check(test, url), []);
  });

  it('does not come for a subscriber of single tables', async (test) => {
    const { url } = await newRole();
    await server.query('create publication everything for all tables');
    await server.query("select pg_create_logical_replication_slot('subscriber', 'pgoutput')");
    const options = `(proto_version '1', publication_names 'everything')`;
    await replicate(test, 'database', `START_REPLICATION SLOT subscriber LOGICAL 0/0 ${options}`);
    assert.deepEqual(await check(test, url), []);
  });
});

describe('the secret of a database', () => {
  const other = {
    code: 'invalid_setting',
    message:
      'ROLLCALL_SECRET_FILE: this database belongs to another secret; copy the file of the first node.',
  };

  it('is that of the first node, and refuses any other', async (test) => {
    const connection = await (await ClusterDatabase.make(server, test)).connect();
    await claimSecret(connection, "the first's \\");
    await claimSecret(connection, "the first's \\");
    await assert.rejects(claimSecret(connection, 'the second'), other);
    await claimSecret(connection, "the first's \\");
  });

  it('is one, however many claim it at once', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const connections = await Promise.all(Array.from({ length: 8 }, () => database.connect()));
    const outcomes = await Promise.allSettled(
      connections.map((connection, place) => claimSecret(connection, `secret ${place % 2}`)),
    );
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 4);
  });
});

/** Receives the log as a replica would, until the test ends. */
async function replicate(test: TestContext, mode: 'true' | 'database', command: string): Promise<void> {
  const counted = 'select count(*)::integer as count from pg_stat_replication';
  const areThere = async (count: number): Promise<boolean> =>
    (await server.query(counted))[0]?.['count'] === count;
  const client = new pg.Client(`postgres://postgres@127.0.0.1:${server.port}/postgres?replication=${mode}`);
  client.on('error', () => undefined);
  await client.connect();
  test.after(async () => {
    await client.end();
    await until(() => areThere(0));
  });
  client.query(command).catch(() => undefined);
  await until(() => areThere(1));
}
