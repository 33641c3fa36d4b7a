/** What the engine remembers of a session, its device and its end. Instants are epoch milliseconds of the server. */

/** Why a session ended: a closed list (design, "Words"). */
export const terminationReasons = [
  'signed_out',
  'revoked',
  'inactivity_timeout',
  'absolute_timeout',
  'session_limit',
  'password_changed',
  'second_factor_changed',
  'token_reuse',
  'reported',
  'user_disabled',
  'superseded',
] as const;
export type TerminationReason = (typeof terminationReasons)[number];

/** How the person proved who they are (RFC 8176 names; `recovery` is a recovery code). */
export type Method = 'pwd' | 'otp' | 'recovery';

/** One factor proven inside a session, and when. Assurance is computed from these, never stored. */
export interface Proof {
  readonly method: Method;
  readonly at: number;
}

export type Assurance = 'aal1' | 'aal2' | 'aal3';
export type Persistence = 'browser' | 'persistent';
export type ClientKind = 'browser' | 'mobile-app' | 'desktop-app' | 'cli' | 'api' | 'unknown';
export type FormFactor = 'desktop' | 'phone' | 'tablet' | 'tv' | 'bot' | 'unknown';

/** The software that holds a session, as recognised from its headers. */
export interface ClientDescription {
  readonly name: string;
  readonly kind: ClientKind;
  readonly browser: { readonly name: string; readonly version: string | null } | null;
  readonly os: { readonly name: string; readonly version: string | null } | null;
  readonly vendor: string | null;
  readonly model: string | null;
  readonly formFactor: FormFactor;
}

/** Where the address is, as text kept on the row. */
export interface Place {
  readonly country: string;
  readonly countryName: string;
  readonly region: string | null;
  readonly city: string | null;
  readonly network: string | null;
}

/** From where a request came. */
export interface Origin {
  /** Canonical address, or null when it could not be learned. */
  readonly ip: string | null;
  /** As sent, at most 512 characters. */
  readonly userAgent: string | null;
  readonly client: ClientDescription;
  readonly place: Place | null;
}

/** Who caused something: the user (from one of their sessions), an operator, or the system itself. */
export interface Actor {
  readonly kind: 'user' | 'operator' | 'system';
  readonly sessionId: string | null;
  readonly deviceName: string | null;
}

export interface Termination {
  readonly at: number;
  readonly reason: TerminationReason;
  readonly actor: Actor;
}

export interface SessionRecord {
  /** Public, time-ordered, authenticates nothing. */
  readonly id: string;
  readonly userId: string;
  readonly deviceId: string;
  /** SHA-256 of the token, base64url. */
  readonly digest: string;
  /** The epochs the session was made under; it is dead once either is raised. */
  readonly userEpoch: number;
  readonly instanceEpoch: number;
  readonly establishedAt: number;
  /** The latest proof; the absolute timeout counts from here (NIST SP 800-63B-4, 5.2). */
  readonly authenticatedAt: number;
  readonly lastActiveAt: number;
  readonly persistence: Persistence;
  readonly proofs: readonly Proof[];
  readonly origin: Origin;
  readonly termination: Termination | null;
}

/** A browser or app of one user, told apart by a long-lived cookie without authority. */
export interface DeviceRecord {
  readonly id: string;
  readonly userId: string;
  /** SHA-256 of the device cookie, base64url. */
  readonly digest: string;
  /** The name the owner gave: 1 to 60 characters. */
  readonly label: string | null;
  readonly firstSeenAt: number;
}

/** What decides about all sessions of a user at once. */
export interface Standing {
  readonly epoch: number;
  readonly isDisabled: boolean;
}

/** The words for a session's holder: the owner's label, else the client's name. */
export function deviceName(origin: Origin, label: string | null): string {
  return label ?? origin.client.name;
}

/** The methods proven in a session, each once, in the order first proven. */
export function methodsOf(proofs: readonly Proof[]): readonly Method[] {
  return [...new Set(proofs.map((proof) => proof.method))];
}

/**
 * The assurance a session has proven: `aal2` with a password and a second factor, else `aal1`
 * (NIST SP 800-63B-4, 2.2). A recovery code counts as a second factor.
 */
export function assuranceOf(proofs: readonly Proof[]): Assurance {
  const methods = methodsOf(proofs);
  const hasSecond = methods.includes('otp') || methods.includes('recovery');
  return methods.includes('pwd') && hasSecond ? 'aal2' : 'aal1';
}
