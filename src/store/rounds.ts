import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../engine/ports.ts';
import { systemClock } from '../engine/system.ts';
import { RollcallError } from '../errors.ts';
import { unavailable } from './failures.ts';
import { openScope } from './scope.ts';

/** A step of a ledger: over when it returns, or when its promise settles. */
export type Step = void | Promise<void>;

/** One transaction at a time, with a savepoint for each change inside it. */
export interface Ledger {
  /** Begins the transaction of a round of so many changes. */
  begin(changes: number): Step;
  /** Sets the savepoint of the next change. */
  save(): Step;
  /** Keeps what happened since the savepoint. */
  keep(): Step;
  /** Undoes what happened since the savepoint. Throws when more than that was lost. */
  undo(): Step;
  /** Makes everything kept durable. */
  commit(): Step;
  /** Undoes everything since `begin`. Must not throw. */
  abort(): Step;
  /**
   * What went wrong since the savepoint so that nothing since can be kept, even if the change made light of it; null for
   * nothing. Without it only what a change throws undoes it.
   */
  failure?(): unknown;
  /** Milliseconds after which what failed this way, undone, is to be tried again; null, or without it, never. */
  retryAfterMs?(error: unknown): number | null;
}

/** How long and how many; each has a default that stands here alone. */
export interface RoundLimits {
  /** Changes that share one commit. Default 256: bounds how long the first waits for the last. */
  readonly maxGroup?: number;
  /** Changes that may wait. Default 10,000; beyond it, `write` is refused with `store_unavailable`. */
  readonly maxWaiting?: number;
  /** Milliseconds one change may take. Default 5,000; then it alone is undone and rejected with `store_unavailable`. */
  readonly changeLimitMs?: number;
  /** Measures how long a change is tried again; the system's by default. */
  readonly clock?: Clock;
}

/** Milliseconds for which a change waits for its turn, or, when its locks are taken, for the next; then `store_unavailable`. */
const patienceMs = 3_500;

/** What the rounds have done since the start. */
export interface RoundStats {
  readonly commits: number;
  /** Changes that became durable. */
  readonly changes: number;
}

interface Entry {
  /** The monotonic instant after which it is not begun, and not tried again. */
  readonly until: number;
  /** Runs the change in its savepoint and keeps or undoes it. Throws only when the whole round is lost. */
  attempt(): Promise<void>;
  /** Milliseconds after which to try it again, when it was undone for a reason that passes; else null. */
  retryAfterMs(): number | null;
  /** Tells the caller what came of it; whether it was kept. */
  settle(): boolean;
  refuse(error: RollcallError): void;
}

type Outcome<T> =
  | { readonly isKept: true; readonly value: T }
  | { readonly isKept: false; readonly error: unknown };

/**
 * Group commit. What has arrived when a round starts runs one after another and becomes durable in one commit;
 * each promise settles after that commit. A change that throws is undone alone. What arrives meanwhile is the next round.
 */
export class CommitRounds<Tx extends object> {
  readonly #ledger: Ledger;
  readonly #transaction: Tx;
  readonly #maxGroup: number;
  readonly #maxWaiting: number;
  readonly #changeLimitMs: number;
  readonly #clock: Clock;
  readonly #waiting: Entry[] = [];
  /** Changes that will be tried again. */
  readonly #resting = new Set<Promise<void>>();
  #stats: RoundStats = { commits: 0, changes: 0 };
  #rounds: Promise<void> = Promise.resolve();
  #isRunning = false;
  #isClosed = false;

  constructor(ledger: Ledger, transaction: Tx, limits: RoundLimits = {}) {
    this.#ledger = ledger;
    this.#transaction = transaction;
    this.#maxGroup = limits.maxGroup ?? 256;
    this.#maxWaiting = limits.maxWaiting ?? 10_000;
    this.#changeLimitMs = limits.changeLimitMs ?? 5_000;
    this.#clock = limits.clock ?? systemClock;
  }

  get stats(): RoundStats {
    return this.#stats;
  }

  /** Queues a change. A change must not wait for another `write` of the same store: it would wait for itself. */
  write<T>(change: (transaction: Tx) => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(new RollcallError('shutting_down'));
    if (this.#waiting.length >= this.#maxWaiting) return Promise.reject(queueFull());
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push(this.#entry(change, resolve, reject));
      this.#start();
    });
  }

