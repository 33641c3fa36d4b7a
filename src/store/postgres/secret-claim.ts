import pg from 'pg';
import { RollcallError } from '../../errors.ts';
import type { PostgresConnection } from './connection.ts';

/**
 * Makes the database belong to the secret with this fingerprint, or finds that it does: nodes with different secrets could
 * not read what the others sealed. The first to claim wins. Throws `invalid_setting` for any other. The fingerprint is
 * stored, so it must tell nothing about the secret.
 */
export async function claimSecret(connection: PostgresConnection, fingerprint: string): Promise<void> {
  const literal = pg.escapeLiteral(fingerprint);
  const answers = await connection.simple(
    `insert into instance_secret (id, fingerprint) values (1, ${literal}) on conflict do nothing;
    select fingerprint = ${literal} as is_ours from instance_secret`,
  );
  if (answers[1]?.rows[0]?.['is_ours'] === true) return;
  throw new RollcallError('invalid_setting', {
    detail: 'ROLLCALL_SECRET_FILE: this database belongs to another secret; copy the file of the first node.',
  });
}
