import { RollcallError } from '../errors.ts';

/** A full queue of the usual size drains in about a second on one slow core. */
const retryAfterSeconds = 1;

/** Runs work when its turn has come. Rejects with `too_busy`, having done nothing, when too many wait. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs work with at most `concurrency` at once and `queueLimit` waiting, first come, first served. */
export function createTurns(concurrency: number, queueLimit: number): Turns {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= concurrency) {
      if (waiting.length >= queueLimit) throw new RollcallError('too_busy', { retryAfterSeconds });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

/**
 * The same, each key with a queue of its own: many sign-ins to one account wait for each other, and right passwords never
 * fill the account's throttle merely by arriving together.
 */
export class TurnsByKey {
  readonly #concurrency: number;
  readonly #queueLimit: number;
  readonly #queues = new Map<string, { readonly turns: Turns; users: number }>();

  constructor(concurrency: number, queueLimit: number) {
    this.#concurrency = concurrency;
    this.#queueLimit = queueLimit;
  }

  /** Keys with work under way or waiting. */
  get size(): number {
    return this.#queues.size;
  }

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(key) ?? {
      turns: createTurns(this.#concurrency, this.#queueLimit),
      users: 0,
    };
    this.#queues.set(key, queue);
    queue.users += 1;
    try {
      return await queue.turns(work);
    } finally {
      queue.users -= 1;
      if (queue.users === 0) this.#queues.delete(key);
    }
  }
}
