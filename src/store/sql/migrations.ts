import { hash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { RollcallError } from '../../errors.ts';
import type { Migration, SqlDialect } from './migration.ts';
import { initialSchema } from './migrations/0001-initial-schema.ts';
import { clusterSchema } from './migrations/0002-cluster.ts';
import type { Schema } from './schema.ts';

const migrations: readonly Migration[] = [initialSchema, clusterSchema];

/**
 * Brings the schema to this version, or leaves it as it is. Runs inside the caller's transaction.
 * Throws `store_newer` for a database that knows steps this version does not, and `store_unsafe` for one whose steps
 * were other than this version's.
 */
export async function migrate(database: Kysely<Schema>, dialect: SqlDialect): Promise<void> {
  await run(
    database,
    `create table if not exists migrations (
      name ${dialect.text} primary key not null, checksum ${dialect.text} not null
    ) ${dialect.keyedTable}`,
  );
  const done = await database.selectFrom('migrations').selectAll().orderBy('name').execute();
  const known = migrations.filter((migration) => migration.statements(dialect).length > 0);
  if (done.some(({ name }) => !known.some((step) => step.name === name))) {
    throw new RollcallError('store_newer');
  }
  for (const migration of known) {
    const recorded = done.find(({ name }) => name === migration.name);
    await step(database, dialect, migration, recorded?.checksum ?? null);
  }
}

async function step(
  database: Kysely<Schema>,
  dialect: SqlDialect,
  migration: Migration,
  recorded: string | null,
): Promise<void> {
  const statements = migration.statements(dialect);
  const checksum = hash('sha256', statements.join(';\n'), 'base64url');
  if (recorded === checksum) return;
  if (recorded !== null) throw changedMigration(migration.name);
  for (const statement of statements) await run(database, statement);
  await database.insertInto('migrations').values({ name: migration.name, checksum }).execute();
}

async function run(database: Kysely<Schema>, statement: string): Promise<void> {
  await sql.raw(statement).execute(database);
}

function changedMigration(name: string): RollcallError {
  return new RollcallError('store_unsafe', {
    detail: `The database was made with another form of the migration ${name}; start the version that made it.`,
  });
}
