/**
 * The tables as every dialect stores them. Instants are epoch milliseconds, booleans 0 or 1,
 * and `proofs`, `origin`, `actor`, `methods` and `termination_actor` are JSON text.
 * No column holds a token, a code or a key in the clear: digests, password hashes and sealed keys only.
 */
export interface Schema {
  readonly sessions: SessionRow;
  readonly devices: DeviceRow;
  readonly standings: StandingRow;
  readonly instance: InstanceRow;
  readonly history: HistoryRow;
  readonly users: UserRow;
  readonly totp: TotpRow;
  readonly recovery_codes: RecoveryCodeRow;
  readonly pending_sign_ins: PendingSignInRow;
  readonly throttles: ThrottleRow;
  readonly migrations: MigrationRow;
}

export interface SessionRow {
  readonly id: string;
  readonly user_id: string;
  readonly device_id: string;
  readonly digest: string;
  readonly user_epoch: number;
  readonly instance_epoch: number;
  readonly established_at: number;
  readonly authenticated_at: number;
  readonly last_active_at: number;
  readonly persistence: string;
  readonly proofs: string;
  readonly origin: string;
  readonly terminated_at: number | null;
  readonly termination_reason: string | null;
  readonly termination_actor: string | null;
}

export interface DeviceRow {
  readonly id: string;
  readonly user_id: string;
  readonly digest: string;
  readonly label: string | null;
  readonly first_seen_at: number;
}

export interface StandingRow {
  readonly user_id: string;
  readonly epoch: number;
  readonly is_disabled: number;
}

/** One row, with id 1. */
export interface InstanceRow {
  readonly id: number;
  readonly epoch: number;
}

export interface HistoryRow {
  readonly id: string;
  readonly user_id: string;
  readonly type: string;
  readonly at: number;
  readonly session_id: string | null;
  readonly device_name: string | null;
  readonly origin: string | null;
  readonly methods: string;
  readonly reason: string | null;
  readonly actor: string;
}

export interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly canonical_email: string;
  readonly name: string | null;
  readonly password_hash: string;
  readonly password_changed_at: number;
  readonly created_at: number;
}

export interface TotpRow {
  readonly user_id: string;
  readonly sealed_key: string;
  readonly created_at: number;
  readonly confirmed_at: number | null;
  readonly last_step: number;
}

export interface RecoveryCodeRow {
  readonly user_id: string;
  readonly digest: string;
  readonly used_at: number | null;
}

export interface PendingSignInRow {
  readonly id: string;
  readonly digest: string;
  readonly user_id: string;
  readonly password_hash: string;
  readonly proofs: string;
  readonly origin: string;
  readonly persistence: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly failures: number;
}

export interface ThrottleRow {
  readonly key: string;
  readonly level: number;
  readonly at: number;
}

/** A migration that ran. */
export interface MigrationRow {
  readonly name: string;
  /** SHA-256 of its statements, base64url. */
  readonly checksum: string;
}
