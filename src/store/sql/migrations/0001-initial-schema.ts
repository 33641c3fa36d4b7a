import type { Migration, SqlDialect } from '../migration.ts';

/** Characters of a SHA-256 in base64url: a token or code stored by mistake doesn't fit. */
const digestLength = 43;

/** Sessions, devices, standings, history and accounts. */
export const initialSchema: Migration = {
  name: '0001-initial-schema',
  statements: (dialect) => [
    ...deviceTables(dialect),
    ...sessionTables(dialect),
    ...standingTables(dialect),
    ...historyTables(dialect),
    ...userTables(dialect),
    ...attemptTables(dialect),
  ],
};

function deviceTables({ integer, text, table }: SqlDialect): readonly string[] {
  return [
    `create table devices (
      id ${text} primary key not null,
      user_id ${text} not null,
      digest ${text} not null check (length(digest) = ${digestLength}),
      label ${text},
      first_seen_at ${integer} not null
    ) ${table}`,
    'create unique index devices_by_digest on devices (user_id, digest)',
  ];
}

function sessionTables({ integer, text, table }: SqlDialect): readonly string[] {
  return [
    `create table sessions (
      id ${text} primary key not null,
      user_id ${text} not null,
      device_id ${text} not null references devices (id),
      digest ${text} not null check (length(digest) = ${digestLength}),
      user_epoch ${integer} not null,
      instance_epoch ${integer} not null,
      established_at ${integer} not null,
      authenticated_at ${integer} not null,
      last_active_at ${integer} not null,
      persistence ${text} not null,
      proofs ${text} not null,
      origin ${text} not null,
      terminated_at ${integer},
      termination_reason ${text},
      termination_actor ${text},
      check ((terminated_at is null) = (termination_reason is null)),
      check ((terminated_at is null) = (termination_actor is null))
    ) ${table}`,
    'create index open_sessions_by_user on sessions (user_id, id) where terminated_at is null',
    'create index open_sessions_by_proof on sessions (authenticated_at) where terminated_at is null',
    'create index open_sessions_by_activity on sessions (last_active_at) where terminated_at is null',
    'create index ended_sessions on sessions (terminated_at) where terminated_at is not null',
    'create index sessions_by_device on sessions (device_id)',
  ];
}

function standingTables({ integer, text, keyedTable }: SqlDialect): readonly string[] {
  return [
    `create table standings (
      user_id ${text} primary key not null,
      epoch ${integer} not null,
      is_disabled ${integer} not null check (is_disabled in (0, 1))
    ) ${keyedTable}`,
    `create table instance (
      id ${integer} primary key not null check (id = 1),
      epoch ${integer} not null
    ) ${keyedTable}`,
    'insert into instance (id, epoch) values (1, 0)',
  ];
}

function historyTables({ integer, text, table }: SqlDialect): readonly string[] {
  return [
    `create table history (
      id ${text} primary key not null,
      user_id ${text} not null,
      type ${text} not null,
      at ${integer} not null,
      session_id ${text},
      device_name ${text},
      origin ${text},
      methods ${text} not null,
      reason ${text},
      actor ${text} not null
    ) ${table}`,
    'create index history_by_user on history (user_id, id)',
    'create index history_by_instant on history (at)',
  ];
}

function userTables({ integer, text, table, keyedTable }: SqlDialect): readonly string[] {
  return [
    `create table users (
      id ${text} primary key not null,
      email ${text} not null,
      canonical_email ${text} not null,
      name ${text},
      password_hash ${text} not null,
      password_changed_at ${integer} not null,
      created_at ${integer} not null
    ) ${table}`,
    'create unique index users_by_email on users (canonical_email)',
    `create table totp (
      user_id ${text} primary key not null references users (id),
      sealed_key ${text} not null,
      created_at ${integer} not null,
      confirmed_at ${integer},
      last_step ${integer} not null
    ) ${keyedTable}`,
    `create table recovery_codes (
      user_id ${text} not null references users (id),
      digest ${text} not null,
      used_at ${integer},
      primary key (user_id, digest)
    ) ${keyedTable}`,
  ];
}

function attemptTables({ integer, text, real, table, keyedTable }: SqlDialect): readonly string[] {
  return [
    `create table pending_sign_ins (
      id ${text} primary key not null,
      digest ${text} not null check (length(digest) = ${digestLength}),
      user_id ${text} not null references users (id),
      password_hash ${text} not null,
      proofs ${text} not null,
      origin ${text} not null,
      persistence ${text} not null,
      created_at ${integer} not null,
      expires_at ${integer} not null,
      failures ${integer} not null
    ) ${table}`,
    'create index pending_sign_ins_by_user on pending_sign_ins (user_id)',
    'create index pending_sign_ins_by_expiry on pending_sign_ins (expires_at)',
    `create table throttles (
      key ${text} primary key not null,
      level ${real} not null,
      at ${integer} not null
    ) ${keyedTable}`,
    'create index throttles_by_instant on throttles (at)',
  ];
}
