import { RollcallError } from '../../errors.ts';
import type { SqliteConnection } from './connection.ts';

interface Pragma {
  readonly name: string;
  readonly value: string;
  /** As SQLite reads it back. */
  readonly readBack: string | number;
}

/**
 * What the promise of a final log-out rests on. `fullfsync` matters on macOS alone, where a plain sync stops short
 * of the disk; elsewhere it has no effect.
 */
const required: readonly Pragma[] = [
  { name: 'journal_mode', value: 'wal', readBack: 'wal' },
  { name: 'synchronous', value: 'full', readBack: 2 },
  { name: 'fullfsync', value: 'on', readBack: 1 },
  { name: 'foreign_keys', value: 'on', readBack: 1 },
  { name: 'trusted_schema', value: 'off', readBack: 0 },
];

/** Sets what the writing connection needs and reads each back; throws `store_unsafe` naming the first that did not hold. */
export function securePragmas(connection: SqliteConnection, busyTimeoutMs: number): void {
  const busyTimeout = { name: 'busy_timeout', value: String(busyTimeoutMs), readBack: busyTimeoutMs };
  for (const pragma of [...required, busyTimeout]) {
    connection.exec(`pragma ${pragma.name} = ${pragma.value}`);
    requirePragma(connection, pragma);
  }
}

/** The same for a connection that only reads: the file's own settings are the writer's. */
export function securePragmasOfReader(connection: SqliteConnection): void {
  connection.exec('pragma trusted_schema = off');
  requirePragma(connection, { name: 'trusted_schema', value: 'off', readBack: 0 });
}

function requirePragma(connection: SqliteConnection, { name, value, readBack }: Pragma): void {
  const row = connection.get(`pragma ${name}`, []);
  const actual = row === null ? undefined : Object.values(row)[0];
  if (actual === readBack) return;
  throw new RollcallError('store_unsafe', {
    detail: `SQLite did not accept "pragma ${name} = ${value}" on this file or file system.`,
  });
}