  /** Takes no more changes; resolves when those taken are durable or rejected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#rounds;
    while (this.#resting.size > 0) {
      await Promise.all(this.#resting);
      await this.#rounds;
    }
  }

  #entry<T>(
    change: (transaction: Tx) => Promise<T>,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ): Entry {
    let outcome: Outcome<T> | null = null;
    return {
      until: this.#clock.monotonic() + patienceMs,
      attempt: async () => {
        const saved = this.#ledger.save();
        if (saved !== undefined) await saved;
        outcome = await this.#outcome(change);
        const done = outcome.isKept ? this.#ledger.keep() : this.#ledger.undo();
        if (done !== undefined) await done;
      },
      retryAfterMs: () => (outcome?.isKept === false ? this.#retryAfterMs(outcome.error) : null),
      settle: () => {
        if (outcome?.isKept === true) resolve(outcome.value);
        else reject(outcome?.error);
        return outcome?.isKept === true;
      },
      refuse: reject,
    };
  }

  async #outcome<T>(change: (transaction: Tx) => Promise<T>): Promise<Outcome<T>> {
    const scope = openScope(this.#transaction);
    try {
      const value = await within(this.#changeLimitMs, async () => change(scope.transaction));
      await scope.close();
      const error = this.#ledger.failure?.() ?? null;
      return error === null ? { isKept: true, value } : { isKept: false, error };
    } catch (error) {
      await scope.close();
      const failure = this.#ledger.failure?.() ?? null;
      // What the change made of a lock it did not get is no refusal of its own.
      const isPassing = failure !== null && this.#retryAfterMs(failure) !== null;
      return { isKept: false, error: isPassing ? failure : error };
    }
  }

  #retryAfterMs(error: unknown): number | null {
    return this.#ledger.retryAfterMs?.(error) ?? null;
  }

  #start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#rounds = this.#runAll();
  }

  async #runAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      // One turn of the event loop, so that all requests that arrived together share the commit.
      await nextTurn();
      const group = this.#timely(this.#waiting.splice(0, this.#maxGroup));
      if (group.length > 0) await this.#round(group);
    }
    this.#isRunning = false;
  }

  /** Without those that have waited too long: behind slow rounds the queue is no reason to leave a caller without an answer. */
  #timely(group: readonly Entry[]): readonly Entry[] {
    const now = this.#clock.monotonic();
    for (const entry of group) if (now > entry.until) entry.refuse(waitedTooLong());
    return group.filter(({ until }) => now <= until);
  }

  async #round(group: readonly Entry[]): Promise<void> {
    try {
      const begun = this.#ledger.begin(group.length);
      if (begun !== undefined) await begun;
      for (const entry of group) await entry.attempt();
      const committed = this.#ledger.commit();
      if (committed !== undefined) await committed;
    } catch (cause) {
      const aborted = this.#ledger.abort();
      if (aborted !== undefined) await aborted;
      this.#lose(group, cause);
      return;
    }
    this.#settle(group);
  }

  #lose(group: readonly Entry[], cause: unknown): void {
    const delayMs = this.#retryAfterMs(cause);
    const error = unavailable(cause);
    for (const entry of group) if (!this.#rest(entry, delayMs)) entry.refuse(error);
  }

  #settle(group: readonly Entry[]): void {
    const kept = group.filter((entry) => !this.#rest(entry, entry.retryAfterMs()) && entry.settle()).length;
    this.#stats = { commits: this.#stats.commits + 1, changes: this.#stats.changes + kept };
  }

  /** Lets the entry wait while other rounds go on, then puts it first; false when it is not to be tried again. */
  #rest(entry: Entry, delayMs: number | null): boolean {
    if (delayMs === null || this.#clock.monotonic() + delayMs > entry.until) return false;
    const rest = delay(delayMs).then(() => {
      this.#resting.delete(rest);
      this.#waiting.unshift(entry);
      this.#start();
    });
    this.#resting.add(rest);
    return true;
  }
}

function within<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(tookTooLong(limitMs)), limitMs);
    work()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}

function tookTooLong(limitMs: number): RollcallError {
  return new RollcallError('store_unavailable', {
    detail: `A change did not end within ${limitMs} ms, so it was undone.`,
  });
}

function waitedTooLong(): RollcallError {
  return new RollcallError('store_unavailable', {
    detail: `The change waited ${patienceMs} ms for its turn, so nothing was changed.`,
    retryAfterSeconds: 1,
  });
}

function queueFull(): RollcallError {
  return new RollcallError('store_unavailable', {
    detail: 'Too many changes are waiting for the database.',
    retryAfterSeconds: 1,
  });
}
