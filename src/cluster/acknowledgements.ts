import type { Clock } from '../engine/ports.ts';
import { within } from './deadline.ts';
import type { ClusterLedger, NodeRecord, Timers } from './ports.ts';
import type { Sightings } from './sightings.ts';
import { times } from './times.ts';

/** A revocation whose commit is done and whose answer waits for the other nodes. */
interface Wait {
  readonly sequence: number;
  readonly finish: () => void;
}

/** Pauses between two looks at the table, in milliseconds; the last one is repeated. */
const pausesMs = [1, 1, 1, 2, 2, 3, 5, 8, 13, 20] as const;

export interface AcknowledgementsOptions {
  readonly nodeId: string;
  readonly ledger: ClusterLedger;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly sightings: Sightings;
  report(error: unknown): void;
  /** How long one revocation waited, in milliseconds. */
  acknowledged(waitedMs: number): void;
}

/** Waits until a revocation is final (rule 5). All that wait at once share one look at the table of nodes. */
export class Acknowledgements {
  readonly #options: AcknowledgementsOptions;
  readonly #waits = new Set<Wait>();
  #isLooking = false;
  /** Looks since the latest wait began. */
  #looks = 0;

  constructor(options: AcknowledgementsOptions) {
    this.#options = options;
  }

  /**
   * Resolves when every other node has recorded that it applied the sequence, or can't hold a lease any more, and at the
   * latest one lease and the margin from now. Call it right after the commit.
   */
  settled(sequence: number): Promise<void> {
    const { clock, timers, acknowledged } = this.#options;
    const startedAt = clock.monotonic();
    return new Promise((resolve) => {
      const finish = (): void => {
        if (!this.#waits.delete(wait)) return;
        cancel();
        acknowledged(clock.monotonic() - startedAt);
        resolve();
      };
      const wait: Wait = { sequence, finish };
      // Rule 5: every lease that was granted before the commit has ended by then, on this node's own monotonic clock.
      const cancel = timers.after(times.leaseMs + times.marginMs, finish);
      this.#waits.add(wait);
      this.#looks = 0;
      if (!this.#isLooking) void this.#look();
    });
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    while (this.#waits.size > 0) {
      // A node that joins before a commit must not be missed: only a look that began after the commit counts for it.
      const asking = [...this.#waits];
      const nodes = await this.#nodes();
      for (const wait of asking) if (nodes !== null && this.#isFinal(wait, nodes)) wait.finish();
      if (this.#waits.size > 0) await this.#pause();
    }
    this.#isLooking = false;
  }

  async #nodes(): Promise<readonly NodeRecord[] | null> {
    const { ledger, timers, clock, sightings, report } = this.#options;
    try {
      const nodes = await within(timers, times.leaseMs, ledger.nodes());
      sightings.see(nodes, clock.monotonic());
      return nodes;
    } catch (error) {
      report(error);
      return null;
    }
  }

  #isFinal({ sequence }: Wait, nodes: readonly NodeRecord[]): boolean {
    const { nodeId, clock, sightings } = this.#options;
    const now = clock.monotonic();
    return nodes.every(
      (node) =>
        node.nodeId === nodeId ||
        node.applied >= sequence ||
        sightings.silenceMs(node, now) >= times.leaseMs + times.marginMs,
    );
  }

  #pause(): Promise<void> {
    const pauseMs = pausesMs[Math.min(this.#looks, pausesMs.length - 1)] ?? 1;
    this.#looks += 1;
    return new Promise((resolve) => void this.#options.timers.after(pauseMs, resolve));
  }
}
