import type {
  FeedEntry,
  FeedNews,
  NodeRecord,
  RenewalReply,
  RenewalRequest,
} from '../../src/cluster/ports.ts';
import type { Revocation } from '../../src/engine/ports.ts';
import type { DatabaseServer } from './database-server.ts';
import { LockQueue, type Release } from './locks.ts';

/** How long a commit waits for the exclusive lock before it is undone. */
const exclusiveLimitMs = 2_000;

/** What a ledger that sent the database's time would say; only a build with a broken rule reads it. */
export interface WithDatabaseTime {
  readonly databaseAt: number;
}

/**
 * The cluster's half of the database: sequence, feed and nodes, and the lock that orders them. It promises no more than
 * the ports ask for: rows have no locks of their own, so that nothing but the cluster's lock keeps two messages apart.
 */
export class ClusterTables {
  readonly #server: DatabaseServer;
  readonly #nodes = new Map<string, NodeRecord>();
  /** As a restart brings them back. */
  readonly #durable = new Map<string, NodeRecord>();
  #feed: FeedEntry[] = [];
  #sequence = 0;
  #trimmed = 0;
  #lock = new LockQueue();
  /** Told of every commit that published something. */
  readonly #wakeListeners = new Set<() => void>();

  constructor(server: DatabaseServer) {
    this.#server = server;
    server.onStop(() => this.#halt());
  }

  /** Committed now. */
  get nodes(): readonly NodeRecord[] {
    return [...this.#nodes.values()];
  }

  /** Listens until the returned function is called. */
  onPublish(listener: () => void): () => void {
    this.#wakeListeners.add(listener);
    return () => void this.#wakeListeners.delete(listener);
  }

  /** Stops: the locks are gone, and what was never promised to be durable. */
  #halt(): void {
    this.#lock = new LockQueue();
    for (const [nodeId, record] of this.#durable) this.#nodes.set(nodeId, record);
  }

  /** The exclusive lock of terminating transactions (rule 1). */
  exclude(): Promise<Release> {
    return this.#lock.exclude((task) => this.#server.after(exclusiveLimitMs, task));
  }

  /** Becomes visible in this instant, under the exclusive lock; its sequence. */
  publish(nodeId: string, revocations: readonly Revocation[]): number {
    this.#sequence += 1;
    this.#feed.push({ sequence: this.#sequence, nodeId, revocations });
    for (const wake of this.#wakeListeners) wake();
    return this.#sequence;
  }

  join({ nodeId, renewal }: { readonly nodeId: string; readonly renewal: number }): Promise<number> {
    return this.#sharing(async () => {
      const applied = this.#sequence;
      await this.#server.moment();
      await this.#server.reachDisk();
      this.#record({ nodeId, renewal, applied });
      return applied;
    });
  }

  /** Half the time the feed is read under the lock, half the time behind the renewal's commit: both are allowed. */
  async renew(request: RenewalRequest): Promise<RenewalReply & WithDatabaseTime> {
    const databaseAt = this.#databaseTime();
    const isReadUnderLock = this.#server.world.dice.chance(0.5);
    const renewed = await this.#sharing(async () => {
      const { nodeId, renewal, applied } = request;
      if (!this.#isNew({ nodeId, renewal }, true)) return null;
      const read = await this.#readUnderLock(applied);
      await this.#server.reachDisk();
      this.#record({ nodeId, renewal, applied });
      return { ...read, nodes: this.nodes };
    });
    if (renewed === null) return { isKnown: false, databaseAt };
    if (isReadUnderLock) return { isKnown: true, ...renewed, databaseAt };
    await this.#server.moment();
    const { sequence } = renewed;
    const { trimmed, entries } = this.#news(request.applied);
    const told = entries.filter((entry) => entry.sequence <= sequence);
    return { isKnown: true, sequence, trimmed, entries: told, nodes: this.nodes, databaseAt };
  }

