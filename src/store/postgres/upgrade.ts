import type { SqlDialect } from '../sql/migration.ts';
import { migrate } from '../sql/migrations.ts';
import type { ConnectionLimits, PostgresConnection } from './connection.ts';
import { lockOfSchemaSql } from './locks.ts';
import { queriesOn } from './queries.ts';
import { checkServer } from './safety.ts';
import { claimSecret } from './secret-claim.ts';
import type { ConnectionSource } from './source.ts';

const dialect: SqlDialect = {
  kind: 'postgres',
  text: 'text collate "C"',
  integer: 'bigint',
  real: 'double precision',
  table: '',
  keyedTable: '',
};

/** A step may rewrite a table, and other nodes wait meanwhile; nothing is answered yet. */
const limits: ConnectionLimits = { statementTimeoutMs: 600_000, lockTimeoutMs: 60_000 };

const idleLimitMs = 30_000;

/**
 * Refuses a server that can't keep the promise, brings the schema to this version, one node at a time, and claims the
 * database for the secret of that fingerprint. What the operator must be told comes back as sentences.
 */
export async function prepareDatabase(
  source: ConnectionSource,
  secretFingerprint: string | null,
): Promise<readonly string[]> {
  const connection = await source.open(limits);
  try {
    const warnings = await checkServer(connection);
    await upgrade(connection);
    if (secretFingerprint !== null) await claimSecret(connection, secretFingerprint);
    return warnings;
  } finally {
    await connection.end();
  }
}

async function upgrade(connection: PostgresConnection): Promise<void> {
  // A process that starts is busy, and the locks of this transaction stop nobody but other starts.
  await connection.simple(`begin; set local idle_in_transaction_session_timeout = ${idleLimitMs}`);
  try {
    await connection.simple(lockOfSchemaSql);
    await migrate(
      queriesOn((text, values) => connection.run(text, values)),
      dialect,
    );
    await connection.simple('commit');
  } catch (error) {
    // The connection ends with the transaction.
    connection.destroy();
    throw error;
  }
}
