import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const allTables = [
  'sessions',
  'devices',
  'standings',
  'instance',
  'history',
  'users',
  'totp',
  'recovery_codes',
  'pending_sign_ins',
  'throttles',
];

/** Takes tables away from under a running service, as a broken database would; gives what puts them back. */
export function renameTables(folder: string, tables: readonly string[] = allTables): () => void {
  const rename = (from: (table: string) => string, to: (table: string) => string): void => {
    const database = new DatabaseSync(join(folder, 'rollcall.db'), { timeout: 5_000 });
    database.exec(
      `pragma legacy_alter_table = on; begin immediate; ${tables
        .map((table) => `alter table ${from(table)} rename to ${to(table)};`)
        .join(' ')} commit`,
    );
    database.close();
  };
  const taken = (table: string): string => `taken_${table}`;
  const own = (table: string): string => table;
  rename(own, taken);
  return () => rename(taken, own);
}

/** Keeps the service from writing, as a backup that never ends would; gives what lets go. */
export function lockWrites(folder: string): () => void {
  const database = new DatabaseSync(join(folder, 'rollcall.db'), { timeout: 5_000 });
  database.exec('begin immediate');
  return () => database.close();
}
