import type { Origin, Persistence, Proof } from '../engine/session.ts';

/** A person with an account. */
export interface UserRecord {
  readonly id: string;
  /** As typed at sign-up, NFC, trimmed; where mail goes. */
  readonly email: string;
  /** The one canonical form accounts are told apart by. */
  readonly canonicalEmail: string;
  readonly name: string | null;
  /** Argon2id in PHC form, with its own salt and parameters. */
  readonly passwordHash: string;
  readonly passwordChangedAt: number;
  readonly createdAt: number;
}

/** An authenticator app. It counts as a factor only once confirmed. */
export interface TotpRecord {
  readonly userId: string;
  /** The key, sealed with the instance secret. */
  readonly sealedKey: string;
  readonly createdAt: number;
  readonly confirmedAt: number | null;
  /** The highest time step ever accepted (RFC 6238, 5.2); 0 before the first. */
  readonly lastStep: number;
}

/** A password was right and the second factor is missing: not a session, and never one by itself. */
export interface PendingSignIn {
  readonly id: string;
  /** SHA-256 of the pending token's secret. */
  readonly digest: string;
  readonly userId: string;
  /** The password hash that was proven; a change of password in between ends the attempt. */
  readonly passwordHash: string;
  readonly proofs: readonly Proof[];
  readonly origin: Origin;
  readonly persistence: Persistence;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Wrong codes so far. */
  readonly failures: number;
}

/** A leaky bucket of attempts: `level` drains with time, and a full bucket refuses. */
export interface ThrottleRecord {
  readonly key: string;
  readonly level: number;
  readonly at: number;
}
