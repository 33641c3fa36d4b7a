import type { AccountStore } from '../accounts/ports.ts';
import type { Activity, LookUp } from '../engine/ports.ts';
import { RollcallError } from '../errors.ts';
import { CommitRounds, type RoundLimits, type RoundStats } from './rounds.ts';
import { SqlTransaction } from './sql/account-transaction.ts';
import type { SqlDialect } from './sql/migration.ts';
import { migrate } from './sql/migrations.ts';
import { lookUpSql, recordActivitySql } from './sql/session-queries.ts';
import { type LookUpRow, lookUpRecord } from './sql/session-rows.ts';
import { SqlStore } from './sql/store.ts';
import { queriesOn, SqliteConnection } from './sqlite/connection.ts';
import { prepareFile } from './sqlite/files.ts';
import { sqliteLedger } from './sqlite/ledger.ts';
import { claimOwnership, type Ownership } from './sqlite/owner.ts';
import { securePragmas, securePragmasOfReader } from './sqlite/pragmas.ts';

export interface SqliteOptions extends RoundLimits {
  /** The database file; made with its folder when missing. */
  readonly path: string;
  /** Milliseconds to wait for a lock another program holds, such as a backup. Default 500: the whole process waits. */
  readonly busyTimeoutMs?: number;
}

/** The store of one process on one machine. */
export interface SqliteStore extends AccountStore {
  /** Commits so far, and the changes they carried. */
  stats(): RoundStats;
}

const dialect: SqlDialect = {
  kind: 'sqlite',
  text: 'text',
  integer: 'integer',
  real: 'real',
  table: 'strict',
  keyedTable: 'strict, without rowid',
};

/**
 * Opens, or makes, a SQLite database and brings its schema to this version. One process at a time may have it open;
 * other programs may read the file. Throws `store_in_use`, `store_newer`, `store_unsafe` for settings that did not hold,
 * and `store_unavailable` for a file that is damaged or can't be written.
 */
export async function openSqliteStore(options: SqliteOptions): Promise<SqliteStore> {
  const path = prepareFile(options.path);
  const owner = claimOwnership(path);
  const opened: SqliteConnection[] = [];
  try {
    const busyTimeoutMs = options.busyTimeoutMs ?? 500;
    const writer = new SqliteConnection(path, false, busyTimeoutMs);
    opened.push(writer);
    securePragmas(writer, busyTimeoutMs);
    await bringUpToDate(writer);
    const reader = new SqliteConnection(path, true, busyTimeoutMs);
    opened.push(reader);
    securePragmasOfReader(reader);
    return new OpenSqliteStore(writer, reader, owner, options);
  } catch (error) {
    for (const connection of opened) connection.close();
    owner.release();
    throw error;
  }
}

async function bringUpToDate(writer: SqliteConnection): Promise<void> {
  const ledger = sqliteLedger(writer);
  await ledger.begin(1);
  try {
    await migrate(queriesOn(writer), dialect);
    await ledger.commit();
  } catch (error) {
    await ledger.abort();
    throw error;
  }
}

class OpenSqliteStore extends SqlStore implements SqliteStore {
  readonly #rounds: CommitRounds<SqlTransaction>;

  constructor(writer: SqliteConnection, reader: SqliteConnection, owner: Ownership, limits: RoundLimits) {
    const transaction = new SqlTransaction(queriesOn(writer), async (activities) =>
      recordActivity(writer, activities),
    );
    const rounds = new CommitRounds(sqliteLedger(writer), transaction, limits);
    super({
      reader: queriesOn(reader),
      write: (change) => rounds.write(change),
      lookUp: async (id) => lookUp(reader, id),
      ping: async () => ping(writer, reader),
      close: async () => {
        await rounds.close();
        reader.close();
        writer.close();
        owner.release();
      },
    });
    this.#rounds = rounds;
  }

  stats(): RoundStats {
    return this.#rounds.stats;
  }
}

function lookUp(reader: SqliteConnection, id: string): LookUp | null {
  const row = reader.get(lookUpSql, [id]);
  // The statement and the STRICT tables fix the columns and their types.
  return row === null ? null : lookUpRecord(row as unknown as LookUpRow);
}

function recordActivity(writer: SqliteConnection, activities: readonly Activity[]): void {
  for (const { sessionId, at } of activities) writer.run(recordActivitySql, [at, sessionId, at]);
}

/** Reads from the file through both connections. */
function ping(writer: SqliteConnection, reader: SqliteConnection): void {
  for (const connection of [writer, reader]) {
    const row = connection.get('select epoch from instance where id = 1', []);
    if (row === null) throw new RollcallError('store_unavailable');
  }
}
