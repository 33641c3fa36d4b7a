import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { systemRandom } from '../../src/engine/system.ts';
import { cases } from '../../src/store/conformance/cases.ts';
import { anEvent } from '../../src/store/conformance/samples.ts';
import { openPostgresStore } from '../../src/store/postgres.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { openNode, PostgresSchemas } from './postgres-schemas.ts';

describe('the PostgreSQL store', () => {
  let server: PostgresServer;
  let schemas: PostgresSchemas;
  before(async () => {
    server = await startPostgres();
    schemas = await PostgresSchemas.on(server);
  });
  after(() => server.stop());

  for (const { name, run } of cases) {
    it(name, async () => {
      const store = await openPostgresStore({ url: await schemas.make(), nodeId: 'one' });
      try {
        await run(store, { random: systemRandom });
      } finally {
        await store.close();
      }
    });
  }

  it('orders ids by their bytes whatever the language of the database', async (test) => {
    await server.query(
      "create database german template template0 locale_provider icu icu_locale 'de-DE' encoding 'UTF8'",
    );
    const [order] = await server.query("select 'a' < 'B' as is_german", 'german');
    assert.equal(order?.['is_german'], true);
    const store = await openNode(test, `postgres://postgres@127.0.0.1:${server.port}/german`);
    const ids = ['a', '_', 'Z', '9', '-'];
    const events = ids.map((id) => anEvent(systemRandom, 'user', { id }));
    await store.write((transaction) => transaction.appendHistory(events.toReversed()));
    const idsOf = async (before: string | null) =>
      (await store.historyOf('user', before, 10)).map(({ id }) => id);
    assert.deepEqual(await idsOf(null), ids);
    assert.deepEqual(await idsOf('Z'), ['9', '-']);
  });

  it('finishes the changes it has taken before it closes, and takes none after', async () => {
    const store = await openPostgresStore({ url: await schemas.make(), nodeId: 'one' });
    const taken = store.write(async () => 'done');
    const closed = store.close();
    await assert.rejects(
      store.write(async () => 'late'),
      { code: 'shutting_down' },
    );
    assert.equal(await taken, 'done');
    await closed;
    await store.close();
    const reads = [() => store.lookUp('any'), () => store.user('any'), () => store.ping()];
    for (const read of reads) await assert.rejects(read, { code: 'shutting_down' });
  });

  it('leaves no connection behind when it is closed', async () => {
    const url = await schemas.make();
    const store = await openPostgresStore({ url, nodeId: 'one' });
    await Promise.all([store.write(async () => 1), store.ping(), store.user('any'), store.cluster.nodes()]);
    await store.close();
    const left = await schemas.query(
      "select count(*)::integer as count from pg_stat_activity where application_name = 'rollcall'",
    );
    assert.deepEqual(left, [{ count: 0 }]);
  });
});
