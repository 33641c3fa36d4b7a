import { setImmediate as nextTurn } from 'node:timers/promises';
import { RollcallError } from '../errors.ts';
import { unavailable } from './failures.ts';
import { openScope } from './scope.ts';

/** One transaction at a time, with a savepoint for each change inside it. */
export interface Ledger {
  begin(): void;
  /** Sets the savepoint of the next change. */
  save(): void;
  /** Keeps what happened since the savepoint. */
  keep(): void;
  /** Undoes what happened since the savepoint. Throws when more than that was lost. */
  undo(): void;
  /** Makes everything kept durable. */
  commit(): void;
  /** Undoes everything since `begin`. Must not throw. */
  abort(): void;
}

/** How long and how many; each has a default that stands here alone. */
export interface RoundLimits {
  /** Changes that share one commit. Default 256: bounds how long the first waits for the last. */
  readonly maxGroup?: number;
  /** Changes that may wait. Default 10,000; beyond it, `write` is refused with `store_unavailable`. */
  readonly maxWaiting?: number;
  /** Milliseconds one change may take. Default 5,000; then it alone is undone and rejected with `store_unavailable`. */
  readonly changeLimitMs?: number;
}

/** What the rounds have done since the start. */
export interface RoundStats {
  readonly commits: number;
  /** Changes that became durable. */
  readonly changes: number;
}

interface Entry {
  /** Runs the change in its savepoint and keeps or undoes it. Throws only when the whole round is lost. */
  attempt(): Promise<void>;
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
  readonly #waiting: Entry[] = [];
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
  }

  #entry<T>(
    change: (transaction: Tx) => Promise<T>,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ): Entry {
    let outcome: Outcome<T> | null = null;
    return {
      attempt: async () => {
        this.#ledger.save();
        outcome = await this.#outcome(change);
        if (outcome.isKept) this.#ledger.keep();
        else this.#ledger.undo();
      },
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
      return { isKept: true, value };
    } catch (error) {
      return { isKept: false, error };
    } finally {
      await scope.close();
    }
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
      await this.#round(this.#waiting.splice(0, this.#maxGroup));
    }
    this.#isRunning = false;
  }

  async #round(group: readonly Entry[]): Promise<void> {
    try {
      this.#ledger.begin();
      for (const entry of group) await entry.attempt();
      this.#ledger.commit();
    } catch (cause) {
      this.#ledger.abort();
      const error = unavailable(cause);
      for (const entry of group) entry.refuse(error);
      return;
    }
    const kept = group.filter((entry) => entry.settle()).length;
    this.#stats = { commits: this.#stats.commits + 1, changes: this.#stats.changes + kept };
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

function queueFull(): RollcallError {
  return new RollcallError('store_unavailable', {
    detail: 'Too many changes are waiting for the database.',
    retryAfterSeconds: 1,
  });
}
