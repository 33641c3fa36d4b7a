import assert from 'node:assert/strict';
import { appendFile, chmod, chown, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type ConnectionLimits, openConnection } from '../../src/store/postgres/connection.ts';
import { openPostgresStore } from '../../src/store/postgres.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { certificateFor } from './certificate.ts';

const limits: ConnectionLimits = { statementTimeoutMs: 1_000, lockTimeoutMs: 1_000 };

/** Gives the server a certificate that nobody else vouches for; the file that holds it. */
async function giveCertificate(server: PostgresServer): Promise<string> {
  const { certificate, key } = certificateFor('127.0.0.1');
  const owner = await stat(server.folder);
  for (const [name, content] of [
    ['server.crt', certificate],
    ['server.key', key],
  ] as const) {
    const path = join(server.folder, name);
    await writeFile(path, content, { mode: 0o600 });
    await chown(path, owner.uid, owner.gid);
  }
  // Those who have the certificate trust it, whoever reads it.
  await chmod(join(server.folder, 'server.crt'), 0o644);
  await appendFile(join(server.folder, 'postgresql.conf'), 'ssl = on\n');
  // The test's own database is reached with TLS alone, the server's by its keeper without.
  const rules = 'host postgres all 127.0.0.1/32 trust\nhostssl all all 127.0.0.1/32 trust\n';
  await writeFile(join(server.folder, 'pg_hba.conf'), rules);
  await server.halt('fast');
  return join(server.folder, 'server.crt');
}

describe('the TLS settings of a connection string', () => {
  let server: PostgresServer;
  let url: string;
  let root: string;
  before(async () => {
    server = await startPostgres();
    url = await server.createDatabase();
    root = await giveCertificate(server);
    await server.resume();
  });
  after(() => server.stop());

  const isEncrypted = async (settings: string): Promise<unknown> => {
    const connection = await openConnection(`${url}?${settings}`, limits);
    const { rows } = await connection.run('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
    await connection.end();
    return rows[0]?.['ssl'];
  };

  it('encrypt, and check the certificate against the one they name', async () => {
    assert.equal(await isEncrypted(`sslmode=verify-full&sslrootcert=${root}`), true);
  });

  it('encrypt without checking where they say so', async () => {
    assert.equal(await isEncrypted('uselibpqcompat=true&sslmode=require'), true);
    assert.equal(await isEncrypted('sslmode=no-verify'), true);
  });

  it('refuse a certificate that nobody vouches for', async () => {
    await assert.rejects(openConnection(`${url}?sslmode=verify-full`, limits), { code: 'store_unavailable' });
  });

  it('are refused by a server that must have TLS when they have none', async () => {
    await assert.rejects(openConnection(`${url}?sslmode=disable`, limits), { code: 'store_unavailable' });
  });

  it('let a connection be given up like any other', async () => {
    const connection = await openConnection(`${url}?sslmode=verify-full&sslrootcert=${root}`, limits);
    await connection.simple('set statement_timeout = 0');
    const sleeping = [connection.run('select pg_sleep(5)'), connection.run('select 1')];
    for (const outcome of await Promise.allSettled(sleeping)) assert.equal(outcome.status, 'rejected');
    assert.equal(connection.isOpen, false);
  });

  it('serve a whole store', async () => {
    const secured = `${url}?sslmode=verify-full&sslrootcert=${root}`;
    const store = await openPostgresStore({ url: secured, nodeId: 'one' });
    await store.write((tx) => tx.putStanding('ada', { epoch: 3, isDisabled: false }));
    assert.equal((await store.standingOf('ada')).epoch, 3);
    await store.close();
  });
});
