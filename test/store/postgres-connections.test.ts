import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type ConnectionLimits, openConnection } from '../../src/store/postgres/connection.ts';
import { sqlState } from '../../src/store/postgres/failures.ts';
import { ConnectionPool } from '../../src/store/postgres/pool.ts';
import { ConnectionSource } from '../../src/store/postgres/source.ts';
import { FixedClock } from '../laboratory.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { freePort } from '../running-service.ts';
import { seededRandom } from '../seeded-random.ts';

const limits: ConnectionLimits = { statementTimeoutMs: 2_000, lockTimeoutMs: 2_000 };

describe('a connection to PostgreSQL', () => {
  let server: PostgresServer;
  let url: string;
  before(async () => {
    server = await startPostgres({ default_transaction_isolation: 'serializable' });
    url = await server.createDatabase();
  });
  after(() => server.stop());

  it('has its own settings whatever the server or the connection string say', async () => {
    const options = encodeURIComponent(
      '-c default_transaction_isolation=serializable -c statement_timeout=0',
    );
    const connection = await openConnection(`${url}?options=${options}&lock_timeout=1`, limits);
    const names = ['transaction_isolation', 'statement_timeout', 'lock_timeout', 'application_name'];
    const settings = names.map((name) => `current_setting('${name}') as ${name}`).join(', ');
    const { rows } = await connection.run(`select ${settings}`);
    assert.deepEqual(rows, [
      {
        transaction_isolation: 'read committed',
        statement_timeout: '2s',
        lock_timeout: '2s',
        application_name: 'rollcall',
      },
    ]);
    await connection.end();
  });

  it('takes the name of the connection string', async () => {
    const connection = await openConnection(`${url}?application_name=other`, limits);
    const { rows } = await connection.run("select current_setting('application_name') as name");
    assert.deepEqual(rows, [{ name: 'other' }]);
    await connection.end();
  });

  it('reads whole numbers as numbers', async () => {
    const connection = await openConnection(url, limits);
    const { rows } = await connection.run(
      'select $1::bigint as instant, count(*) as count',
      [1_800_000_000_000],
    );
    assert.deepEqual(rows, [{ instant: 1_800_000_000_000, count: 1 }]);
    await connection.end();
  });

  it('answers what is sent together in order, and goes on behind a refusal', async () => {
    const connection = await openConnection(url, limits);
    const [one, refused, two] = await Promise.allSettled([
      connection.run('select $1::bigint as n', [1]),
      connection.run('select $1::bigint / 0 as n', [1]),
      connection.run('select $1::bigint as n', [2]),
    ]);
    assert.equal(one.status === 'fulfilled' && one.value.rows[0]?.['n'], 1);
    assert.equal(refused.status === 'rejected' && sqlState(refused.reason), '22012');
    assert.equal(two.status === 'fulfilled' && two.value.rows[0]?.['n'], 2);
    await connection.end();
  });

  it('rejects at once, and says so, when it is lost', async () => {
    const connection = await openConnection(url, limits);
    const ended = Promise.withResolvers<void>();
    connection.onEnd(ended.resolve);
    const sleeping = assert.rejects(connection.run('select pg_sleep(5)'), { code: 'store_unavailable' });
    connection.destroy();
    await ended.promise;
    await assert.rejects(connection.run('select 1'), { code: 'store_unavailable' });
    await sleeping;
    assert.equal(connection.isOpen, false);
  });

  it('is given up when the server says nothing, not even that it took too long', async () => {
    const connection = await openConnection(url, { statementTimeoutMs: 100, lockTimeoutMs: 100 });
    await connection.simple('set statement_timeout = 0');
    await assert.rejects(connection.run('select pg_sleep(5)'), { code: 'store_unavailable' });
    assert.equal(connection.isOpen, false);
  });

  it('is opened again after a prepared statement no longer fits its table', async () => {
    const pool = new ConnectionPool(new ConnectionSource({ url }), {
      size: 1,
      budgetMs: 2_000,
      connection: limits,
    });
    const read = () => pool.use((connection) => connection.run('select * from changing where id = $1', [1]));
    await server.query('create table changing (id integer)', new URL(url).pathname.slice(1));
    await read();
    await server.query('alter table changing add column more text', new URL(url).pathname.slice(1));
    await assert.rejects(read(), { code: 'store_unavailable' });
    assert.equal((await read()).rowCount, 0);
    await pool.close();
  });

  it('is given up when the server lets nobody finish connecting', async (test) => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const sockets: Socket[] = [];
    silent.on('connection', (socket) => sockets.push(socket));
    test.after(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const { port } = silent.address() as AddressInfo;
    const start = performance.now();
    await assert.rejects(openConnection(`postgres://postgres@127.0.0.1:${port}/x`, limits), {
      code: 'store_unavailable',
      message: /did not answer in time/,
    });
    assert.ok(performance.now() - start < 1_500);
  });
});

