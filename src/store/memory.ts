import type { AccountStore, AccountTransaction } from '../accounts/ports.ts';
import type { PendingSignIn, ThrottleRecord, TotpRecord, UserRecord } from '../accounts/user.ts';
import type { HistoryEvent } from '../engine/events.ts';
import type { LookUp, Overdue, SessionWithDevice } from '../engine/ports.ts';
import type { DeviceRecord, SessionRecord, Standing } from '../engine/session.ts';
import { RollcallError } from '../errors.ts';
import { MemoryTransaction } from './memory/account-transaction.ts';
import {
  deviceOf,
  historyPage,
  openSessions,
  unknownStanding,
  unusedCodes,
  withDevices,
} from './memory/reads.ts';
import { emptyTables, instanceKey, memoryLedger, type Tables } from './memory/tables.ts';
import { CommitRounds, type RoundLimits } from './rounds.ts';

/**
 * A store that keeps everything in this process and nothing after it: for tests and trials.
 * It passes the same contract as the others; what it can't give is durability.
 */
export function createMemoryStore(limits: RoundLimits = {}): AccountStore {
  return new MemoryStore(limits);
}

class MemoryStore implements AccountStore {
  readonly #tables = emptyTables();
  readonly #rounds: CommitRounds<MemoryTransaction>;
  #isClosed = false;

  constructor(limits: RoundLimits) {
    this.#rounds = new CommitRounds(memoryLedger(this.#tables), new MemoryTransaction(this.#tables), limits);
  }

  write<T>(change: (transaction: AccountTransaction) => Promise<T>): Promise<T> {
    return this.#rounds.write(change);
  }

  async lookUp(id: string): Promise<LookUp | null> {
    const session = this.#read().sessions.committed.get(id);
    if (session === null) return null;
    const standing = await this.standingOf(session.userId);
    return { session, standing, instanceEpoch: await this.instanceEpochNow() };
  }

  async sessionsOf(userId: string): Promise<readonly SessionWithDevice[]> {
    const { sessions, devices } = this.#read();
    return withDevices(openSessions(sessions.committed, userId), devices.committed);
  }

  async device(userId: string, id: string): Promise<DeviceRecord | null> {
    return deviceOf(this.#read().devices.committed, userId, id);
  }

  async standingOf(userId: string): Promise<Standing> {
    return this.#read().standings.committed.get(userId) ?? unknownStanding;
  }

  async instanceEpochNow(): Promise<number> {
    return this.#read().instance.committed.get(instanceKey)?.epoch ?? 0;
  }

  async historyOf(userId: string, before: string | null, limit: number): Promise<readonly HistoryEvent[]> {
    return historyPage(this.#read().history.committed, userId, before, limit);
  }

  async overdueSessions(overdue: Overdue, limit: number): Promise<readonly SessionRecord[]> {
    const isOverdue = ({ termination, authenticatedAt, lastActiveAt }: SessionRecord): boolean =>
      termination === null &&
      (authenticatedAt < overdue.authenticatedBefore || lastActiveAt < overdue.activeBefore);
    return [...this.#read().sessions.committed.all()].filter(isOverdue).slice(0, limit);
  }

  purge(before: number, limit: number): Promise<number> {
    return this.#rounds.write((transaction) => transaction.purge(before, limit));
  }

  async user(id: string): Promise<UserRecord | null> {
    return this.#read().users.committed.get(id);
  }

  async userByEmail(canonicalEmail: string): Promise<UserRecord | null> {
    return this.#read().users.committed.of(canonicalEmail)[0] ?? null;
  }

  async totpOf(userId: string): Promise<TotpRecord | null> {
    return this.#read().totp.committed.get(userId);
  }

  async recoveryCodesLeft(userId: string): Promise<number> {
    return unusedCodes(this.#read().recoveryCodes.committed, userId);
  }

  async pendingSignIn(id: string): Promise<PendingSignIn | null> {
    return this.#read().pendingSignIns.committed.get(id);
  }

  async throttle(key: string): Promise<ThrottleRecord | null> {
    return this.#read().throttles.committed.get(key);
  }

  async ping(): Promise<void> {
    this.#read();
  }

  async close(): Promise<void> {
    await this.#rounds.close();
    this.#isClosed = true;
  }

  #read(): Tables {
    if (this.#isClosed) throw new RollcallError('shutting_down');
    return this.#tables;
  }
}
