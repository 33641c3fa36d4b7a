import { Socket } from 'node:net';
import pg from 'pg';
import { RollcallError } from '../../errors.ts';
import { unavailable } from '../failures.ts';
import { postgresFailure, sqlState } from './failures.ts';
import { statementName } from './statement-names.ts';

/** How long the server may take for one connection's statements, in milliseconds. */
export interface ConnectionLimits {
  /** For one statement; the server ends it then. A little later the connection is given up from this side. */
  readonly statementTimeoutMs: number;
  /** For one lock. */
  readonly lockTimeoutMs: number;
}

/** What the server answered to one statement. */
export interface Answer {
  readonly command: string;
  readonly rows: readonly Record<string, unknown>[];
  /** Rows read or changed; 0 for a statement that does neither. */
  readonly rowCount: number;
}

/** Called for each notification on a channel this connection listens to. */
export type NotificationListener = (channel: string, payload: string) => void;

/** A connection and its handshake must stand after this time. */
const connectTimeoutMs = 1_000;
/** A transaction whose process stalls holds its locks no longer than this. */
const idleInTransactionTimeoutMs = 2_000;
/** The server's own timeout comes first, so that what it says is heard. */
const graceMs = 200;
const keepAliveDelayMs = 5_000;
/** SQLSTATEs of a prepared statement that no longer fits the schema: a new connection prepares it anew. */
const staleStatements: readonly (string | null)[] = ['0A000', '26000'];
/** Where in the server it warns that notifications pile up, at a commit that is as good as any. */
const fullQueueWarning = 'asyncQueueFillWarning';
const int8 = 20;

/**
 * Opens a connection with the settings of the connection string, TLS among them. Every transaction on it is READ COMMITTED
 * whatever the server's default. Throws `invalid_setting` for a string that can't be used, and `store_unavailable` when
 * there is no answer within a second, or when the server is a standby, which may be behind.
 */
export async function openConnection(url: string, limits: ConnectionLimits): Promise<PostgresConnection> {
  const socket = new Socket();
  const client = clientFor(url, socket);
  const connection = new PostgresConnection(client, socket, limits);
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(noAnswer()), connectTimeoutMs).unref();
  });
  try {
    await Promise.race([handshake(client, connection, limits), late]);
    return connection;
  } catch (cause) {
    connection.destroy();
    throw postgresFailure(cause);
  }
}

async function handshake(
  client: pg.Client,
  connection: PostgresConnection,
  limits: ConnectionLimits,
): Promise<void> {
  await client.connect();
  const answers = await connection.simple(settingsOf(limits));
  const state = answers.at(-1)?.rows[0];
  if (state?.['is_standby'] !== false) throw standby();
  connection.timeline = String(state['timeline']);
  connection.hasStandby = state['has_standby'] === true;
}

function clientFor(url: string, socket: Socket): pg.Client {
  try {
    return new pg.Client({
      connectionString: url,
      fallback_application_name: 'rollcall',
      keepAlive: true,
      keepAliveInitialDelayMillis: keepAliveDelayMs,
      pipeline: true,
      stream: () => socket,
      types: { getTypeParser: parserOf },
    });
  } catch (cause) {
    // Without the cause: it may hold the connection string, and that a password.
    const reason = cause instanceof Error ? cause.message : 'it cannot be read';
    throw new RollcallError('invalid_setting', {
      detail: `The connection string of PostgreSQL cannot be used: ${reason}.`,
    });
  }
}

/** As statements rather than as start-up parameters, which a connection string could override. */
function settingsOf({ statementTimeoutMs, lockTimeoutMs }: ConnectionLimits): string {
  return `set statement_timeout = ${statementTimeoutMs};
    set lock_timeout = ${lockTimeoutMs};
    set idle_in_transaction_session_timeout = ${idleInTransactionTimeoutMs};
    set idle_session_timeout = 0;
    set default_transaction_isolation = 'read committed';
    set standard_conforming_strings = on;
    set client_min_messages = warning;
    select pg_is_in_recovery() as is_standby,
      current_setting('synchronous_standby_names') <> '' as has_standby,
      case when not pg_is_in_recovery() then substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) end as timeline`;
}

/** Whole numbers of 64 bits as numbers: instants, epochs and counts are far below 2^53. */
function parserOf(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === int8) return Number;
  const parser: (value: string) => unknown = pg.types.getTypeParser(
    oid,
    format === 'binary' ? 'text' : format,
  );
  return parser;
}

