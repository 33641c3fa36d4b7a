import type { AccountTransaction } from '../../accounts/ports.ts';
import type { PendingSignIn, ThrottleRecord, TotpRecord, UserRecord } from '../../accounts/user.ts';
import { refusedRow } from '../failures.ts';
import { MemorySessionTransaction } from './session-transaction.ts';
import { recoveryKey } from './tables.ts';

/** All writes of one change over staged tables. Changes run one at a time, so every read is as good as a lock. */
export class MemoryTransaction extends MemorySessionTransaction implements AccountTransaction {
  async findUser(id: string): Promise<UserRecord | null> {
    return this.tables.users.current.get(id);
  }

  async findUserByEmail(canonicalEmail: string): Promise<UserRecord | null> {
    return this.tables.users.current.of(canonicalEmail)[0] ?? null;
  }

  async insertUser(user: UserRecord): Promise<boolean> {
    if ((await this.findUserByEmail(user.canonicalEmail)) !== null) return false;
    if (this.tables.users.current.get(user.id) !== null) throw refusedRow('a user has that id');
    this.tables.users.put(user.id, user);
    return true;
  }

  async putPassword(userId: string, passwordHash: string, at: number): Promise<void> {
    const user = this.tables.users.current.get(userId);
    if (user !== null) this.tables.users.put(userId, { ...user, passwordHash, passwordChangedAt: at });
  }

  async findTotp(userId: string): Promise<TotpRecord | null> {
    return this.tables.totp.current.get(userId);
  }

  async putTotp(totp: TotpRecord): Promise<void> {
    this.#requireUser(totp.userId);
    this.tables.totp.put(totp.userId, totp);
  }

  async acceptTotpStep(userId: string, step: number): Promise<boolean> {
    const totp = this.tables.totp.current.get(userId);
    if (totp === null || totp.lastStep >= step) return false;
    this.tables.totp.put(userId, { ...totp, lastStep: step });
    return true;
  }

  async confirmTotp(userId: string, at: number): Promise<void> {
    const totp = this.tables.totp.current.get(userId);
    if (totp !== null) this.tables.totp.put(userId, { ...totp, confirmedAt: at });
  }

  async removeTotp(userId: string): Promise<void> {
    this.tables.totp.remove(userId);
  }

  async putRecoveryCodes(userId: string, digests: readonly string[]): Promise<void> {
    if (digests.length > 0) this.#requireUser(userId);
    for (const code of this.tables.recoveryCodes.current.of(userId)) {
      this.tables.recoveryCodes.remove(recoveryKey(userId, code.digest));
    }
    for (const digest of digests) {
      this.tables.recoveryCodes.put(recoveryKey(userId, digest), { userId, digest, usedAt: null });
    }
  }

  async useRecoveryCode(userId: string, digest: string, at: number): Promise<boolean> {
    const key = recoveryKey(userId, digest);
    const code = this.tables.recoveryCodes.current.get(key);
    if (code?.usedAt !== null) return false;
    this.tables.recoveryCodes.put(key, { ...code, usedAt: at });
    return true;
  }

  async insertPendingSignIn(pending: PendingSignIn): Promise<void> {
    this.#requireUser(pending.userId);
    const existing = this.tables.pendingSignIns.current.get(pending.id);
    if (existing !== null) throw refusedRow('a pending sign-in has that id');
    this.tables.pendingSignIns.put(pending.id, pending);
  }

  async findPendingSignIn(id: string): Promise<PendingSignIn | null> {
    return this.tables.pendingSignIns.current.get(id);
  }

  async takePendingSignIn(id: string): Promise<boolean> {
    const isThere = this.tables.pendingSignIns.current.get(id) !== null;
    this.tables.pendingSignIns.remove(id);
    return isThere;
  }

  async countPendingFailure(id: string): Promise<void> {
    const pending = this.tables.pendingSignIns.current.get(id);
    if (pending === null) return;
    this.tables.pendingSignIns.put(id, { ...pending, failures: pending.failures + 1 });
  }

  async removePendingSignInsOf(userId: string): Promise<void> {
    for (const { id } of this.tables.pendingSignIns.current.of(userId)) this.tables.pendingSignIns.remove(id);
  }

  async purgeAttempts(before: number): Promise<void> {
    for (const { id, expiresAt } of this.tables.pendingSignIns.current.all()) {
      if (expiresAt < before) this.tables.pendingSignIns.remove(id);
    }
    for (const { key, at } of this.tables.throttles.current.all()) {
      if (at < before) this.tables.throttles.remove(key);
    }
  }

  async lockThrottle(key: string): Promise<ThrottleRecord | null> {
    return this.tables.throttles.current.get(key);
  }

  async putThrottle(throttle: ThrottleRecord): Promise<void> {
    this.tables.throttles.put(throttle.key, throttle);
  }

  /** Removes what ended, or happened, before the instant, oldest first; how many rows went. */
  async purge(before: number, limit: number): Promise<number> {
    const sessions = [...this.tables.sessions.current.all()]
      .filter(({ termination }) => termination !== null && termination.at < before)
      .toSorted((left, right) => (left.termination?.at ?? 0) - (right.termination?.at ?? 0))
      .slice(0, limit);
    const events = [...this.tables.history.current.all()]
      .filter(({ at }) => at < before)
      .toSorted((left, right) => left.at - right.at)
      .slice(0, limit);
    for (const { id } of sessions) this.tables.sessions.remove(id);
    for (const { id } of events) this.tables.history.remove(id);
    return sessions.length + events.length;
  }

  #requireUser(userId: string): void {
    if (this.tables.users.current.get(userId) === null) throw refusedRow('no such user');
  }
}
