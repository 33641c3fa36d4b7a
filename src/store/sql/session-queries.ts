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

const lookUpColumnsSql = `
  select sessions.*,
    coalesce(standings.epoch, 0) as standing_epoch,
    coalesce(standings.is_disabled, 0) as standing_is_disabled,
    instance.epoch as current_instance_epoch
  from sessions
  join instance on instance.id = 1
  left join standings on standings.user_id = sessions.user_id`;

/**
 * One session with its user's standing and the instance's epoch, by `?`. Kept as text because it runs on every
 * request that misses memory, where building a query would cost more than running it.
 */
export const lookUpSql = `${lookUpColumnsSql}
  where sessions.id = ?`;

/** The same for all ids of the array `$1`, on PostgreSQL. */
export const lookUpManySql = `${lookUpColumnsSql}
  where sessions.id = any ($1::text[])`;

/** Moves a session's activity forward: the instant, the id, the instant again. As text for the same reason. */
export const recordActivitySql = `
  update sessions set last_active_at = ? where id = ? and terminated_at is null and last_active_at < ?`;

/** The session of the id, also when it has ended. */
export async function findSession(database: Database, id: string): Promise<SessionRecord | null> {
  const row = await database.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : sessionRecord(row);
}

/** The user's sessions without a termination, newest first. */
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

/** The same with their devices: the schema has a device for each. */
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

/**
 * Open sessions past either instant, at most `limit`. Each instant is searched by its own index: asked for with one `or`,
 * every open session would be read.
 */
export async function overdueSessions(
  database: Database,
  overdue: Overdue,
  limit: number,
): Promise<readonly SessionRecord[]> {
  const before = (column: 'authenticated_at' | 'last_active_at', instant: number) =>
    database
      .selectFrom('sessions')
      .select('id')
      .where('terminated_at', 'is', null)
      .where(column, '<', instant)
      .limit(limit);
  const byProof = before('authenticated_at', overdue.authenticatedBefore).as('by_proof');
  const byActivity = before('last_active_at', overdue.activeBefore).as('by_activity');
  const ids = database
    .selectFrom(byProof)
    .select('by_proof.id')
    .union(database.selectFrom(byActivity).select('by_activity.id'));
  const rows = await database
    .selectFrom('sessions')
    .selectAll()
    .where('id', 'in', ids)
    .limit(limit)
    .execute();
  return rows.map(sessionRecord);
}

/** The device, unless it is of another user. */
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

/** The user's device with that cookie. */
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

/** The user's standing; epoch 0 and enabled without a row. */
export async function findStanding(database: Database, userId: string): Promise<Standing> {
  const row = await database
    .selectFrom('standings')
    .selectAll()
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return standingRecord(row);
}

/** The epoch of the whole instance. */
export async function findInstanceEpoch(database: Database): Promise<number> {
  const row = await database.selectFrom('instance').select('epoch').where('id', '=', 1).executeTakeFirst();
  return row?.epoch ?? 0;
}

/** At most `limit` of the user's events older than the id `before`, newest first. */
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
