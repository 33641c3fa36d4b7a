import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import { RollcallError } from '../../errors.ts';
import type { Schema } from '../sql/schema.ts';
import type { Answer } from './connection.ts';

/** Sends one statement and gives the answer. */
export type Run = (text: string, values: readonly unknown[]) => Promise<Answer>;

/** Typed queries, each sent by `run`. Transactions are the caller's own. */
export function queriesOn(run: Run): Kysely<Schema> {
  return new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driverOn(run),
      createIntrospector: (database) => new PostgresIntrospector(database),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}

function driverOn(run: Run): Driver {
  const connection: DatabaseConnection = {
    executeQuery: async <Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> => {
      const { rows, rowCount } = await run(sql, parameters);
      // The statement and the schema fix the columns and their types.
      return { rows: rows as unknown as Row[], numAffectedRows: BigInt(rowCount) };
    },
    streamQuery: () => {
      throw new RollcallError('unexpected', { detail: 'The store reads no streams.' });
    },
  };
  const nothing = async (): Promise<void> => undefined;
  return {
    init: nothing,
    acquireConnection: async () => connection,
    beginTransaction: nothing,
    commitTransaction: nothing,
    rollbackTransaction: nothing,
    releaseConnection: nothing,
    destroy: nothing,
  };
}
