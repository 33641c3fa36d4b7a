import type { AccountStore } from '../accounts/ports.ts';
import type { ClusterLedger, MessageLine, WakeLine } from '../cluster/ports.ts';
import type { Clock, LookUp, Random } from '../engine/ports.ts';
import { systemRandom } from '../engine/system.ts';
import { clusterLedger } from './postgres/cluster-ledger.ts';
import type { ConnectionLimits, PostgresConnection } from './postgres/connection.ts';
import { KeptConnection } from './postgres/kept-connection.ts';
import { PostgresLedger } from './postgres/ledger.ts';
import { openLines } from './postgres/lines.ts';
import { type LookUpStats, LookUps } from './postgres/look-ups.ts';
import { ConnectionPool } from './postgres/pool.ts';
import { publishStatement } from './postgres/publication.ts';
import { queriesOn } from './postgres/queries.ts';
import { ConnectionSource } from './postgres/source.ts';
import { PostgresTransaction } from './postgres/transaction.ts';
import { prepareDatabase } from './postgres/upgrade.ts';
import { CommitRounds, type RoundLimits, type RoundStats } from './rounds.ts';
import { lookUpManySql } from './sql/session-queries.ts';
import { type LookUpRow, lookUpRecord } from './sql/session-rows.ts';
import { SqlStore } from './sql/store.ts';

/** Of the limits of rounds, `maxGroup` is 32 and `changeLimitMs` 3,000 by default here. */
export interface PostgresOptions extends RoundLimits {
  /** Connection string, `postgres://…`, TLS settings included. Secret: it may hold a password. */
  readonly url: string;
  /** The name of this node among those of the database; of its own for each start. */
  readonly nodeId: string;
  /** Connections for reads, at least 3. Default 10, of which two serve verify alone; beside them a node has four more. */
  readonly maxReaders?: number;
  /** Of the secret all nodes share, telling nothing about it; without it any secret is taken. */
  readonly secretFingerprint?: string;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** What the store has done since the start, for metrics. */
export interface PostgresStats extends RoundStats, LookUpStats {
  /** Connections for reads that are open now. */
  readonly readers: number;
}

/** The store of many nodes on one database. */
export interface PostgresStore extends AccountStore {
  readonly cluster: ClusterLedger;
  readonly messages: MessageLine;
  readonly wakes: WakeLine;
  /** What the operator must be told about the database, in sentences. */
  readonly warnings: readonly string[];
  stats(): PostgresStats;
}

/** A check is answered, or refused, within a second. */
const readBudgetMs = 1_000;
const readLimits: ConnectionLimits = { statementTimeoutMs: 1_000, lockTimeoutMs: 1_000 };
/** A round sets its own, shorter lock timeouts. */
const writeLimits: ConnectionLimits = { statementTimeoutMs: 2_500, lockTimeoutMs: 100 };
/** Connections for look-ups, each with one batch under way. */
const lookUpConnections = 2;
/** Fewer than where a change costs no round trip: locks are held until the last has run. */
const maxGroup = 32;
const changeLimitMs = 3_000;

/**
 * Opens a PostgreSQL database, 14 or newer, and brings its schema to this version; any number of nodes may do so at once.
 * Throws `store_unsafe` for settings that can't keep the promise, `store_newer`, `invalid_setting` for an unusable
 * connection string or another secret, and `store_unavailable` when the database doesn't answer within a second.
 * From then on the store outlives any failure of the database: reads reject with `store_unavailable` within a second,
 * writes within eight, and both succeed again within half a second of its return.
 */
export async function openPostgresStore(options: PostgresOptions): Promise<PostgresStore> {
  const warnings = await prepareDatabase(new ConnectionSource(options), options.secretFingerprint ?? null);
  return new OpenPostgresStore(options, warnings);
}

class OpenPostgresStore extends SqlStore implements PostgresStore {
  readonly cluster: ClusterLedger;
  readonly messages: MessageLine;
  readonly wakes: WakeLine;
  readonly warnings: readonly string[];
  readonly #rounds: CommitRounds<PostgresTransaction>;
  readonly #lookUps: LookUps;
  readonly #pools: readonly ConnectionPool[];

  constructor(options: PostgresOptions, warnings: readonly string[]) {
    const readers = readerPool(options, (options.maxReaders ?? 10) - lookUpConnections);
    const checkers = readerPool(options, lookUpConnections);
    const lookUps = new LookUps((ids) => checkers.use((connection) => readMany(connection, ids)), {
      maxBatches: lookUpConnections,
      budgetMs: readBudgetMs,
    });
    const writer = new KeptConnection(new ConnectionSource(options), writeLimits);
    const rounds = roundsOn(writer, options);
    const cluster = clusterLedger(new ConnectionSource(options));
    const lines = openLines({ ...options, source: new ConnectionSource(options) });
    super({
      reader: queriesOn((text, values) => readers.use((connection) => connection.run(text, values))),
      write: (change) => rounds.write(change),
      lookUp: (id) => lookUps.lookUp(id),
      ping: async () => void (await lookUps.lookUp('')),
      close: async () => {
        await rounds.close();
        await Promise.all([writer, readers, checkers, cluster, lines].map((part) => part.close()));
      },
    });
    this.cluster = cluster;
    this.messages = lines.messages;
    this.wakes = lines.wakes;
    this.warnings = warnings;
    this.#rounds = rounds;
    this.#lookUps = lookUps;
    this.#pools = [readers, checkers];
  }

  stats(): PostgresStats {
    const readers = this.#pools.reduce((sum, { size }) => sum + size, 0);
    return { ...this.#rounds.stats, ...this.#lookUps.stats, readers };
  }
}

/** Every purpose has a source of its own: where one finds no room on the server, the others don't pause with it. */
function readerPool(options: PostgresOptions, size: number): ConnectionPool {
  return new ConnectionPool(new ConnectionSource(options), {
    size: Math.max(1, size),
    budgetMs: readBudgetMs,
    connection: readLimits,
  });
}

function roundsOn(writer: KeptConnection, options: PostgresOptions): CommitRounds<PostgresTransaction> {
  const ledger = new PostgresLedger({
    connect: () => writer.get(),
    publishStatement: (revocations) => publishStatement(options.nodeId, revocations),
    random: options.random ?? systemRandom,
  });
  return new CommitRounds(ledger, new PostgresTransaction(ledger), { maxGroup, changeLimitMs, ...options });
}

async function readMany(
  connection: PostgresConnection,
  ids: readonly string[],
): Promise<ReadonlyMap<string, LookUp>> {
  const { rows } = await connection.run(lookUpManySql, [ids]);
  // The statement and the schema fix the columns and their types.
  return new Map(
    rows.map((row) => lookUpRecord(row as unknown as LookUpRow)).map((found) => [found.session.id, found]),
  );
}
