import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { systemRandom } from '../../src/engine/system.ts';
import { cases } from '../../src/store/conformance/cases.ts';
import { aDevice, aSession, aTermination, givenSession, newId } from '../../src/store/conformance/samples.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { databasePath, inspect, tamper } from './store-files.ts';

describe('the SQLite store', () => {
  for (const { name, run } of cases) {
    it(name, async (test) => {
      const store = await openSqliteStore({ path: databasePath(test) });
      try {
        await run(store, { random: systemRandom });
      } finally {
        await store.close();
      }
    });
  }
});

describe('the SQLite store, as a file', () => {
  it('has everything it acknowledged after it is opened again', async (test) => {
    const path = databasePath(test);
    const first = await openSqliteStore({ path });
    const session = await givenSession(first, systemRandom);
    const ended = await givenSession(first, systemRandom, { termination: aTermination() });
    await first.close();
    const second = await openSqliteStore({ path });
    assert.deepEqual((await second.lookUp(session.id))?.session, session);
    assert.deepEqual((await second.lookUp(ended.id))?.session, ended);
    await second.close();
  });

  it('lets other programs read what is committed while it is open', async (test) => {
    const path = databasePath(test);
    const store = await openSqliteStore({ path });
    const { id } = await givenSession(store, systemRandom);
    assert.equal(inspect(path, 'select id from sessions')[0]?.['id'], id);
    await store.close();
  });

  it('holds no column for a secret in the clear', async (test) => {
    const path = databasePath(test);
    await (await openSqliteStore({ path })).close();
    const columns = inspect(
      path,
      `select tables.name || '.' || columns.name as name from sqlite_schema as tables
        join pragma_table_info(tables.name) as columns where tables.type = 'table' order by 1`,
    );
    const telling = /secret|token|code|key|password|digest|hash/;
    assert.deepEqual(
      columns.map(({ name }) => String(name)).filter((name) => telling.test(name)),
      [
        'devices.digest',
        'pending_sign_ins.digest',
        'pending_sign_ins.password_hash',
        'recovery_codes.digest',
        'recovery_codes.used_at',
        'recovery_codes.user_id',
        'sessions.digest',
        'throttles.key',
        'totp.sealed_key',
        'users.password_changed_at',
        'users.password_hash',
      ],
    );
  });

  it('refuses to store a token where a digest belongs', async (test) => {
    const store = await openSqliteStore({ path: databasePath(test) });
    const device = aDevice(systemRandom);
    const session = aSession(systemRandom, device, { digest: `rc1_${newId(systemRandom)}.secret` });
    await store.write((transaction) => transaction.insertDevice(device));
    await assert.rejects(
      store.write((transaction) => transaction.insertSession(session)),
      { code: 'unexpected' },
    );
    await store.close();
  });

  it('refuses a write while another program holds the file, and goes on afterwards', async (test) => {
    const path = databasePath(test);
    const store = await openSqliteStore({ path, busyTimeoutMs: 0 });
    const write = () => store.write((tx) => tx.putStanding('user', { epoch: 1, isDisabled: false }));
    const other = new DatabaseSync(path);
    other.exec('begin immediate');
    await assert.rejects(write(), { code: 'store_unavailable' });
    assert.equal((await store.standingOf('user')).epoch, 0);
    other.exec('rollback');
    other.close();
    await write();
    assert.equal((await store.standingOf('user')).epoch, 1);
    await store.close();
  });

  it('answers store_unavailable when a table is gone, and never null', async (test) => {
    const path = databasePath(test);
    const store = await openSqliteStore({ path });
    const { id } = await givenSession(store, systemRandom);
    tamper(path, 'drop table instance');
    await assert.rejects(store.lookUp(id), { code: 'store_unavailable' });
    await assert.rejects(store.ping(), { code: 'store_unavailable' });
    await store.close();
  });

  it('finishes the changes it has taken before it closes, and takes none after', async (test) => {
    const store = await openSqliteStore({ path: databasePath(test) });
    const taken = store.write(async () => 'done');
    const closed = store.close();
    await assert.rejects(
      store.write(async () => 'late'),
      { code: 'shutting_down' },
    );
    assert.equal(await taken, 'done');
    await closed;
    await store.close();
    for (const read of [store.lookUp('any'), store.user('any'), store.ping(), store.purge(0, 1)]) {
      await assert.rejects(read, { code: 'shutting_down' });
    }
  });
});
