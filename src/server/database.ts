import type { AccountStore } from '../accounts/ports.ts';
import { RollcallError } from '../errors.ts';
import { openPostgresStore } from '../store/postgres.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { ClusterLines } from './cluster.ts';
import type { DatabaseSettings } from './database-url.ts';
import type { InstanceSecret } from './secret.ts';
import type { CommitStats, ReadStats } from './store-metrics.ts';

/** The database as the service needs it, of either kind. */
export interface OpenDatabase {
  readonly store: AccountStore;
  readonly commits: () => CommitStats;
  /** What only a database that many nodes share has; null where one process has it to itself. */
  readonly shared: SharedDatabase | null;
  /** What does not stop the start but weakens the promise, a sentence each. */
  readonly warnings: readonly string[];
}

export interface SharedDatabase {
  readonly lines: ClusterLines;
  readonly reads: () => ReadStats;
}

export interface Opener {
  /** The name of this process among the nodes; of its own for each start. */
  readonly nodeId: string;
  readonly secret: InstanceSecret;
}

/** Opens the database of the settings. Throws a RollcallError whose sentence begins with the setting to look at. */
export async function openDatabase(settings: DatabaseSettings, opener: Opener): Promise<OpenDatabase> {
  try {
    return settings.kind === 'sqlite'
      ? await openSqlite(settings.path)
      : await openPostgres(settings.url, opener);
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error;
    throw new RollcallError(error.code, { detail: sentenceOf(error), cause: error });
  }
}

async function openSqlite(path: string): Promise<OpenDatabase> {
  const store = await openSqliteStore({ path });
  return { store, commits: () => store.stats(), shared: null, warnings: [] };
}

async function openPostgres(url: string, { nodeId, secret }: Opener): Promise<OpenDatabase> {
  const secretFingerprint = Buffer.from(secret.keyFor('database fingerprint')).toString('base64url');
  const store = await openPostgresStore({ url, nodeId, secretFingerprint });
  const lines = { ledger: store.cluster, messages: store.messages, wakes: store.wakes };
  return {
    store,
    commits: () => store.stats(),
    shared: { lines, reads: () => store.stats() },
    warnings: store.warnings,
  };
}

function sentenceOf({ code, message, facts, cause }: RollcallError): string {
  if (message.startsWith('ROLLCALL_')) return message;
  const isUnexplained = code === 'store_unavailable' && facts.detail === undefined;
  const reason = isUnexplained ? reasonOf(cause) : null;
  return `ROLLCALL_DATABASE_URL: ${reason === null ? message : `the database can't be reached (${reason}).`}`;
}

/** What the network, the driver or the server said, in a word or a clause; never anything of the URL but names. */
function reasonOf(cause: unknown): string | null {
  if (cause instanceof AggregateError) return reasonOf(cause.errors[0]);
  if (!(cause instanceof Error)) return null;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : null;
  // A SQLSTATE has five characters: then the server has said something worth reading.
  if (code !== null && !/^[0-9A-Z]{5}$/.test(code)) return code;
  return cause.message.replaceAll('\n', ' ').replace(/\.$/, '');
}
