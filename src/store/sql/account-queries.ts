import type { Kysely } from 'kysely';
import type { PendingSignIn, ThrottleRecord, TotpRecord, UserRecord } from '../../accounts/user.ts';
import { pendingSignInRecord, throttleRecord, totpRecord, userRecord } from './account-rows.ts';
import type { Schema } from './schema.ts';

/** Reads of the tables of accounts, the same inside a transaction and outside. */
type Database = Kysely<Schema>;

/** The user of the id. */
export async function findUser(database: Database, id: string): Promise<UserRecord | null> {
  const row = await database.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : userRecord(row);
}

/** The user of the canonical e-mail, of which there is at most one. */
export async function findUserByEmail(
  database: Database,
  canonicalEmail: string,
): Promise<UserRecord | null> {
  const row = await database
    .selectFrom('users')
    .selectAll()
    .where('canonical_email', '=', canonicalEmail)
    .executeTakeFirst();
  return row === undefined ? null : userRecord(row);
}

/** The user's enrolment, confirmed or not. */
export async function findTotp(database: Database, userId: string): Promise<TotpRecord | null> {
  const row = await database.selectFrom('totp').selectAll().where('user_id', '=', userId).executeTakeFirst();
  return row === undefined ? null : totpRecord(row);
}

/** How many recovery codes the user has left. */
export async function countUnusedCodes(database: Database, userId: string): Promise<number> {
  const row = await database
    .selectFrom('recovery_codes')
    .select((count) => count.fn.countAll<number>().as('unused'))
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(row.unused);
}

/** The pending sign-in of the id, also when it has expired. */
export async function findPendingSignIn(database: Database, id: string): Promise<PendingSignIn | null> {
  const row = await database
    .selectFrom('pending_sign_ins')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : pendingSignInRecord(row);
}

/** The bucket as it was last put; draining it is for the caller. */
export async function findThrottle(database: Database, key: string): Promise<ThrottleRecord | null> {
  const row = await database.selectFrom('throttles').selectAll().where('key', '=', key).executeTakeFirst();
  return row === undefined ? null : throttleRecord(row);
}
