import { RollcallError } from '../../errors.ts';
import type { Ledger } from '../rounds.ts';
import { resultCode, type SqliteConnection } from './connection.ts';

const ioError = 10;

/** Transactions and savepoints of the writing connection. */
export function sqliteLedger(writer: SqliteConnection): Ledger {
  return {
    begin: () => writer.exec('begin immediate'),
    save: () => writer.exec('savepoint change'),
    keep: () => writer.exec('release change'),
    undo: () => writer.exec('rollback to change; release change'),
    commit: () => commit(writer),
    abort: () => abort(writer),
  };
}

function commit(writer: SqliteConnection): void {
  try {
    writer.exec('commit');
  } catch (error) {
    // The commit record may have reached the disk although its sync failed: a crash now could still bring it back.
    if (error instanceof RollcallError && resultCode(error.cause) === ioError) {
      throw new RollcallError('outcome_unknown', { cause: error });
    }
    throw error;
  }
}

function abort(writer: SqliteConnection): void {
  try {
    writer.exec('rollback');
  } catch {
    // SQLite has rolled back by itself, or never began: either way nothing is left to undo.
  }
}
