import type { Kysely } from 'kysely';
import type { HistoryEvent } from '../../engine/events.ts';
import type {
  Activity,
  FeedPlace,
  Revocation,
  SessionAmendment,
  SessionTransaction,
} from '../../engine/ports.ts';
import type { DeviceRecord, SessionRecord, Standing, Termination } from '../../engine/session.ts';
import type { Schema } from './schema.ts';
import {
  findDevice,
  findDeviceByDigest,
  findInstanceEpoch,
  findSession,
  findStanding,
  openSessions,
} from './session-queries.ts';
import {
  amendmentColumns,
  deviceRow,
  historyRow,
  sessionRow,
  standingRow,
  terminationColumns,
} from './session-rows.ts';

/** Rows or ids in one statement; far below every dialect's bound on parameters. */
export const maxRowsPerStatement = 100;

/** Runs `recordActivitySql`, prepared once, for each. */
export type RecordActivity = (activities: readonly Activity[]) => Promise<void>;

/** The engine's writes in SQL, on the connection of the transaction under way. */
export class SqlSessionTransaction implements SessionTransaction {
  protected readonly database: Kysely<Schema>;
  readonly #recordActivity: RecordActivity;

  constructor(database: Kysely<Schema>, recordActivity: RecordActivity) {
    this.database = database;
    this.#recordActivity = recordActivity;
  }

  findSession(id: string): Promise<SessionRecord | null> {
    return findSession(this.database, id);
  }

  openSessions(userId: string): Promise<readonly SessionRecord[]> {
    return openSessions(this.database, userId);
  }

  async insertSession(session: SessionRecord): Promise<void> {
    await this.database.insertInto('sessions').values(sessionRow(session)).execute();
  }

  async amendSession(id: string, amendment: SessionAmendment): Promise<boolean> {
    const columns = amendmentColumns(amendment);
    if (Object.keys(columns).length === 0) return (await this.findSession(id))?.termination === null;
    const { numUpdatedRows } = await this.database
      .updateTable('sessions')
      .set(columns)
      .where('id', '=', id)
      .where('terminated_at', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async terminateSessions(ids: readonly string[], termination: Termination): Promise<readonly string[]> {
    const ended = new Set<string>();
    for (const some of chunks(ids)) {
      const rows = await this.database
        .updateTable('sessions')
        .set(terminationColumns(termination))
        .where('id', 'in', some)
        .where('terminated_at', 'is', null)
        .returning('id')
        .execute();
      for (const { id } of rows) ended.add(id);
    }
    return [...new Set(ids)].filter((id) => ended.has(id));
  }

  recordActivity(activities: readonly Activity[]): Promise<void> {
    return this.#recordActivity(activities);
  }

  findDevice(userId: string, id: string): Promise<DeviceRecord | null> {
    return findDevice(this.database, userId, id);
  }

  findDeviceByDigest(userId: string, digest: string): Promise<DeviceRecord | null> {
    return findDeviceByDigest(this.database, userId, digest);
  }

  async insertDevice(device: DeviceRecord): Promise<void> {
    await this.database.insertInto('devices').values(deviceRow(device)).execute();
  }

  async labelDevice(userId: string, id: string, label: string | null): Promise<boolean> {
    const { numUpdatedRows } = await this.database
      .updateTable('devices')
      .set({ label })
      .where('id', '=', id)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  standing(userId: string): Promise<Standing> {
    return findStanding(this.database, userId);
  }

  async putStanding(userId: string, standing: Standing): Promise<void> {
    const { user_id: _, ...changed } = standingRow(userId, standing);
    await this.database
      .insertInto('standings')
      .values(standingRow(userId, standing))
      .onConflict((conflict) => conflict.column('user_id').doUpdateSet(changed))
      .execute();
  }

  instanceEpoch(): Promise<number> {
    return findInstanceEpoch(this.database);
  }

  async putInstanceEpoch(epoch: number): Promise<void> {
    await this.database.updateTable('instance').set({ epoch }).where('id', '=', 1).execute();
  }

  async appendHistory(events: readonly HistoryEvent[]): Promise<void> {
    for (const some of chunks(events)) {
      await this.database.insertInto('history').values(some.map(historyRow)).execute();
    }
  }

  /** Nobody else has to be told: the store of one process. A dialect of many overrides it. */
  async publishRevocation(_: Revocation): Promise<FeedPlace> {
    return { sequence: 0 };
  }
}

function* chunks<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let start = 0; start < items.length; start += maxRowsPerStatement) {
    yield items.slice(start, start + maxRowsPerStatement);
  }
}