/** One connection. What is sent while an answer is awaited goes out at once, and is answered in order. */
export class PostgresConnection {
  /** The server's timeline when the connection was opened, as eight hexadecimal digits: each fail-over begins a later one. */
  timeline = '';
  /** Whether the server's commits waited for a standby then. */
  hasStandby = false;
  readonly #client: pg.Client;
  readonly #socket: Socket;
  readonly #deadlineMs: number;
  readonly #endListeners: (() => void)[] = [];
  #isOpen = true;
  #warnings = 0;

  /** For `openConnection`. */
  constructor(client: pg.Client, socket: Socket, limits: ConnectionLimits) {
    this.#client = client;
    this.#socket = socket;
    this.#deadlineMs = limits.statementTimeoutMs + graceMs;
    // An idle connection that fails must not end the process; whoever uses it next is told.
    client.on('error', () => this.#ended());
    client.on('end', () => this.#ended());
    client.on('notice', ({ routine }) => {
      if (routine !== fullQueueWarning) this.#warnings += 1;
    });
  }

  /** False from the moment the connection is known to be gone. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Warnings of the server so far: a COMMIT that brings one did less than it was asked for. */
  get warnings(): number {
    return this.#warnings;
  }

  /** Runs one statement, prepared on first use when it has values. Rejects as `postgresFailure` says. */
  async run(text: string, values: readonly unknown[] = []): Promise<Answer> {
    const name = values.length === 0 ? undefined : statementName(text);
    const query = { text, values: [...values], ...(name === undefined ? {} : { name }) };
    const [answer] = await this.#within(this.#deadlineMs, () => this.#client.query(query));
    return answer ?? { command: '', rows: [], rowCount: 0 };
  }

  /**
   * Sends any number of statements without values as one message; all or none take effect unless the text says otherwise.
   * `deadlineMs` is how long to wait for all their answers before the connection is given up.
   */
  simple(text: string, deadlineMs: number = this.#deadlineMs): Promise<readonly Answer[]> {
    return this.#within(deadlineMs, () => this.#client.query(text));
  }

  /** Listens to notifications; the caller sends LISTEN. */
  onNotification(listener: NotificationListener): void {
    this.#client.on('notification', ({ channel, payload }) => listener(channel, payload ?? ''));
  }

  /** Called once when the connection is gone, at once if it is already. */
  onEnd(listener: () => void): void {
    if (this.#isOpen) this.#endListeners.push(listener);
    else listener();
  }

  /** Ends it once what is under way is answered; at most one statement's time. */
  async end(): Promise<void> {
    const timer = setTimeout(() => this.destroy(), this.#deadlineMs);
    try {
      await this.#client.end();
    } finally {
      clearTimeout(timer);
      this.destroy();
    }
  }

  /** Ends it now. What is under way is rejected, and its result unknown. */
  destroy(): void {
    this.#ended();
    this.#socket.destroy();
  }

  #ended(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const listener of this.#endListeners) listener();
  }

  #within(deadlineMs: number, send: () => Promise<unknown>): Promise<readonly Answer[]> {
    if (!this.#isOpen) return Promise.reject(gone());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(noAnswer());
        this.destroy();
      }, deadlineMs);
      send()
        .then((result) => resolve(answersOf(result)))
        .catch((cause: unknown) => reject(this.#failed(cause)))
        .finally(() => clearTimeout(timer));
    });
  }

  #failed(cause: unknown): RollcallError {
    const failure = postgresFailure(cause);
    if (staleStatements.includes(sqlState(failure))) this.destroy();
    return failure;
  }
}

function answersOf(result: unknown): readonly Answer[] {
  const results = (Array.isArray(result) ? result : [result]) as readonly pg.QueryResult<
    Record<string, unknown>
  >[];
  return results.map(({ command, rows, rowCount }) => ({ command, rows, rowCount: rowCount ?? 0 }));
}

function gone(): RollcallError {
  return unavailable(undefined, 'The connection to the database was lost.');
}

function noAnswer(): RollcallError {
  return unavailable(undefined, 'The database did not answer in time.');
}

function standby(): RollcallError {
  return unavailable(undefined, 'The database server is a standby, which may be behind the primary.');
}
