import type { Rotated } from '../engine/changes.ts';
import type { DeviceRecord, Origin, Persistence, SessionRecord } from '../engine/session.ts';
import type { ErrorCode } from '../errors.ts';
import type { UserRecord } from './user.ts';

/** An expected no. `code` is of the error catalogue. */
export interface Refused {
  readonly status: 'refused';
  readonly code: ErrorCode;
  /** One sentence for this case. */
  readonly detail?: string;
  readonly retryAfterSeconds?: number;
}

/** A proof someone can be asked for. */
export type ProofMethod = 'password' | 'totp' | 'recovery-code';

/** A sign-in that is complete: the session exists. */
export interface SignedIn {
  readonly status: 'signed-in';
  readonly user: UserRecord;
  readonly session: SessionRecord;
  readonly device: DeviceRecord;
  /** Secret: the session token. */
  readonly token: string;
  /** Secret: the device cookie to set, or null when the presented one stays. */
  readonly deviceToken: string | null;
}

/** The password was right and a second factor is due; there is no session. */
export interface SecondFactorRequired {
  readonly status: 'second-factor-required';
  readonly methods: readonly ('totp' | 'recovery-code')[];
  /** Secret: good for the second step alone, until `expiresAt`. */
  readonly pendingToken: string;
  readonly expiresAt: number;
}

/** From where someone signs in, and what their client presented. */
export interface SignInContext {
  readonly origin: Origin;
  readonly deviceToken: string | null;
  readonly replaces: SessionRecord | null;
}

export interface SignUpInput extends SignInContext {
  readonly email: string;
  readonly password: string;
  readonly name: string | null;
}

export interface SignInInput extends SignInContext {
  readonly email: string;
  readonly password: string;
  readonly persistence: Persistence;
}

export interface SecondFactorInput extends SignInContext {
  readonly pendingToken: string;
  readonly method: 'totp' | 'recovery-code';
  readonly code: string;
}

/** A proof offered inside a session. */
export type StepUpProof =
  | { readonly password: string }
  | { readonly method: 'totp' | 'recovery-code'; readonly code: string };

export interface SteppedUp extends Rotated {
  readonly status: 'stepped-up';
}

export interface PasswordChanged extends Rotated {
  readonly status: 'changed';
  readonly revoked: number;
}

/** An authenticator app waiting for its first code. */
export interface TotpStarted {
  readonly status: 'started';
  /** Secret: base32, shown once. */
  readonly key: string;
  readonly uri: string;
  /** SVG as a data: URL. */
  readonly qr: string;
}

export interface TotpConfirmed extends Rotated {
  readonly status: 'confirmed';
  /** Secret: shown once. */
  readonly recoveryCodes: readonly string[];
  readonly revoked: number;
}

export interface RecoveryCodesReplaced {
  readonly status: 'replaced';
  /** Secret: shown once. */
  readonly recoveryCodes: readonly string[];
}

/** What the settings pages show about an account. */
export interface AccountSummary {
  readonly user: UserRecord;
  readonly totpEnabledAt: number | null;
  readonly recoveryCodesLeft: number;
}
