import type { Clock, Finality, Random } from '../engine/ports.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { within } from './deadline.ts';
import { Lease, type Moment, momentOf } from './lease.ts';
import type {
  ClusterLedger,
  FeedEntry,
  FeedNews,
  NodeEffects,
  NodeRecord,
  RenewalReply,
  Timers,
} from './ports.ts';
import { Sightings } from './sightings.ts';
import { times } from './times.ts';

export interface ClusterNodeOptions {
  /** Of this process alone; never used again by another. */
  readonly nodeId: string;
  readonly ledger: ClusterLedger;
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
  readonly effects: NodeEffects;
  /** Told of every acknowledgement, for metrics. */
  readonly observe?: { acknowledged(waitedMs: number): void };
}

/** How a node stands, for readiness and metrics. */
export interface NodeStatus {
  readonly isLeased: boolean;
  /** Whether nothing at all is answered without a lease. */
  readonly isLeaseNeeded: boolean;
  /** Since the renewal that granted the lease was sent; null before the first. */
  readonly leaseAgeMs: number | null;
  /** The feed is applied up to this sequence. */
  readonly applied: number;
  /** The latest sequence heard of. */
  readonly known: number;
  /** In the table, this one included. */
  readonly nodes: number;
  readonly renewals: number;
  readonly failures: number;
  /** Silent nodes this one asked to remove. */
  readonly removals: number;
}

type Reply =
  | { readonly kind: 'joined'; readonly sequence: number }
  | ({ readonly kind: 'renewed' } & RenewalReply);
type Feed = Extract<RenewalReply, { readonly isKnown: true }>;

const everything = { sessionIds: [], userIds: [], isEverything: true } as const;

/**
 * One node of many on one database (design, section 7). It answers from memory while it holds a lease, applies what others
 * revoked before it takes the next one, and lets a log-out be acknowledged when no node can answer for the session.
 */
export class ClusterNode implements Finality {
  readonly #options: ClusterNodeOptions;
  readonly #lease: Lease;
  readonly #sightings = new Sightings();
  readonly #acknowledgements: Acknowledgements;
  readonly #removing = new Set<string>();
  #isJoined = false;
  #isStopped = false;
  #renewal = 0;
  #applied = 0;
  /** What the table says this node has applied, or more. */
  #recorded = 0;
  #known = 0;
  #counts = { nodes: 0, renewals: 0, failures: 0, removals: 0 };
  #trimmedAt: number;
  /** The renewal under way. */
  #running: Promise<void> | null = null;
  #catchingUp: Promise<void> | null = null;
  /** Something was committed while the feed was being read. */
  #isBehind = false;
  #cancelNext: () => void = () => undefined;

