import type { Clock, Random } from '../../engine/ports.ts';
import { systemClock, systemRandom } from '../../engine/system.ts';
import type { RollcallError } from '../../errors.ts';
import { unavailable } from '../failures.ts';
import { type ConnectionLimits, openConnection, type PostgresConnection } from './connection.ts';
import { postgresFailure } from './failures.ts';

/** Where connections come from, and what the pauses between attempts are measured and mixed with. */
export interface SourceOptions {
  /** Secret: it may hold a password. */
  readonly url: string;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Pauses after failed attempts, in milliseconds: doubled from the first to the longest. */
const firstPauseMs = 40;
const longestPauseMs = 500;

/**
 * Opens connections to one database. After a failed attempt the next ones are refused at once for a short time, part of
 * it by chance, so that many nodes don't hammer a database that is coming back, and are served within half a second of it.
 */
export class ConnectionSource {
  readonly #url: string;
  readonly #clock: Clock;
  readonly #random: Random;
  /** Open now, all on the latest timeline. */
  readonly #connections = new Set<PostgresConnection>();
  #timeline = '';
  #hasStandby = false;
  #failure: { readonly error: RollcallError; readonly pauseMs: number; readonly until: number } | null = null;

  constructor({ url, clock = systemClock, random = systemRandom }: SourceOptions) {
    this.#url = url;
    this.#clock = clock;
    this.#random = random;
  }

  /** A new connection. Throws `store_unavailable` within a second, `invalid_setting` for an unusable connection string. */
  async open(limits: ConnectionLimits): Promise<PostgresConnection> {
    if (this.#failure !== null && this.#clock.monotonic() < this.#failure.until) throw this.#failure.error;
    try {
      const connection = await openConnection(this.#url, limits);
      this.#admit(connection);
      this.#failure = null;
      return connection;
    } catch (cause) {
      const error = postgresFailure(cause);
      this.#pauseAfter(error);
      throw error;
    }
  }

  /** Whether the server's commits wait for a standby, as of the latest connection. */
  get hasStandby(): boolean {
    return this.#hasStandby;
  }

  /**
   * One timeline at a time: a server that another one has replaced may still answer reads, with log-outs missing. Whoever
   * has seen the later one never goes back, and keeps no connection to the earlier.
   */
  #admit(connection: PostgresConnection): void {
    if (connection.timeline < this.#timeline) {
      connection.destroy();
      throw replaced();
    }
    if (connection.timeline > this.#timeline) {
      this.#timeline = connection.timeline;
      for (const earlier of [...this.#connections]) earlier.destroy();
    }
    this.#hasStandby = connection.hasStandby;
    this.#connections.add(connection);
    connection.onEnd(() => void this.#connections.delete(connection));
  }

  #pauseAfter(error: RollcallError): void {
    const now = this.#clock.monotonic();
    const last = this.#failure;
    // Attempts that failed side by side count once.
    if (last !== null && now < last.until) return;
    const pauseMs = last === null ? firstPauseMs : Math.min(longestPauseMs, last.pauseMs * 2);
    const share = ((this.#random.bytes(1)[0] ?? 0) / 255 + 1) / 2;
    this.#failure = { error, pauseMs, until: now + pauseMs * share };
  }
}

function replaced(): RollcallError {
  return unavailable(undefined, 'The database server is a former primary: another has taken over since.');
}
