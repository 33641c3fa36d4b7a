import type { TestContext } from 'node:test';
import { openPostgresStore, type PostgresOptions, type PostgresStore } from '../../src/store/postgres.ts';
import type { PostgresServer } from '../postgres-server.ts';

/** Empty schemas in one database, which are made faster than databases. */
export class PostgresSchemas {
  readonly server: PostgresServer;
  readonly #database: string;
  #count = 0;

  private constructor(server: PostgresServer, database: string) {
    this.server = server;
    this.#database = database;
  }

  static async on(server: PostgresServer): Promise<PostgresSchemas> {
    return new PostgresSchemas(server, new URL(await server.createDatabase()).pathname.slice(1));
  }

  /** The URL of a new schema; through `port` when given, such as a line's. */
  async make(port: number = this.server.port): Promise<string> {
    this.#count += 1;
    const name = `schema_${this.#count}`;
    await this.query(`create schema ${name}`);
    const options = encodeURIComponent(`-c search_path=${name}`);
    return `postgres://postgres@127.0.0.1:${port}/${this.#database}?options=${options}`;
  }

  /** Runs one statement beside the stores. */
  query(statement: string): Promise<readonly Record<string, unknown>[]> {
    return this.server.query(statement, this.#database);
  }
}

/** Opens a store that is closed after the test. */
export async function openNode(
  test: TestContext,
  url: string,
  options: Partial<PostgresOptions> = {},
): Promise<PostgresStore> {
  const store = await openPostgresStore({ nodeId: 'one', ...options, url });
  test.after(() => store.close());
  return store;
}
