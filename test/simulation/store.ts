import type { HistoryEvent } from '../../src/engine/events.ts';
import type {
  LookUp,
  Overdue,
  SessionStore,
  SessionTransaction,
  SessionWithDevice,
} from '../../src/engine/ports.ts';
import type { DeviceRecord, SessionRecord, Standing } from '../../src/engine/session.ts';
import { RollcallError } from '../../src/errors.ts';
import { ClientTransaction } from './client-transaction.ts';
import type { Database } from './database.ts';
import { type Line, LineFailure } from './line.ts';
import { LockTimeout } from './locks.ts';
import type { SimulatedProcess } from './process.ts';
import { TransactionGone } from './server-transaction.ts';

/** A change that could not have a lock is run again until so much time has passed. */
const rerunLimitMs = 1_000;

/** The store of one process: every call is a message to the database, and gives up when no answer comes. */
export class SimulatedStore implements SessionStore {
  readonly #process: SimulatedProcess;
  readonly #line: Line;
  readonly #database: Database;

  constructor(process: SimulatedProcess, line: Line, database: Database) {
    this.#process = process;
    this.#line = line;
    this.#database = database;
  }

  async write<T>(change: (transaction: SessionTransaction) => Promise<T>): Promise<T> {
    const { clock } = this.#process.machine;
    const startedAt = clock.monotonic();
    for (;;) {
      try {
        return await this.#attempt(change);
      } catch (error) {
        if (!(error instanceof LockTimeout) || clock.monotonic() - startedAt > rerunLimitMs)
          throw unavailable(error);
        this.#database.world.coverage.count('rerunChanges');
      }
    }
  }

  lookUp(id: string): Promise<LookUp | null> {
    return this.#read(() => this.#database.sessions.lookUp(id));
  }

  sessionsOf(userId: string): Promise<readonly SessionWithDevice[]> {
    return this.#read(() => this.#database.sessions.sessionsOf(userId));
  }

  device(userId: string, id: string): Promise<DeviceRecord | null> {
    return this.#read(() => {
      const device = this.#database.sessions.devices.get(id) ?? null;
      return device?.userId === userId ? device : null;
    });
  }

  standingOf(userId: string): Promise<Standing> {
    return this.#read(() => this.#database.sessions.standing(userId));
  }

  instanceEpochNow(): Promise<number> {
    return this.#read(() => this.#database.sessions.instanceEpoch);
  }

  historyOf(): Promise<readonly HistoryEvent[]> {
    return this.#read(() => []);
  }

  overdueSessions(overdue: Overdue, limit: number): Promise<readonly SessionRecord[]> {
    const isOverdue = ({ termination, authenticatedAt, lastActiveAt }: SessionRecord): boolean =>
      termination === null &&
      (authenticatedAt < overdue.authenticatedBefore || lastActiveAt < overdue.activeBefore);
    return this.#read(() => [...this.#database.sessions.sessions.values()].filter(isOverdue).slice(0, limit));
  }

  purge(): Promise<number> {
    return this.#read(() => 0);
  }

  ping(): Promise<void> {
    return this.#read(() => undefined);
  }

  async close(): Promise<void> {}

  async #attempt<T>(change: (transaction: SessionTransaction) => Promise<T>): Promise<T> {
    const transaction = new ClientTransaction(this.#process, this.#line, this.#database);
    const cancel = this.#process.after(this.#database.world.climate.patienceMs, () => transaction.abandon());
    try {
      const value = await change(transaction);
      await transaction.commit();
      return value;
    } catch (error) {
      transaction.abandon();
      throw error;
    } finally {
      cancel();
    }
  }

  /** A committed state: the one of the instant in which the database comes to the request. */
  async #read<T>(rows: () => T): Promise<T> {
    const work = async (): Promise<T> => {
      await this.#database.moment();
      return rows();
    };
    const exchange = this.#line.send(this.#process, { channel: 'store', work, mayDouble: false });
    const { patienceMs } = this.#database.world.climate;
    const cancel = this.#process.after(patienceMs, () => exchange.fail(new LineFailure(true)));
    try {
      return await exchange.answer;
    } catch (error) {
      throw unavailable(error);
    } finally {
      cancel();
    }
  }
}

/** What the line and the database do, as the port says it; anything else is passed on. */
export function unavailable(error: unknown): unknown {
  const isExpected =
    error instanceof LineFailure || error instanceof LockTimeout || error instanceof TransactionGone;
  return isExpected ? new RollcallError('store_unavailable', { cause: error }) : error;
}
