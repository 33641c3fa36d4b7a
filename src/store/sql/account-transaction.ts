import type { AccountTransaction } from '../../accounts/ports.ts';
import type { PendingSignIn, ThrottleRecord, TotpRecord, UserRecord } from '../../accounts/user.ts';
import { findPendingSignIn, findThrottle, findTotp, findUser, findUserByEmail } from './account-queries.ts';
import { pendingSignInRow, totpRow, userRow } from './account-rows.ts';
import { SqlSessionTransaction } from './session-transaction.ts';

/** All writes of one change in SQL. */
export class SqlTransaction extends SqlSessionTransaction implements AccountTransaction {
  findUser(id: string): Promise<UserRecord | null> {
    return findUser(this.database, id);
  }

  findUserByEmail(canonicalEmail: string): Promise<UserRecord | null> {
    return findUserByEmail(this.database, canonicalEmail);
  }

  async insertUser(user: UserRecord): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.database
      .insertInto('users')
      .values(userRow(user))
      .onConflict((conflict) => conflict.column('canonical_email').doNothing())
      .executeTakeFirst();
    return (numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  async putPassword(userId: string, passwordHash: string, at: number): Promise<void> {
    await this.database
      .updateTable('users')
      .set({ password_hash: passwordHash, password_changed_at: at })
      .where('id', '=', userId)
      .execute();
  }

  findTotp(userId: string): Promise<TotpRecord | null> {
    return findTotp(this.database, userId);
  }

  async putTotp(totp: TotpRecord): Promise<void> {
    const { user_id: _, ...changed } = totpRow(totp);
    await this.database
      .insertInto('totp')
      .values(totpRow(totp))
      .onConflict((conflict) => conflict.column('user_id').doUpdateSet(changed))
      .execute();
  }

  async acceptTotpStep(userId: string, step: number): Promise<boolean> {
    const { numUpdatedRows } = await this.database
      .updateTable('totp')
      .set({ last_step: step })
      .where('user_id', '=', userId)
      .where('last_step', '<', step)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async confirmTotp(userId: string, at: number): Promise<void> {
    await this.database.updateTable('totp').set({ confirmed_at: at }).where('user_id', '=', userId).execute();
  }

  async removeTotp(userId: string): Promise<void> {
    await this.database.deleteFrom('totp').where('user_id', '=', userId).execute();
  }

  async putRecoveryCodes(userId: string, digests: readonly string[]): Promise<void> {
    await this.database.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
    const rows = digests.map((digest) => ({ user_id: userId, digest, used_at: null }));
    if (rows.length > 0) await this.database.insertInto('recovery_codes').values(rows).execute();
  }

  async useRecoveryCode(userId: string, digest: string, at: number): Promise<boolean> {
    const { numUpdatedRows } = await this.database
      .updateTable('recovery_codes')
      .set({ used_at: at })
      .where('user_id', '=', userId)
      .where('digest', '=', digest)
      .where('used_at', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async insertPendingSignIn(pending: PendingSignIn): Promise<void> {
    await this.database.insertInto('pending_sign_ins').values(pendingSignInRow(pending)).execute();
  }

  findPendingSignIn(id: string): Promise<PendingSignIn | null> {
    return findPendingSignIn(this.database, id);
  }

  async takePendingSignIn(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.database
      .deleteFrom('pending_sign_ins')
      .where('id', '=', id)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  async countPendingFailure(id: string): Promise<void> {
    await this.database
      .updateTable('pending_sign_ins')
      .set((column) => ({ failures: column('failures', '+', 1) }))
      .where('id', '=', id)
      .execute();
  }

  async removePendingSignInsOf(userId: string): Promise<void> {
    await this.database.deleteFrom('pending_sign_ins').where('user_id', '=', userId).execute();
  }

  async purgeAttempts(before: number): Promise<void> {
    await this.database.deleteFrom('pending_sign_ins').where('expires_at', '<', before).execute();
    await this.database.deleteFrom('throttles').where('at', '<', before).execute();
  }

  lockThrottle(key: string): Promise<ThrottleRecord | null> {
    return findThrottle(this.database, key);
  }

  async putThrottle({ key, level, at }: ThrottleRecord): Promise<void> {
    await this.database
      .insertInto('throttles')
      .values({ key, level, at })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ level, at }))
      .execute();
  }

  /** Removes what ended, or happened, before the instant, oldest first; how many rows went. */
  async purge(before: number, limit: number): Promise<number> {
    const ended = this.database
      .selectFrom('sessions')
      .select('id')
      .where('terminated_at', '<', before)
      .orderBy('terminated_at')
      .limit(limit);
    const past = this.database
      .selectFrom('history')
      .select('id')
      .where('at', '<', before)
      .orderBy('at')
      .limit(limit);
    const sessions = await this.database.deleteFrom('sessions').where('id', 'in', ended).executeTakeFirst();
    const events = await this.database.deleteFrom('history').where('id', 'in', past).executeTakeFirst();
    return Number(sessions.numDeletedRows + events.numDeletedRows);
  }
}
