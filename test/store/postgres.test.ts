import { after, before, describe, it } from 'node:test';
import { systemRandom } from '../../src/engine/system.ts';
import { cases } from '../../src/store/conformance/cases.ts';
import { openPostgresStore } from '../../src/store/postgres.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';

describe('the PostgreSQL store', () => {
  let server: PostgresServer;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server.stop());

  for (const { name, run } of cases) {
    it(name, async () => {
      const store = await openPostgresStore({ url: await server.createDatabase(), nodeId: 'one' });
      try {
        await run(store, { random: systemRandom });
      } finally {
        await store.close();
      }
    });
  }
});
