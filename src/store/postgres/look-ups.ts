import type { LookUp } from '../../engine/ports.ts';
import type { RollcallError } from '../../errors.ts';
import { unavailable } from '../failures.ts';

/** Reads the sessions of the ids in one query; those it does not find are missing from the answer. */
export type ReadMany = (ids: readonly string[]) => Promise<ReadonlyMap<string, LookUp>>;

/** What the look-ups have done since the start. */
export interface LookUpStats {
  readonly lookUps: number;
  readonly queries: number;
}

/** How many look-ups go out together, and how long one may take. */
export interface LookUpLimits {
  /** Batches under way at once; what comes meanwhile makes the next one larger. */
  readonly maxBatches: number;
  /** Milliseconds from a look-up to its answer. */
  readonly budgetMs: number;
}

/** Ids in one query. */
const maxIds = 1_000;

interface Caller {
  resolve(found: LookUp | null): void;
  reject(error: unknown): void;
}

interface Batch {
  readonly callers: Map<string, Caller[]>;
  readonly timer: NodeJS.Timeout;
}

/**
 * Collects the look-ups of one turn of the event loop into one query, each id once. A batch is sent after every call it
 * holds, so no answer was read before its request.
 */
export class LookUps {
  readonly #readMany: ReadMany;
  readonly #limits: LookUpLimits;
  /** The last one takes what comes; those before it are full. */
  readonly #waiting: Batch[] = [];
  #underWay = 0;
  #isPlanned = false;
  #lookUps = 0;
  #queries = 0;

  constructor(readMany: ReadMany, limits: LookUpLimits) {
    this.#readMany = readMany;
    this.#limits = limits;
  }

  get stats(): LookUpStats {
    return { lookUps: this.#lookUps, queries: this.#queries };
  }

  /** The session of the id. Rejects with `store_unavailable` when the budget is spent. */
  lookUp(id: string): Promise<LookUp | null> {
    return new Promise((resolve, reject) => {
      const { callers } = this.#batch();
      const others = callers.get(id);
      if (others === undefined) callers.set(id, [{ resolve, reject }]);
      else others.push({ resolve, reject });
      this.#lookUps += 1;
      this.#plan();
    });
  }

  #batch(): Batch {
    const last = this.#waiting.at(-1);
    if (last !== undefined && last.callers.size < maxIds) return last;
    const timer = setTimeout(() => this.#giveUp(batch), this.#limits.budgetMs);
    const batch: Batch = { callers: new Map<string, Caller[]>(), timer };
    this.#waiting.push(batch);
    return batch;
  }

  #giveUp(batch: Batch): void {
    const place = this.#waiting.indexOf(batch);
    if (place >= 0) this.#waiting.splice(place, 1);
    refuse(batch.callers, tooSlow());
  }

  #plan(): void {
    if (this.#isPlanned || this.#underWay >= this.#limits.maxBatches) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      while (this.#underWay < this.#limits.maxBatches && this.#sendNext());
    });
  }

  #sendNext(): boolean {
    const batch = this.#waiting.shift();
    if (batch === undefined) return false;
    void this.#send(batch);
    return true;
  }

  async #send({ callers, timer }: Batch): Promise<void> {
    this.#underWay += 1;
    this.#queries += 1;
    try {
      answer(callers, await this.#readMany([...callers.keys()]));
    } catch (error) {
      refuse(callers, error);
    } finally {
      clearTimeout(timer);
      this.#underWay -= 1;
      if (this.#waiting.length > 0) this.#plan();
    }
  }
}

function answer(callers: ReadonlyMap<string, readonly Caller[]>, found: ReadonlyMap<string, LookUp>): void {
  for (const [id, those] of callers) {
    for (const { resolve } of those) resolve(found.get(id) ?? null);
  }
}

/** Whoever was answered before is not told again: a promise settles once. */
function refuse(callers: ReadonlyMap<string, readonly Caller[]>, error: unknown): void {
  for (const those of callers.values()) for (const { reject } of those) reject(error);
}

function tooSlow(): RollcallError {
  return unavailable(undefined, 'The database did not answer in time.');
}
