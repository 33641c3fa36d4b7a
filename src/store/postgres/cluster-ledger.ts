import pg from 'pg';
import type {
  ClusterLedger,
  FeedEntry,
  FeedNews,
  NodeRecord,
  RenewalReply,
  RenewalRequest,
} from '../../cluster/ports.ts';
import { unavailable } from '../failures.ts';
import type { Answer, ConnectionLimits, PostgresConnection } from './connection.ts';
import { KeptConnection } from './kept-connection.ts';
import type { ConnectionSource } from './source.ts';

/** A ledger that holds connections. */
export interface PostgresLedger extends ClusterLedger {
  /** Ends its connections; nothing can be asked of it afterwards. */
  close(): Promise<void>;
}

/** A reply later than the lease is worth nothing, so a request is given up before: after this and the connection's grace. */
const defaultPatienceMs = 700;

/** The rest of a renewal's answer, as `cluster_news` gives it. */
interface News {
  readonly trimmed: number;
  readonly entries: readonly FeedEntry[];
  readonly nodes: readonly NodeRecord[];
}

/**
 * The cluster's record on PostgreSQL. Every request is one function, one transaction and one message of the simple protocol,
 * which the server runs when it has all of it: a node that stalls or is cut off can't leave a lock behind (rule 8).
 * Renewals have a connection to themselves, so that nothing else can make them late. `patienceMs`, 700 by default, is how
 * long the server may take for one.
 */
export function clusterLedger(source: ConnectionSource, patienceMs = defaultPatienceMs): PostgresLedger {
  const limits: ConnectionLimits = { statementTimeoutMs: patienceMs, lockTimeoutMs: patienceMs };
  const keep = (): KeptConnection => new KeptConnection(source, limits);
  return new SqlClusterLedger(source, { renewals: keep(), feed: keep(), others: keep() });
}

/** One for each kind of request that must not wait behind the others. */
interface LedgerConnections {
  readonly renewals: KeptConnection;
  /** Takes no lock, so nothing here waits for one. */
  readonly feed: KeptConnection;
  readonly others: KeptConnection;
}

class SqlClusterLedger implements PostgresLedger {
  readonly #renewals: KeptConnection;
  readonly #feed: KeptConnection;
  readonly #others: KeptConnection;
  readonly #source: ConnectionSource;
  /** Where the node joined. After a fail-over the numbers of the feed may begin again below what it has applied. */
  #timeline = '';
  /** The latest renewal the database confirmed. If it knows less, it lost commits, such as in a fail-over. */
  #confirmed = 0;

  constructor(source: ConnectionSource, { renewals, feed, others }: LedgerConnections) {
    this.#source = source;
    this.#renewals = renewals;
    this.#feed = feed;
    this.#others = others;
  }

  get isLeaseNeeded(): boolean {
    return this.#source.hasStandby;
  }

  async join({ nodeId, renewal }: { readonly nodeId: string; readonly renewal: number }): Promise<number> {
    const connection = await this.#renewals.get();
    const sequence = valueIn(await durably(connection, call('cluster_join', nodeId, renewal)));
    if (typeof sequence !== 'number') throw overtaken();
    this.#confirmed = Math.max(this.#confirmed, renewal);
    this.#timeline = connection.timeline;
    return sequence;
  }

  async renew({ nodeId, renewal, applied }: RenewalRequest): Promise<RenewalReply> {
    const connection = await this.#renewals.get();
    if (connection.timeline !== this.#timeline) return { isKnown: false };
    // Both leave together. The second is a transaction of its own, begun when the first has committed.
    const [renewed, told] = await Promise.all([
      durably(connection, call('cluster_renew', nodeId, renewal, applied, this.#confirmed)),
      connection.simple(call('cluster_news', nodeId, renewal, applied)),
    ]);
    const [sequence, news] = [valueIn(renewed) as number | null, valueIn(told) as News | null];
    if (sequence === null || news === null) return { isKnown: false };
    this.#confirmed = Math.max(this.#confirmed, renewal);
    return { isKnown: true, sequence, ...news, entries: news.entries.filter(upTo(sequence)) };
  }

  async catchUp(applied: number): Promise<FeedNews> {
    return (await this.#askFeed(call('cluster_feed', applied))) as FeedNews;
  }

  async confirm({ nodeId, applied }: { readonly nodeId: string; readonly applied: number }): Promise<void> {
    await this.#askFeed(call('cluster_confirm', nodeId, applied, this.#confirmed));
  }

  /** What counts only on the timeline the node joined on. */
  async #askFeed(statement: string): Promise<unknown> {
    const connection = await this.#feed.get();
    if (connection.timeline !== this.#timeline) throw unavailable(undefined, 'The node has not joined yet.');
    return valueIn(await connection.simple(statement));
  }

  async nodes(): Promise<readonly NodeRecord[]> {
    return (await ask(this.#feed, call('cluster_census'))) as readonly NodeRecord[];
  }

  async remove({ nodeId, renewal }: { readonly nodeId: string; readonly renewal: number }): Promise<void> {
    await ask(this.#others, call('cluster_remove', nodeId, renewal));
  }

  async leave(nodeId: string): Promise<void> {
    await ask(this.#others, call('cluster_leave', nodeId));
  }

  async trim(): Promise<void> {
    const connection = await this.#others.get();
    await Promise.all([connection.simple(call('cluster_trim')), connection.simple(call('cluster_sweep'))]);
  }

  async close(): Promise<void> {
    await Promise.all([this.#renewals.close(), this.#feed.close(), this.#others.close()]);
  }
}

async function ask(kept: KeptConnection, statement: string): Promise<unknown> {
  const connection = await kept.get();
  return valueIn(await connection.simple(statement));
}

/** A commit that warns was made on this server and not on the standbys it had to wait for: nothing may rest on it. */
async function durably(connection: PostgresConnection, statement: string): Promise<readonly Answer[]> {
  const warnings = connection.warnings;
  const answers = await connection.simple(statement);
  if (connection.warnings > warnings) throw unavailable(undefined, 'The standby did not confirm the commit.');
  return answers;
}

/** One call as a statement without parameters; its answer is in the column `value`. */
function call(name: string, ...values: readonly (string | number)[]): string {
  const literals = values.map((value) => (typeof value === 'number' ? `${value}` : pg.escapeLiteral(value)));
  return `select ${name}(${literals.join(', ')}) as value`;
}

function valueIn(answers: readonly Answer[]): unknown {
  return answers[0]?.rows[0]?.['value'] ?? null;
}

/** What was committed while the answer was read comes again with the next renewal. */
function upTo(sequence: number): (entry: FeedEntry) => boolean {
  return (entry) => entry.sequence <= sequence;
}

function overtaken(): Error {
  return unavailable(undefined, 'A later renewal of this node is recorded.');
}
