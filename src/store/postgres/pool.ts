import { RollcallError } from '../../errors.ts';
import { unavailable } from '../failures.ts';
import type { ConnectionLimits, PostgresConnection } from './connection.ts';
import type { ConnectionSource } from './source.ts';

/** How many connections, and for how long each piece of work. */
export interface PoolLimits {
  readonly size: number;
  /** Milliseconds from the call to the answer, waiting and connecting included. */
  readonly budgetMs: number;
  readonly connection: ConnectionLimits;
}

/** Work that may wait; beyond it, it is refused at once. */
const maxWaiting = 10_000;

interface Turn {
  start(connection: PostgresConnection): void;
  refuse(error: unknown): void;
}

/** A bounded number of connections, opened when needed and kept. One piece of work has a connection to itself. */
export class ConnectionPool {
  readonly #source: ConnectionSource;
  readonly #limits: PoolLimits;
  readonly #idle: PostgresConnection[] = [];
  readonly #open = new Set<PostgresConnection>();
  readonly #waiting: Turn[] = [];
  #opening = 0;
  #isClosed = false;

  constructor(source: ConnectionSource, limits: PoolLimits) {
    this.#source = source;
    this.#limits = limits;
  }

  /** Connections open now. */
  get size(): number {
    return this.#open.size;
  }

  /** Runs the work on a connection. Rejects with `store_unavailable` when the budget is spent, whatever the cause. */
  use<T>(work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(new RollcallError('shutting_down'));
    if (this.#waiting.length >= maxWaiting) return Promise.reject(tooMany());
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push(this.#turn(work, resolve, reject));
      this.#advance();
    });
  }

  /** Takes no more work; resolves when what is under way is answered and all connections are ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const turn of this.#waiting.splice(0)) turn.refuse(new RollcallError('shutting_down'));
    await Promise.all([...this.#open].map((connection) => connection.end()));
  }

  #turn<T>(
    work: (connection: PostgresConnection) => Promise<T>,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ): Turn {
    let held: PostgresConnection | null = null;
    const timer = setTimeout(() => this.#giveUp(turn, held), this.#limits.budgetMs);
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      act();
    };
    const turn: Turn = {
      start: (connection) => {
        held = connection;
        work(connection)
          .then(
            (value) => settle(() => resolve(value)),
            (error: unknown) => settle(() => reject(error)),
          )
          .finally(() => this.#release(connection));
      },
      refuse: (error) => settle(() => reject(error)),
    };
    return turn;
  }

  #giveUp(turn: Turn, held: PostgresConnection | null): void {
    turn.refuse(tooSlow());
    const place = this.#waiting.indexOf(turn);
    if (place >= 0) this.#waiting.splice(place, 1);
    if (held === null) return;
    held.destroy();
    // Whatever swallowed that connection's answer may have swallowed the idle ones: what comes next starts afresh.
    for (const connection of this.#idle.splice(0)) connection.destroy();
  }

  #advance(): void {
    while (this.#waiting.length > 0) {
      const connection = this.#idle.pop();
      if (connection === undefined) break;
      this.#waiting.shift()?.start(connection);
    }
    const wanted = Math.min(this.#waiting.length, this.#limits.size - this.#open.size);
    while (this.#opening < wanted) void this.#openOne();
  }

  async #openOne(): Promise<void> {
    this.#opening += 1;
    try {
      this.#adopt(await this.#source.open(this.#limits.connection));
    } catch (error) {
      this.#opening -= 1;
      // With some open, as when the server has no room for more, those serve whoever waits.
      if (this.#open.size > 0) return;
      this.#waiting.shift()?.refuse(error);
      this.#advance();
    }
  }

  #adopt(connection: PostgresConnection): void {
    this.#opening -= 1;
    if (this.#isClosed) {
      connection.destroy();
      return;
    }
    this.#open.add(connection);
    connection.onEnd(() => this.#forget(connection));
    this.#release(connection);
  }

  #release(connection: PostgresConnection): void {
    if (!this.#open.has(connection) || this.#isClosed) return;
    this.#idle.push(connection);
    this.#advance();
  }

  #forget(connection: PostgresConnection): void {
    this.#open.delete(connection);
    const place = this.#idle.indexOf(connection);
    if (place >= 0) this.#idle.splice(place, 1);
    this.#advance();
  }
}

function tooSlow(): RollcallError {
  return unavailable(undefined, 'The database did not answer in time.');
}

function tooMany(): RollcallError {
  return new RollcallError('store_unavailable', {
    detail: 'Too many reads are waiting for the database.',
    retryAfterSeconds: 1,
  });
}
