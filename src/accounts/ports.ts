import type { SessionStore, SessionTransaction } from '../engine/ports.ts';
import type { PendingSignIn, ThrottleRecord, TotpRecord, UserRecord } from './user.ts';

/** The writes of accounts, in the same transaction as those of the engine. */
export interface AccountTransaction extends SessionTransaction {
  /** Locks the user against concurrent changes until the commit. */
  findUser(id: string): Promise<UserRecord | null>;
  findUserByEmail(canonicalEmail: string): Promise<UserRecord | null>;
  /** False when the canonical e-mail is taken. */
  insertUser(user: UserRecord): Promise<boolean>;
  putPassword(userId: string, passwordHash: string, at: number): Promise<void>;

  findTotp(userId: string): Promise<TotpRecord | null>;
  /** Replaces whatever enrolment the user had. */
  putTotp(totp: TotpRecord): Promise<void>;
  /** Records the step as used when it is greater than the highest used one; else false. One conditional write (RFC 6238, 5.2). */
  acceptTotpStep(userId: string, step: number): Promise<boolean>;
  confirmTotp(userId: string, at: number): Promise<void>;
  removeTotp(userId: string): Promise<void>;

  /** Replaces the user's whole set; an empty list removes it. */
  putRecoveryCodes(userId: string, digests: readonly string[]): Promise<void>;
  /** Uses up one unused code; false when it is unknown or used. One conditional write. */
  useRecoveryCode(userId: string, digest: string, at: number): Promise<boolean>;

  insertPendingSignIn(pending: PendingSignIn): Promise<void>;
  findPendingSignIn(id: string): Promise<PendingSignIn | null>;
  /** Removes it; false when it is gone already, so that one caller alone completes it. */
  takePendingSignIn(id: string): Promise<boolean>;
  countPendingFailure(id: string): Promise<void>;
  removePendingSignInsOf(userId: string): Promise<void>;
  /** Removes pending sign-ins that expired before the instant, and throttles untouched since it. */
  purgeAttempts(before: number): Promise<void>;

  /** Locks the bucket until the commit; null when it is empty. */
  lockThrottle(key: string): Promise<ThrottleRecord | null>;
  putThrottle(throttle: ThrottleRecord): Promise<void>;
}

/** Where accounts live: the store of the engine, with reads of its own. */
export interface AccountStore extends SessionStore<AccountTransaction> {
  user(id: string): Promise<UserRecord | null>;
  userByEmail(canonicalEmail: string): Promise<UserRecord | null>;
  totpOf(userId: string): Promise<TotpRecord | null>;
  /** Unused recovery codes. */
  recoveryCodesLeft(userId: string): Promise<number>;
  pendingSignIn(id: string): Promise<PendingSignIn | null>;
  throttle(key: string): Promise<ThrottleRecord | null>;
}
