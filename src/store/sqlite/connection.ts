import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Kysely, SqliteDialect } from 'kysely';
import { RollcallError } from '../../errors.ts';
import { refusedRow, unavailable } from '../failures.ts';
import type { Schema } from '../sql/schema.ts';

/** A value SQLite takes as a parameter or gives back. */
export type SqliteValue = null | number | bigint | string | Uint8Array;

/** Prepared statements kept per connection; the queries of the store are fewer. */
const maxStatements = 256;

/** SQLite's primary result codes that need their own answer. */
const constraint = 19;
const notDatabase = 26;
const corrupt = 11;

interface Prepared {
  readonly statement: StatementSync;
  readonly isReader: boolean;
}

/** One connection. Statements are prepared once; every failure of SQLite leaves as a `RollcallError`. */
export class SqliteConnection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, Prepared>();

  constructor(path: string, isReadOnly: boolean, busyTimeoutMs: number) {
    this.#database = mapped(() => new DatabaseSync(path, { readOnly: isReadOnly, timeout: busyTimeoutMs }));
  }

  /** Runs statements without parameters. */
  exec(statements: string): void {
    this.#guard(() => this.#database.exec(statements));
  }

  all(statement: string, values: readonly SqliteValue[]): Record<string, SqliteValue>[] {
    return this.#guard(() => this.#prepared(statement).statement.all(...values));
  }

  get(statement: string, values: readonly SqliteValue[]): Record<string, SqliteValue> | null {
    return this.#guard(() => this.#prepared(statement).statement.get(...values) ?? null);
  }

  run(statement: string, values: readonly SqliteValue[]): { changes: number | bigint } {
    return this.#guard(() => this.#prepared(statement).statement.run(...values));
  }

  /** Whether the statement gives rows back. */
  isReader(statement: string): boolean {
    return this.#guard(() => this.#prepared(statement).isReader);
  }

  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) mapped(() => this.#database.close());
  }

  #prepared(text: string): Prepared {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(text);
    const prepared = { statement, isReader: statement.columns().length > 0 };
    if (this.#statements.size >= maxStatements) this.#statements.clear();
    this.#statements.set(text, prepared);
    return prepared;
  }

  #guard<T>(call: () => T): T {
    if (!this.#database.isOpen) throw new RollcallError('shutting_down');
    try {
      return call();
    } catch (cause) {
      if (isDamage(cause)) this.#forgetPages();
      throw refusal(cause);
    }
  }

  /** What was read damaged stays in the cache of pages until the next write, though the file be whole again. */
  #forgetPages(): void {
    try {
      this.#database.exec('pragma shrink_memory');
    } catch {
      // Then the cache is emptied by the next write.
    }
  }
}

/** Typed queries on the connection. Transactions are the caller's own. */
export function queriesOn(connection: SqliteConnection): Kysely<Schema> {
  const database = {
    close: () => connection.close(),
    prepare: (text: string) => ({
      reader: connection.isReader(text),
      all: (values: readonly unknown[]) => connection.all(text, values as readonly SqliteValue[]),
      run: (values: readonly unknown[]) => ({
        ...connection.run(text, values as readonly SqliteValue[]),
        lastInsertRowid: 0,
      }),
      iterate: (values: readonly unknown[]) =>
        connection.all(text, values as readonly SqliteValue[])[Symbol.iterator](),
    }),
  };
  return new Kysely<Schema>({ dialect: new SqliteDialect({ database }) });
}

function mapped<T>(call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw refusal(cause);
  }
}

function refusal(cause: unknown): RollcallError {
  const code = resultCode(cause);
  if (code === constraint) return refusedRow('it breaks a constraint of its table', cause);
  if (isDamage(cause)) {
    return unavailable(cause, 'The database file is damaged or is not a database; restore it from a backup.');
  }
  return unavailable(cause);
}

function isDamage(cause: unknown): boolean {
  const code = resultCode(cause);
  return code === notDatabase || code === corrupt;
}

/** SQLite's primary result code, or null for any other error. */
export function resultCode(cause: unknown): number | null {
  if (!(cause instanceof Error) || !('errcode' in cause) || typeof cause.errcode !== 'number') return null;
  return cause.errcode & 0xff;
}
