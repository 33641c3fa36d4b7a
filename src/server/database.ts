import type { AccountStore } from '../accounts/ports.ts';
import { RollcallError } from '../errors.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { ClusterLines } from './cluster.ts';
import type { DatabaseSettings } from './database-url.ts';
import type { InstanceSecret } from './secret.ts';

/** The database as the service needs it, of either kind. */
export interface OpenDatabase {
  readonly store: AccountStore;
  /** Commits so far, and the changes they carried. */
  readonly stats: () => { readonly commits: number; readonly changes: number };
  /** Null where one process has the database to itself. */
  readonly lines: ClusterLines | null;
  /** What does not stop the start but weakens the promise, a sentence each. */
  readonly warnings: readonly string[];
}

export interface Opener {
  readonly nodeId: string;
  readonly secret: InstanceSecret;
}

/** Opens the database of the settings. Throws a RollcallError whose sentence begins with the setting to look at. */
export async function openDatabase(settings: DatabaseSettings, _opener: Opener): Promise<OpenDatabase> {
  try {
    if (settings.kind === 'postgres') throw new RollcallError('store_unavailable');
    return await openSqlite(settings.path);
  } catch (cause) {
    if (!(cause instanceof RollcallError)) throw cause;
    throw new RollcallError(cause.code, { detail: `ROLLCALL_DATABASE_URL: ${cause.message}`, cause });
  }
}

async function openSqlite(path: string): Promise<OpenDatabase> {
  const store = await openSqliteStore({ path });
  return { store, stats: () => store.stats(), lines: null, warnings: [] };
}
