import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { describe, it, type TestContext } from 'node:test';
import { RollcallError } from '../../src/errors.ts';
import { SqliteConnection } from '../../src/store/sqlite/connection.ts';
import { securePragmas } from '../../src/store/sqlite/pragmas.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { databasePath, inspect, tamper } from './store-files.ts';

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

/** Starts a process that opens the database; what it says of it, and how to end it at once. */
async function openElsewhere(test: TestContext, path: string, ...more: readonly string[]) {
  const script = join(import.meta.dirname, 'open-store.ts');
  const child = spawn(process.execPath, [script, path, ...more], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  test.after(end);
  for await (const line of createInterface(child.stdout)) {
    return { outcome: JSON.parse(line) as { code: string; message: string }, end };
  }
  throw new Error('The process that opens the store said nothing.');
}

async function refusalOf(path: string): Promise<RollcallError> {
  const outcome = await openSqliteStore({ path }).catch((error: unknown) => error);
  assert.ok(outcome instanceof RollcallError, 'expected a refusal');
  return outcome;
}

describe('opening a SQLite store', () => {
  it('makes its folder and files for its own user alone', async (test) => {
    const folder = join(dirname(databasePath(test)), 'data');
    const store = await openSqliteStore({ path: join(folder, 'rollcall.db') });
    await store.write((transaction) => transaction.putInstanceEpoch(1));
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    const names = readdirSync(folder);
    assert.ok(names.includes('rollcall.db-wal'));
    for (const name of names) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
    await store.close();
  });

  it('sets what durability rests on, and reads it back', (test) => {
    const path = databasePath(test);
    const connection = new SqliteConnection(path, false, 250);
    test.after(() => connection.close());
    securePragmas(connection, 250);
    const names = ['journal_mode', 'synchronous', 'fullfsync', 'foreign_keys', 'trusted_schema'];
    const values = names.map((name) => connection.get(`pragma ${name}`, [])?.[name]);
    assert.deepEqual(values, ['wal', 2, 1, 1, 0]);
    assert.equal(connection.get('pragma busy_timeout', [])?.['timeout'], 250);
  });

  it('names the setting that did not hold', (test) => {
    const connection = new SqliteConnection(':memory:', false, 0);
    test.after(() => connection.close());
    assert.throws(() => securePragmas(connection, 0), {
      code: 'store_unsafe',
      message: /journal_mode = wal/,
    });
  });

  it('refuses to keep sessions in memory only', async () => {
    assert.equal((await refusalOf(':memory:')).code, 'store_unsafe');
  });

  it('refuses a file that is open already, also under another name', async (test) => {
    const path = databasePath(test);
    const alias = join(dirname(path), 'alias.db');
    const store = await openSqliteStore({ path });
    symlinkSync(path, alias);
    for (const name of [path, alias, path]) assert.equal((await refusalOf(name)).code, 'store_in_use');
    // A refused attempt in the holder's own process must not have given its lock away.
    assert.equal((await openElsewhere(test, path)).outcome.code, 'store_in_use');
    await store.close();
    await (await openSqliteStore({ path: alias })).close();
  });

  it('refuses a second process, and opens once the first was killed, with all it had acknowledged', async (test) => {
    const path = databasePath(test);
    const holder = await openElsewhere(test, path);
    assert.equal(holder.outcome.code, 'open');
    assert.equal((await refusalOf(path)).code, 'store_in_use');
    assert.equal((await openElsewhere(test, path)).outcome.code, 'store_in_use');
    assert.equal(inspect(path, 'select epoch from standings')[0]?.['epoch'], 7);
    await holder.end();
    const store = await openSqliteStore({ path });
    assert.equal((await store.standingOf('held')).epoch, 7);
    await store.close();
  });

  it('refuses a database that knows a migration it does not, and leaves it as it is', async (test) => {
    const path = databasePath(test);
    await (await openSqliteStore({ path })).close();
    tamper(path, "insert into migrations values ('9999-from-the-future', 'checksum')");
    assert.equal((await refusalOf(path)).code, 'store_newer');
    tamper(path, "delete from migrations where name like '9999%'");
    await (await openSqliteStore({ path })).close();
  });

  it('refuses a database whose migration was another, and names it', async (test) => {
    const path = databasePath(test);
    await (await openSqliteStore({ path })).close();
    tamper(path, "update migrations set checksum = 'other'");
    const refusal = await refusalOf(path);
    assert.equal(refusal.code, 'store_unsafe');
    assert.match(refusal.message, /0001-initial-schema/);
  });

  it("leaves another program's database as it is", async (test) => {
    const path = databasePath(test);
    tamper(path, 'create table sessions (a); create table mine (b)');
    assert.equal((await refusalOf(path)).code, 'store_unavailable');
    const tables = inspect(path, "select name from sqlite_schema where type = 'table' order by name");
    assert.deepEqual(
      tables.map(({ name }) => name),
      ['mine', 'sessions'],
    );
  });

  it('refuses a file that is no database with a sentence', async (test) => {
    const path = databasePath(test);
    writeFileSync(path, 'This is a text of someone, not a database. '.repeat(500));
    const refusal = await refusalOf(path);
    assert.equal(refusal.code, 'store_unavailable');
    assert.match(refusal.message, /damaged or is not a database/);
  });

  it('refuses a path it cannot make with a sentence that names it', async (test) => {
    const file = databasePath(test);
    writeFileSync(file, '');
    const path = join(file, 'data', 'rollcall.db');
    const refusal = await refusalOf(path);
    assert.equal(refusal.code, 'store_unavailable');
    assert.ok(refusal.message.includes(path));
  });

  it('refuses a read-only folder with a sentence that names the file', async (test) => {
    const folder = join(dirname(databasePath(test)), 'data');
    const path = join(folder, 'rollcall.db');
    mkdirSync(folder);
    chmodSync(dirname(folder), 0o755);
    chmodSync(folder, 0o555);
    // The super-user may write anywhere, so there the process becomes another user first.
    const { outcome } = await openElsewhere(test, path, ...(isRoot ? [String(nobody)] : []));
    assert.equal(outcome.code, 'store_unavailable');
    assert.ok(outcome.message.includes(`${path} and its folder must be writable`));
    chmodSync(folder, 0o755);
  });
});
