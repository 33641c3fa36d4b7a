import type { Kysely } from 'kysely';
import type { AccountStore, AccountTransaction } from '../../accounts/ports.ts';
import type { PendingSignIn, ThrottleRecord, TotpRecord, UserRecord } from '../../accounts/user.ts';
import type { HistoryEvent } from '../../engine/events.ts';
import type { LookUp, Overdue, SessionWithDevice } from '../../engine/ports.ts';
import type { DeviceRecord, SessionRecord, Standing } from '../../engine/session.ts';
import {
  countUnusedCodes,
  findPendingSignIn,
  findThrottle,
  findTotp,
  findUser,
  findUserByEmail,
} from './account-queries.ts';
import type { SqlTransaction } from './account-transaction.ts';
import type { Schema } from './schema.ts';
import {
  findDevice,
  findInstanceEpoch,
  findStanding,
  historyPage,
  overdueSessions,
  sessionsWithDevices,
} from './session-queries.ts';

/** What a dialect brings: its connections, its transactions and the one read that is prepared by hand. */
export interface SqlConnections {
  /** Sees committed state only. */
  readonly reader: Kysely<Schema>;
  write<T>(change: (transaction: SqlTransaction) => Promise<T>): Promise<T>;
  /** Runs `lookUpSql`. */
  lookUp(id: string): Promise<LookUp | null>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** A store over any SQL dialect. */
export class SqlStore implements AccountStore {
  readonly #connections: SqlConnections;

  constructor(connections: SqlConnections) {
    this.#connections = connections;
  }

  write<T>(change: (transaction: AccountTransaction) => Promise<T>): Promise<T> {
    return this.#connections.write(change);
  }

  lookUp(id: string): Promise<LookUp | null> {
    return this.#connections.lookUp(id);
  }

  sessionsOf(userId: string): Promise<readonly SessionWithDevice[]> {
    return sessionsWithDevices(this.#connections.reader, userId);
  }

  device(userId: string, id: string): Promise<DeviceRecord | null> {
    return findDevice(this.#connections.reader, userId, id);
  }

  standingOf(userId: string): Promise<Standing> {
    return findStanding(this.#connections.reader, userId);
  }

  instanceEpochNow(): Promise<number> {
    return findInstanceEpoch(this.#connections.reader);
  }

  historyOf(userId: string, before: string | null, limit: number): Promise<readonly HistoryEvent[]> {
    return historyPage(this.#connections.reader, userId, before, limit);
  }

  overdueSessions(overdue: Overdue, limit: number): Promise<readonly SessionRecord[]> {
    return overdueSessions(this.#connections.reader, overdue, limit);
  }

  purge(before: number, limit: number): Promise<number> {
    return this.#connections.write((transaction) => transaction.purge(before, limit));
  }

  user(id: string): Promise<UserRecord | null> {
    return findUser(this.#connections.reader, id);
  }

  userByEmail(canonicalEmail: string): Promise<UserRecord | null> {
    return findUserByEmail(this.#connections.reader, canonicalEmail);
  }

  totpOf(userId: string): Promise<TotpRecord | null> {
    return findTotp(this.#connections.reader, userId);
  }

  recoveryCodesLeft(userId: string): Promise<number> {
    return countUnusedCodes(this.#connections.reader, userId);
  }

  pendingSignIn(id: string): Promise<PendingSignIn | null> {
    return findPendingSignIn(this.#connections.reader, id);
  }

  throttle(key: string): Promise<ThrottleRecord | null> {
    return findThrottle(this.#connections.reader, key);
  }

  ping(): Promise<void> {
    return this.#connections.ping();
  }

  close(): Promise<void> {
    return this.#connections.close();
  }
}
