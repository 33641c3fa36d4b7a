import type { PendingSignIn, ThrottleRecord, TotpRecord, UserRecord } from '../../accounts/user.ts';
import type { Origin, Persistence, Proof } from '../../engine/session.ts';
import type { PendingSignInRow, ThrottleRow, TotpRow, UserRow } from './schema.ts';

/** A user as stored; its counterpart is `userRecord`. */
export function userRow(user: UserRecord): UserRow {
  return {
    id: user.id,
    email: user.email,
    canonical_email: user.canonicalEmail,
    name: user.name,
    password_hash: user.passwordHash,
    password_changed_at: user.passwordChangedAt,
    created_at: user.createdAt,
  };
}

/** A user as read; its counterpart is `userRow`. */
export function userRecord(row: UserRow): UserRecord {
  return {
    id: row.id,
    email: row.email,
    canonicalEmail: row.canonical_email,
    name: row.name,
    passwordHash: row.password_hash,
    passwordChangedAt: row.password_changed_at,
    createdAt: row.created_at,
  };
}

/** An enrolment as stored; its counterpart is `totpRecord`. */
export function totpRow(totp: TotpRecord): TotpRow {
  return {
    user_id: totp.userId,
    sealed_key: totp.sealedKey,
    created_at: totp.createdAt,
    confirmed_at: totp.confirmedAt,
    last_step: totp.lastStep,
  };
}

/** An enrolment as read; its counterpart is `totpRow`. */
export function totpRecord(row: TotpRow): TotpRecord {
  return {
    userId: row.user_id,
    sealedKey: row.sealed_key,
    createdAt: row.created_at,
    confirmedAt: row.confirmed_at,
    lastStep: row.last_step,
  };
}

/** A pending sign-in as stored; its counterpart is `pendingSignInRecord`. */
export function pendingSignInRow(pending: PendingSignIn): PendingSignInRow {
  return {
    id: pending.id,
    digest: pending.digest,
    user_id: pending.userId,
    password_hash: pending.passwordHash,
    proofs: JSON.stringify(pending.proofs),
    origin: JSON.stringify(pending.origin),
    persistence: pending.persistence,
    created_at: pending.createdAt,
    expires_at: pending.expiresAt,
    failures: pending.failures,
  };
}

/** A pending sign-in as read; its counterpart is `pendingSignInRow`. */
export function pendingSignInRecord(row: PendingSignInRow): PendingSignIn {
  return {
    id: row.id,
    digest: row.digest,
    userId: row.user_id,
    passwordHash: row.password_hash,
    proofs: JSON.parse(row.proofs) as readonly Proof[],
    origin: JSON.parse(row.origin) as Origin,
    persistence: row.persistence as Persistence,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    failures: row.failures,
  };
}

/** A bucket as read. It is stored under the same names. */
export function throttleRecord(row: ThrottleRow): ThrottleRecord {
  return { key: row.key, level: row.level, at: row.at };
}
