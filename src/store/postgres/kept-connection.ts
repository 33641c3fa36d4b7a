import { RollcallError } from '../../errors.ts';
import type { ConnectionLimits, PostgresConnection } from './connection.ts';
import type { ConnectionSource } from './source.ts';

/** One process of the server: its number alone is used again. */
interface Backend {
  readonly pid: number;
  /** When it was started, by the server's clock; compared for equality only. */
  readonly startedAt: string;
}

/** What the server is asked about its own processes it answers within this time. */
const askLimitMs = 1_000;

/**
 * One connection for one purpose, opened when first needed and again when it was lost. A commit that waits for a synchronous
 * standby goes on waiting in the server when its connection is given up, and no timeout of the server ends it. So whoever
 * comes next is refused until the server has ended that wait: to commit again would only take another of its connections.
 */
export class KeptConnection {
  readonly #source: ConnectionSource;
  readonly #limits: ConnectionLimits;
  #opening: Promise<PostgresConnection> | null = null;
  #current: PostgresConnection | null = null;
  /** Serves the current connection. */
  #backend: Backend | null = null;
  /** Served the one that was lost, and may still wait for a standby. */
  #abandoned: Backend | null = null;
  #isClosed = false;

  constructor(source: ConnectionSource, limits: ConnectionLimits) {
    this.#source = source;
    this.#limits = limits;
  }

  /**
   * The open connection, or a new one. Throws `store_unavailable`, also while the commit that the last one was lost with
   * still waits for a standby, and `shutting_down` after `close`.
   */
  async get(): Promise<PostgresConnection> {
    if (this.#isClosed) throw new RollcallError('shutting_down');
    if (this.#current?.isOpen === true && this.#abandoned === null) return this.#current;
    this.#opening ??= this.#ready().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  /** Ends it when what is under way is answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#opening?.catch(() => undefined);
    if (this.#current?.isOpen === true) await this.#current.end();
  }

  async #ready(): Promise<PostgresConnection> {
    const connection = this.#current?.isOpen === true ? this.#current : await this.#open();
    if (this.#abandoned !== null && (await isWaiting(connection, this.#abandoned))) throw unconfirmed();
    this.#abandoned = null;
    return connection;
  }

  async #open(): Promise<PostgresConnection> {
    // One that was only asked has left nothing behind.
    this.#abandoned ??= this.#backend;
    this.#backend = null;
    const connection = await this.#source.open(this.#limits);
    this.#current = connection;
    this.#backend = await backendOf(connection);
    return connection;
  }
}

async function backendOf(connection: PostgresConnection): Promise<Backend | null> {
  const own = `select pid, ${startedAt} as started_at from ${activity} where pid = pg_backend_pid()`;
  const [answer] = await connection.simple(own, askLimitMs);
  const row = answer?.rows[0];
  return row === undefined ? null : { pid: Number(row['pid']), startedAt: String(row['started_at']) };
}

/** A role sees what its own processes wait for. */
async function isWaiting(connection: PostgresConnection, backend: Backend): Promise<boolean> {
  const waiting = `select pid from ${activity} where pid = ${backend.pid} and ${startedAt} = '${backend.startedAt}'
    and wait_event = 'SyncRep'`;
  const [answer] = await connection.simple(waiting, askLimitMs);
  return answer?.rows.length === 1;
}

const activity = 'pg_catalog.pg_stat_activity';
const startedAt = 'extract(epoch from backend_start)::text';

function unconfirmed(): RollcallError {
  return new RollcallError('store_unavailable', {
    detail: 'The synchronous standby does not confirm commits, so nothing was changed.',
    retryAfterSeconds: 1,
  });
}