describe('a pool of connections', () => {
  let server: PostgresServer;
  let url: string;
  before(async () => {
    server = await startPostgres();
    url = await server.createDatabase();
  });
  after(() => server.stop());

  it('opens no more than it may, and gives every piece of work its turn', async () => {
    const pool = new ConnectionPool(new ConnectionSource({ url }), {
      size: 3,
      budgetMs: 5_000,
      connection: limits,
    });
    const work = Array.from({ length: 30 }, (_, n) =>
      pool.use((connection) => connection.run('select $1::bigint as n, pg_sleep(0.001)', [n])),
    );
    const answers = await Promise.all(work);
    assert.deepEqual(
      answers.map(({ rows }) => rows[0]?.['n']),
      Array.from({ length: 30 }, (_, n) => n),
    );
    assert.equal(pool.size, 3);
    await pool.close();
    await assert.rejects(
      pool.use(async () => 1),
      { code: 'shutting_down' },
    );
  });

  it('makes do with the connections it has when the server has no room for more', async () => {
    await server.query('create role guest login connection limit 2');
    const guest = url.replace('postgres@', 'guest@');
    const pool = new ConnectionPool(new ConnectionSource({ url: guest }), {
      ...{ size: 5, budgetMs: 5_000, connection: limits },
    });
    const nap = () => pool.use((connection) => connection.run('select pg_sleep(0.01)'));
    await Promise.all(Array.from({ length: 2 }, nap));
    await Promise.all(Array.from({ length: 20 }, nap));
    assert.equal(pool.size, 2);
    await pool.close();
  });

  it('refuses work whose budget is spent, waiting or under way, and serves what comes next', async () => {
    const pool = new ConnectionPool(new ConnectionSource({ url }), {
      size: 1,
      budgetMs: 150,
      connection: limits,
    });
    await pool.use((connection) => connection.run('select 1'));
    const slow = () => pool.use((connection) => connection.run('select pg_sleep(1)'));
    const refused = { code: 'store_unavailable' };
    await Promise.all([assert.rejects(slow(), refused), assert.rejects(slow(), refused)]);
    const next = await pool.use((connection) => connection.run('select 1 as n'));
    assert.deepEqual(next.rows, [{ n: 1 }]);
    await pool.close();
  });

  it('holds none to a standby, which may be behind', async () => {
    const signal = join(server.folder, 'standby.signal');
    await writeFile(signal, '');
    await server.halt('fast');
    await server.resume();
    await assert.rejects(openConnection(url, limits), { code: 'store_unavailable', message: /standby/ });
    await rm(signal);
    await server.halt('fast');
    await server.resume();
    await (await openConnection(url, limits)).end();
  });
});

describe('a source of connections', () => {
  it('pauses after a failure, by chance and ever longer up to half a second', async () => {
    const clock = new FixedClock();
    const port = await freePort();
    const source = new ConnectionSource({
      url: `postgres://postgres@127.0.0.1:${port}/x`,
      clock,
      random: seededRandom(7),
    });
    const failure = () => source.open(limits).catch((error: unknown) => error);
    let pauses: number[] = [];
    for (let attempt = 0; attempt < 7; attempt += 1) {
      const first = await failure();
      let pause = 0;
      // The very same error is told again until the pause is over.
      while ((await failure()) === first) {
        clock.advance(1);
        pause += 1;
      }
      pauses = [...pauses, pause];
      clock.advance(1_000);
    }
    assert.ok(pauses.every((pause, n) => pause >= Math.min(500, 40 * 2 ** n) / 2 - 1));
    assert.ok(
      pauses.every((pause) => pause <= 501),
      String(pauses),
    );
    assert.ok((pauses.at(-1) ?? 0) >= 250);
  });
});