  /** One look, without a lock. */
  async catchUp(applied: number): Promise<FeedNews> {
    await this.#server.moment();
    return this.#news(applied);
  }

  /** Visible in this instant, and gone again if the database stops before the next renewal. */
  async confirm({ nodeId, applied }: { readonly nodeId: string; readonly applied: number }): Promise<void> {
    await this.#server.moment();
    const current = this.#nodes.get(nodeId);
    if (current === undefined || current.applied >= applied) return;
    this.#nodes.set(nodeId, { ...current, applied });
    this.#server.world.note(() => `database: ${nodeId} confirms that it has applied ${applied}`);
  }

  /** Removes a node whose renewal number has not changed (rule 7). */
  async remove({ nodeId, renewal }: { readonly nodeId: string; readonly renewal: number }): Promise<void> {
    const release = await this.exclude();
    await this.#server.reachDisk();
    const current = this.#nodes.get(nodeId);
    const isUnchanged = current?.renewal === renewal;
    if (isUnchanged) this.#forget(nodeId, 'removed');
    else if (current !== undefined) this.#server.world.coverage.count('sparedNodes');
    release();
  }

  async leave(nodeId: string): Promise<void> {
    await this.#server.reachDisk();
    this.#forget(nodeId, 'left');
  }

  /** Drops what all nodes have applied, or, as the rules allow, everything (rule 10). */
  async trim(isEverything: boolean = false): Promise<void> {
    await this.#server.moment();
    const applied = isEverything ? [] : this.nodes.map((node) => node.applied);
    this.#trimmed = Math.max(this.#trimmed, Math.min(this.#sequence, ...applied));
    this.#feed = this.#feed.filter(({ sequence }) => sequence > this.#trimmed);
  }

  async #sharing<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.#lock.share();
    const result = await work();
    release();
    return result;
  }

  /** The feed before the sequence: the order of two reads that only the shared lock makes right. */
  async #readUnderLock(applied: number): Promise<FeedNews> {
    const { trimmed, entries } = this.#news(applied);
    await this.#server.moment();
    return { sequence: this.#sequence, trimmed, entries };
  }

  #news(applied: number): FeedNews {
    if (this.#trimmed > applied) this.#server.world.coverage.count('trimmedNews');
    const entries = this.#feed.filter((entry) => entry.sequence > applied);
    return { sequence: this.#sequence, trimmed: this.#trimmed, entries };
  }

  /** A renewal that was under way while its node confirmed more must not take that back. */
  #record(node: NodeRecord): void {
    if (!this.#isNew(node, false)) return;
    const applied = Math.max(node.applied, this.#nodes.get(node.nodeId)?.applied ?? 0);
    this.#nodes.set(node.nodeId, { ...node, applied });
    this.#durable.set(node.nodeId, { ...node, applied });
    this.#server.world.note(
      () => `database: ${node.nodeId} renewed (${node.renewal}), has applied ${node.applied}`,
    );
  }

  #isNew({ nodeId, renewal }: Pick<NodeRecord, 'nodeId' | 'renewal'>, mustBeKnown: boolean): boolean {
    const { coverage } = this.#server.world;
    const current = this.#nodes.get(nodeId);
    if (current === undefined) {
      if (mustBeKnown) coverage.count('forgottenNodes');
      return !mustBeKnown;
    }
    if (current.renewal >= renewal) coverage.count('staleRequests');
    return current.renewal < renewal;
  }

  #forget(nodeId: string, how: 'removed' | 'left'): void {
    if (!this.#nodes.delete(nodeId)) return;
    this.#durable.delete(nodeId);
    this.#server.world.note(() => `database: ${nodeId} ${how}`);
    if (how === 'removed') this.#server.world.coverage.count('removedNodes');
  }

  /** The database's own clock, a good second off: nothing may depend on it. */
  #databaseTime(): number {
    return Math.floor(Date.UTC(2026, 10, 23, 13, 6) + this.#server.world.timeline.now);
  }
}
