import type { Kysely } from 'kysely';
import type { HistoryEvent } from '../../engine/events.ts';
import type { Overdue, SessionWithDevice } from '../../engine/ports.ts';
import type { DeviceRecord, SessionRecord, Standing } from '../../engine/session.ts';
import type { Schema } from './schema.ts';
import {
  deviceRecord,
  historyEvent,
  sessionRecord,
  sessionWithDevice,
  standingRecord,
} from './session-rows.ts';

/** Reads of the engine's tables, the same inside a transaction and outside. */
type Database = Kysely<Schema>;

/**
 * One session with its user's standing and the instance's epoch, by `?`. Kept as text because it runs on every
 * request that misses memory, where building a query would cost more than running it.
 */
export const lookUpSql = `
  select sessions.*,
    coalesce(standings.epoch, 0) as standing_epoch,
    coalesce(standings.is_disabled, 0) as standing_is_disabled,
    instance.epoch as current_instance_epoch
  from sessions
  join instance on instance.id = 1
  left join standings on standings.user_id = sessions.user_id
  where sessions.id = ?`;

/** Moves a session's activity forward: the instant, the id, the instant again. As text for the same reason. */
export const recordActivitySql = `
  update sessions set last_active_at = ? where id = ? and terminated_at is null and last_active_at < ?`;

export async function findSession(database: Database, id: string): Promise<SessionRecord | null> {
  const row = await database.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : sessionRecord(row);
}

export async function openSessions(database: Database, userId: string): Promise<readonly SessionRecord[]> {
  const rows = await database
    .selectFrom('sessions')
    .selectAll()
    .where('user_id', '=', userId)
    .where('terminated_at', 'is', null)
    .orderBy('id', 'desc')
    .execute();
  return rows.map(sessionRecord);
}

export async function sessionsWithDevices(
  database: Database,
  userId: string,
): Promise<readonly SessionWithDevice[]> {
  const rows = await database
    .selectFrom('sessions')
    .innerJoin('devices', 'devices.id', 'sessions.device_id')
    .selectAll('sessions')
    .select([
      'devices.digest as device_digest',
      'devices.label as device_label',
      'devices.first_seen_at as device_first_seen_at',
    ])
    .where('sessions.user_id', '=', userId)
    .where('sessions.terminated_at', 'is', null)
    .orderBy('sessions.id', 'desc')
    .execute();
  return rows.map(sessionWithDevice);
}

export async function overdueSessions(
  database: Database,
  overdue: Overdue,
  limit: number,
): Promise<readonly SessionRecord[]> {
  const rows = await database
    .selectFrom('sessions')
    .selectAll()
    .where('terminated_at', 'is', null)
    .where((either) =>
      either.or([
        either('authenticated_at', '<', overdue.authenticatedBefore),
        either('last_active_at', '<', overdue.activeBefore),
      ]),
    )
    .limit(limit)
    .execute();
  return rows.map(sessionRecord);
}

export async function findDevice(
  database: Database,
  userId: string,
  id: string,
): Promise<DeviceRecord | null> {
  const row = await database
    .selectFrom('devices')
    .selectAll()
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row === undefined ? null : deviceRecord(row);
}

export async function findDeviceByDigest(
  database: Database,
  userId: string,
  digest: string,
): Promise<DeviceRecord | null> {
  const row = await database
    .selectFrom('devices')
    .selectAll()
    .where('user_id', '=', userId)
    .where('digest', '=', digest)
    .executeTakeFirst();
  return row === undefined ? null : deviceRecord(row);
}

export async function findStanding(database: Database, userId: string): Promise<Standing> {
  const row = await database
    .selectFrom('standings')
    .selectAll()
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return standingRecord(row);
}

export async function findInstanceEpoch(database: Database): Promise<number> {
  const row = await database.selectFrom('instance').select('epoch').where('id', '=', 1).executeTakeFirst();
  return row?.epoch ?? 0;
}

export async function historyPage(
  database: Database,
  userId: string,
  before: string | null,
  limit: number,
): Promise<readonly HistoryEvent[]> {
  const page = database.selectFrom('history').selectAll().where('user_id', '=', userId);
  const older = before === null ? page : page.where('id', '<', before);
  const rows = await older.orderBy('id', 'desc').limit(limit).execute();
  return rows.map(historyEvent);
}
