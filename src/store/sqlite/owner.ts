import { RollcallError } from '../../errors.ts';
import { resultCode, SqliteConnection } from './connection.ts';
import { createFile } from './files.ts';

const busy = 5;

/** Holds a database file for this process. */
export interface Ownership {
  release(): void;
}

/**
 * Claims the database file for the life of this process; throws `store_in_use` while another holds it. This process
 * answers from memory, so a second one would not hear of its log-outs. The claim is an exclusive lock on a small file
 * beside the database, not on the database, which others may still read; the system frees it however the process ends.
 */
export function claimOwnership(databasePath: string): Ownership {
  const path = `${databasePath}-owner`;
  createFile(path);
  const connection = new SqliteConnection(path, false, 0);
  try {
    connection.exec('begin exclusive');
  } catch (error) {
    connection.close();
    throw error instanceof RollcallError && resultCode(error.cause) === busy
      ? new RollcallError('store_in_use', { cause: error })
      : error;
  }
  return { release: () => connection.close() };
}