  constructor(options: ClusterNodeOptions) {
    const { nodeId, ledger, clock, timers, effects, observe } = options;
    this.#options = options;
    this.#lease = new Lease(clock, times.leaseMs);
    this.#trimmedAt = clock.monotonic();
    this.#acknowledgements = new Acknowledgements({
      ...{ nodeId, ledger, clock, timers, sightings: this.#sightings },
      report: (error) => effects.report(error),
      acknowledged: (waitedMs) => observe?.acknowledged(waitedMs),
    });
  }

  /** Rule 3: no lease, no memory. */
  mayAnswerFromMemory(): boolean {
    return this.#lease.isHeld();
  }

  /**
   * Without a lease what was read may come from a server that another has replaced: no node is waited for in its table. Where
   * that can be, a lease is waited for.
   */
  mayAnswerFromStore(): boolean | Promise<boolean> {
    if (!this.#options.ledger.isLeaseNeeded || this.#lease.isHeld()) return true;
    return this.#lease.next(this.#options.timers, times.leaseWaitMs);
  }

  /** Rule 5: at worst one lease and its margin. */
  settled(sequence: number): Promise<void> {
    this.#known = Math.max(this.#known, sequence);
    return this.#acknowledgements.settled(sequence);
  }

  /** Joins, and renews from then on. Resolves after the first attempt; without a lease the store is asked. */
  async start(): Promise<void> {
    this.#begin();
    await this.#running;
  }

  /** Reads the feed at once, or right after the reading under way: something was committed (rule 6). */
  wake(): void {
    this.#isBehind = true;
    this.#catchingUp ??= this.#catchUp().finally(() => {
      this.#catchingUp = null;
    });
  }

  /** Gives up the lease and leaves the table (rule 7). Call it when nothing is answered any more. */
  async leave(): Promise<void> {
    const { ledger, nodeId, timers, effects } = this.#options;
    this.#isStopped = true;
    this.#cancelNext();
    this.#lease.drop();
    await Promise.all([this.#running, this.#catchingUp]);
    // The renewal under way may have granted a lease.
    this.#lease.drop();
    await within(timers, times.leaseMs, ledger.leave(nodeId)).catch((error) => effects.report(error));
  }

  status(): NodeStatus {
    return {
      isLeased: this.#lease.isHeld(),
      isLeaseNeeded: this.#options.ledger.isLeaseNeeded,
      leaseAgeMs: this.#lease.ageMs(),
      applied: this.#applied,
      known: this.#known,
      ...this.#counts,
    };
  }

  #begin(): void {
    this.#cancelNext();
    if (this.#isStopped) return;
    const sentAt = momentOf(this.#options.clock);
    this.#renewal += 1;
    this.#running = within(this.#options.timers, times.leaseMs, this.#ask())
      .then((reply) => this.#receive(reply, sentAt))
      .then(
        () => this.#plan(sentAt),
        (error) => this.#planRetry(error),
      );
  }

  /**
   * What makes a log-out quick: the feed is applied and confirmed without waiting for the next renewal, and without its
   * lock and its durable commit, since no lease is granted here. A failure is made good by the next renewal.
   */
  async #catchUp(): Promise<void> {
    const { ledger, nodeId, timers, effects } = this.#options;
    try {
      while (this.#isBehind && this.#isJoined && !this.#isStopped) {
        this.#isBehind = false;
        this.#apply(await within(timers, times.leaseMs, ledger.catchUp(this.#applied)));
        const applied = this.#applied;
        if (applied === this.#recorded) continue;
        await within(timers, times.leaseMs, ledger.confirm({ nodeId, applied }));
        this.#recorded = applied;
      }
    } catch (error) {
      effects.report(error);
    }
  }

  async #ask(): Promise<Reply> {
    const { ledger, nodeId } = this.#options;
    const [renewal, applied] = [this.#renewal, this.#applied];
    if (this.#isJoined) return { kind: 'renewed', ...(await ledger.renew({ nodeId, renewal, applied })) };
    return { kind: 'joined', sequence: await ledger.join({ nodeId, renewal }) };
  }

  #receive(reply: Reply, sentAt: Moment): void {
    if (reply.kind === 'joined') this.#joined(reply.sequence, sentAt);
    else if (reply.isKnown) this.#renewed(reply, sentAt);
    else this.#forgotten();
  }

  /** Rule 10: a node starts with empty memory, so there is nothing that it has not applied. */
  #joined(sequence: number, sentAt: Moment): void {
    this.#options.effects.evict(everything);
    this.#isJoined = true;
    this.#applied = sequence;
    this.#recorded = sequence;
    this.#known = Math.max(this.#known, sequence);
    this.#lease.grant(sentAt);
  }

  /** Rule 2: first out of memory with what the feed names, then the lease, from the moment the request left. */
  #renewed(feed: Feed, sentAt: Moment): void {
    this.#apply(feed);
    this.#lease.grant(sentAt);
    this.#counts = { ...this.#counts, renewals: this.#counts.renewals + 1, nodes: feed.nodes.length };
    this.#watch(feed.nodes);
    this.#trim();
    // The notification was lost: whoever waits for this to be recorded would wait for the next renewal.
    if (this.#applied > this.#recorded) this.wake();
  }

  #apply({ entries, sequence, trimmed }: FeedNews): void {
    const { effects } = this.#options;
    // Rule 10: entries this node never saw are gone from the feed.
    if (trimmed > this.#applied) effects.evict(everything);
    const fresh = entries.filter((entry) => entry.sequence > this.#applied);
    for (const { revocations } of fresh) {
      for (const { evictions } of revocations) effects.evict(evictions);
    }
    this.#applied = Math.max(this.#applied, sequence);
    this.#known = Math.max(this.#known, sequence);
    this.#tell(fresh);
  }

  /** Rule 7: a node that finds itself missing empties its memory and joins anew. */
  #forgotten(): void {
    this.#lease.drop();
    this.#options.effects.evict(everything);
    this.#isJoined = false;
  }

  /** What this node committed, its own pages know already. */
  #tell(entries: readonly FeedEntry[]): void {
    const { nodeId, effects } = this.#options;
    for (const entry of entries) {
      if (entry.nodeId === nodeId) continue;
      for (const { ends } of entry.revocations) for (const end of ends) effects.signals.publish(end);
    }
  }

  /** Rule 7: nobody should have to wait for a node that is gone. */
  #watch(nodes: readonly NodeRecord[]): void {
    const now = this.#options.clock.monotonic();
    this.#sightings.see(nodes, now);
    for (const node of nodes) {
      const isSilent = this.#sightings.silenceMs(node, now) >= times.silenceMs;
      if (node.nodeId !== this.#options.nodeId && isSilent) void this.#remove(node);
    }
  }

  async #remove({ nodeId, renewal }: NodeRecord): Promise<void> {
    const { ledger, timers, effects } = this.#options;
    if (this.#removing.has(nodeId)) return;
    this.#removing.add(nodeId);
    try {
      await within(timers, times.leaseMs, ledger.remove({ nodeId, renewal }));
      this.#counts = { ...this.#counts, removals: this.#counts.removals + 1 };
    } catch (error) {
      effects.report(error);
    } finally {
      this.#removing.delete(nodeId);
    }
  }

  #trim(): void {
    const { ledger, clock, timers, effects } = this.#options;
    const now = clock.monotonic();
    if (now - this.#trimmedAt < times.trimEveryMs) return;
    this.#trimmedAt = now;
    within(timers, times.leaseMs, ledger.trim()).catch((error) => effects.report(error));
  }

  #plan(sentAt: Moment): void {
    this.#running = null;
    if (this.#isStopped) return;
    const elapsed = this.#options.clock.monotonic() - sentAt.monotonic;
    const pauseMs = Math.max(0, times.renewEveryMs - elapsed);
    if (pauseMs === 0 || !this.#isJoined) this.#begin();
    else this.#cancelNext = this.#options.timers.after(pauseMs, () => this.#begin());
  }

  #planRetry(error: unknown): void {
    const { timers, effects, random } = this.#options;
    this.#running = null;
    this.#counts = { ...this.#counts, failures: this.#counts.failures + 1 };
    effects.report(error);
    if (this.#isStopped) return;
    // By chance, so that the nodes of a database that comes back don't all ask in the same instant.
    const chance = (random.bytes(1)[0] ?? 0) / 256;
    this.#cancelNext = timers.after(times.retryMs * (1 + chance), () => this.#begin());
  }
}
