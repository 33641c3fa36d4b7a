import type { HistoryEvent, HistoryType } from '../../engine/events.ts';
import type { LookUp, SessionAmendment, SessionWithDevice } from '../../engine/ports.ts';
import type {
  Actor,
  DeviceRecord,
  Method,
  Origin,
  Persistence,
  Proof,
  SessionRecord,
  Standing,
  Termination,
  TerminationReason,
} from '../../engine/session.ts';
import type { DeviceRow, HistoryRow, SessionRow, StandingRow } from './schema.ts';

/** A session's row with what verify needs beside it. */
export interface LookUpRow extends SessionRow {
  readonly standing_epoch: number;
  readonly standing_is_disabled: number;
  readonly current_instance_epoch: number;
}

/** A session's row with its device. */
export interface SessionWithDeviceRow extends SessionRow {
  readonly device_digest: string;
  readonly device_label: string | null;
  readonly device_first_seen_at: number;
}

/** A session as stored; its counterpart is `sessionRecord`. */
export function sessionRow(session: SessionRecord): SessionRow {
  return {
    id: session.id,
    user_id: session.userId,
    device_id: session.deviceId,
    digest: session.digest,
    user_epoch: session.userEpoch,
    instance_epoch: session.instanceEpoch,
    established_at: session.establishedAt,
    authenticated_at: session.authenticatedAt,
    last_active_at: session.lastActiveAt,
    persistence: session.persistence,
    proofs: JSON.stringify(session.proofs),
    origin: JSON.stringify(session.origin),
    ...terminationColumns(session.termination),
  };
}

/** A session as read; its counterpart is `sessionRow`. */
export function sessionRecord(row: SessionRow): SessionRecord {
  return {
    id: row.id,
    userId: row.user_id,
    deviceId: row.device_id,
    digest: row.digest,
    userEpoch: row.user_epoch,
    instanceEpoch: row.instance_epoch,
    establishedAt: row.established_at,
    authenticatedAt: row.authenticated_at,
    lastActiveAt: row.last_active_at,
    persistence: row.persistence as Persistence,
    proofs: JSON.parse(row.proofs) as readonly Proof[],
    origin: JSON.parse(row.origin) as Origin,
    termination: terminationOf(row),
  };
}

type TerminationColumns = Pick<SessionRow, 'terminated_at' | 'termination_reason' | 'termination_actor'>;

/** The columns of a session's end, all null while it is open. */
export function terminationColumns(termination: Termination | null): TerminationColumns {
  return {
    terminated_at: termination?.at ?? null,
    termination_reason: termination?.reason ?? null,
    termination_actor: termination === null ? null : JSON.stringify(termination.actor),
  };
}

function terminationOf(row: TerminationColumns): Termination | null {
  const { terminated_at: at, termination_reason: reason, termination_actor: actor } = row;
  if (at === null || reason === null || actor === null) return null;
  return { at, reason: reason as TerminationReason, actor: JSON.parse(actor) as Actor };
}

/** The columns an amendment names. */
export function amendmentColumns(amendment: SessionAmendment): Partial<SessionRow> {
  const { digest, userEpoch, instanceEpoch, authenticatedAt, lastActiveAt, proofs } = amendment;
  return {
    ...(digest === undefined ? {} : { digest }),
    ...(userEpoch === undefined ? {} : { user_epoch: userEpoch }),
    ...(instanceEpoch === undefined ? {} : { instance_epoch: instanceEpoch }),
    ...(authenticatedAt === undefined ? {} : { authenticated_at: authenticatedAt }),
    ...(lastActiveAt === undefined ? {} : { last_active_at: lastActiveAt }),
    ...(proofs === undefined ? {} : { proofs: JSON.stringify(proofs) }),
  };
}

/** What verify needs, as read by `lookUpSql`. */
export function lookUpRecord(row: LookUpRow): LookUp {
  return {
    session: sessionRecord(row),
    standing: { epoch: row.standing_epoch, isDisabled: row.standing_is_disabled !== 0 },
    instanceEpoch: row.current_instance_epoch,
  };
}

/** A session and its device, as read together. */
export function sessionWithDevice(row: SessionWithDeviceRow): SessionWithDevice {
  return {
    session: sessionRecord(row),
    device: {
      id: row.device_id,
      userId: row.user_id,
      digest: row.device_digest,
      label: row.device_label,
      firstSeenAt: row.device_first_seen_at,
    },
  };
}

/** A device as stored; its counterpart is `deviceRecord`. */
export function deviceRow(device: DeviceRecord): DeviceRow {
  return {
    id: device.id,
    user_id: device.userId,
    digest: device.digest,
    label: device.label,
    first_seen_at: device.firstSeenAt,
  };
}

/** A device as read; its counterpart is `deviceRow`. */
export function deviceRecord(row: DeviceRow): DeviceRecord {
  return {
    id: row.id,
    userId: row.user_id,
    digest: row.digest,
    label: row.label,
    firstSeenAt: row.first_seen_at,
  };
}

/** A standing as stored; its counterpart is `standingRecord`. */
export function standingRow(userId: string, standing: Standing): StandingRow {
  return { user_id: userId, epoch: standing.epoch, is_disabled: standing.isDisabled ? 1 : 0 };
}

/** Epoch 0 and enabled for a user without a row. */
export function standingRecord(row: StandingRow | undefined): Standing {
  return { epoch: row?.epoch ?? 0, isDisabled: (row?.is_disabled ?? 0) !== 0 };
}

/** An event as stored; its counterpart is `historyEvent`. */
export function historyRow(event: HistoryEvent): HistoryRow {
  return {
    id: event.id,
    user_id: event.userId,
    type: event.type,
    at: event.at,
    session_id: event.sessionId,
    device_name: event.deviceName,
    origin: event.origin === null ? null : JSON.stringify(event.origin),
    methods: JSON.stringify(event.methods),
    reason: event.reason,
    actor: JSON.stringify(event.actor),
  };
}

/** An event as read; its counterpart is `historyRow`. */
export function historyEvent(row: HistoryRow): HistoryEvent {
  return {
    id: row.id,
    userId: row.user_id,
    type: row.type as HistoryType,
    at: row.at,
    sessionId: row.session_id,
    deviceName: row.device_name,
    origin: row.origin === null ? null : (JSON.parse(row.origin) as Origin),
    methods: JSON.parse(row.methods) as readonly Method[],
    reason: row.reason as TerminationReason | null,
    actor: JSON.parse(row.actor) as Actor,
  };
}
