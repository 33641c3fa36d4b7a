import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { RollcallError } from '../../src/errors.ts';
import { openPostgresStore, type PostgresStore } from '../../src/store/postgres.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { freePort } from '../running-service.ts';
import { openNode, PostgresSchemas } from './postgres-schemas.ts';

async function refusalOf(url: string): Promise<RollcallError> {
  const outcome = await openPostgresStore({ url, nodeId: 'one' }).catch((error: unknown) => error);
  assert.ok(outcome instanceof RollcallError, 'expected a refusal');
  return outcome;
}

describe('opening a PostgreSQL store', () => {
  let server: PostgresServer;
  let schemas: PostgresSchemas;
  before(async () => {
    server = await startPostgres();
    schemas = await PostgresSchemas.on(server);
    await server.query("create role guest login password 'open-sesame'");
  });
  after(() => server.stop());

  it('makes the schema once when ten nodes start at once', async (test) => {
    const url = await schemas.make();
    const opening = Array.from({ length: 10 }, (_, n) => openNode(test, url, { nodeId: `node-${n}` }));
    const stores: readonly PostgresStore[] = await Promise.all(opening);
    await Promise.all(
      stores.map((store, n) =>
        store.write((tx) => tx.putStanding(`user-${n}`, { epoch: n, isDisabled: false })),
      ),
    );
    const epochs = stores.map((_, n) => stores[(n + 1) % 10]?.standingOf(`user-${n}`));
    assert.deepEqual(
      (await Promise.all(epochs)).map((standing) => standing?.epoch),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
  });

  it('refuses a database written by a newer version, and leaves it as it is', async () => {
    const url = await schemas.make();
    await (await openPostgresStore({ url, nodeId: 'one' })).close();
    const schema = /search_path%3D(\w+)/.exec(url)?.[1];
    await schemas.query(`insert into ${schema}.migrations values ('9999-later', 'checksum')`);
    assert.equal((await refusalOf(url)).code, 'store_newer');
  });

  it('refuses a database made with another form of its steps', async () => {
    const url = await schemas.make();
    await (await openPostgresStore({ url, nodeId: 'one' })).close();
    const schema = /search_path%3D(\w+)/.exec(url)?.[1];
    await schemas.query(`update ${schema}.migrations set checksum = 'other'`);
    const refusal = await refusalOf(url);
    assert.equal(refusal.code, 'store_unsafe');
    assert.match(refusal.message, /0001-initial-schema/);
  });

  it('leaves nothing of a step that fails', async () => {
    const url = await schemas.make();
    const schema = /search_path%3D(\w+)/.exec(url)?.[1];
    // The first step makes all its tables before it finds this one.
    await schemas.query(`create table ${schema}.throttles (key text)`);
    assert.equal((await refusalOf(url)).code, 'store_unavailable');
    const tables = await schemas.query(`select tablename from pg_tables where schemaname = '${schema}'`);
    assert.deepEqual(tables, [{ tablename: 'throttles' }]);
  });

  it('refuses a connection string that can not be used', async () => {
    for (const url of ['postgres://host:port/name', 'postgres://localhost/x?sslrootcert=/nowhere/ca.pem']) {
      assert.equal((await refusalOf(url)).code, 'invalid_setting', url);
    }
  });

  it('answers store_unavailable within a second when nobody listens', async () => {
    const port = await freePort();
    assert.equal((await refusalOf(`postgres://postgres@127.0.0.1:${port}/x`)).code, 'store_unavailable');
  });

  it('never shows the password of the connection string in an error', async () => {
    const [address] = [`127.0.0.1:${server.port}`];
    const urls = [
      `postgres://guest:S3cret-pass@${address}/nowhere`,
      'postgres://guest:S3cret-pass@127.0.0.1:1/nowhere',
      'postgres://guest:S3cret-pass@host:port/name',
      `postgres://guest:S3cret-pass@${address}/postgres?sslmode=verify-full`,
      `postgres://guest:S3cret-pass@${address}/postgres?sslcert=/nowhere`,
    ];
    for (const url of urls) {
      const error = await refusalOf(url);
      assert.doesNotMatch(inspect(error, { depth: 20, showHidden: true }), /S3cret/, url);
    }
  });
});
