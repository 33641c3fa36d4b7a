import { within } from '../cluster/deadline.ts';
import type { Timers } from '../cluster/ports.ts';
import type { Readiness } from '../http/ports.ts';

/** A node's lease as of now. */
export interface LeaseFacts {
  readonly isLeased: boolean;
  /** Whether nothing is answered without a lease. */
  readonly isLeaseNeeded: boolean;
  /** Milliseconds since the request that the lease counts from; null when there never was one. */
  readonly leaseAgeMs: number | null;
}

/** How long the database may take to answer before it counts as not answering, in milliseconds. */
const patienceMs = 1_000;

/** What readiness rests on, in words. A node without a lease is ready where it may answer from the database. */
export function readinessOf(isAnswering: boolean, lease: LeaseFacts | null): Readiness {
  const database = `database: ${isAnswering ? 'answering' : 'not answering'}`;
  const canAnswer = isAnswering && (lease === null || lease.isLeased || !lease.isLeaseNeeded);
  return { isReady: canAnswer, lines: [database, leaseLine(canAnswer, lease)] };
}

function leaseLine(canAnswer: boolean, lease: LeaseFacts | null): string {
  if (lease === null) return 'lease: not needed by one process';
  if (lease.isLeased && lease.leaseAgeMs !== null)
    return `lease: held, ${(lease.leaseAgeMs / 1000).toFixed(2)} s old`;
  return `lease: none, ${canAnswer ? 'answering from the database' : 'refusing'}`;
}

/**
 * Asks the database whether it answers, and gives up after a second. However many ask, one question is under way, so that
 * probes of a database that hangs take no connections from requests.
 */
export class DatabaseProbe {
  readonly #ping: () => Promise<void>;
  readonly #timers: Timers;
  #question: Promise<boolean> | null = null;

  constructor(ping: () => Promise<void>, timers: Timers) {
    this.#ping = ping;
    this.#timers = timers;
  }

  /** An answer holds for those who asked before it came, and for nobody after. */
  isAnswering(): Promise<boolean> {
    this.#question ??= this.#ask().finally(() => {
      this.#question = null;
    });
    return this.#question;
  }

  #ask(): Promise<boolean> {
    return within(this.#timers, patienceMs, this.#ping()).then(
      () => true,
      () => false,
    );
  }
}
