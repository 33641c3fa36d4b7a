import { RollcallError } from '../errors.ts';

/** Runs work when its turn has come. Rejects, having done nothing, when too many wait. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** How many at once, how many may wait, and what the others are told. */
export interface TurnLimits {
  readonly concurrency: number;
  readonly queueLimit: number;
  /** What is refused beyond the limit. By default `too_busy`, to be tried again after a second: a full queue of hashes drains in about that. */
  readonly refusal?: () => RollcallError;
}

/** Runs work with at most `concurrency` at once and `queueLimit` waiting, first come, first served; at once when a turn is free. */
export function createTurns({ concurrency, queueLimit, refusal = tooBusy }: TurnLimits): Turns {
  const waiting: (() => void)[] = [];
  let running = 0;
  const release = (): void => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };
  return (work) => {
    if (running < concurrency) {
      running += 1;
      return followed(work, release);
    }
    if (waiting.length >= queueLimit) return Promise.reject(refusal());
    return new Promise<void>((resolve) => waiting.push(resolve)).then(() => followed(work, release));
  };
}

/**
 * The same, each key with a queue of its own: many sign-ins to one account wait for each other, and right passwords never
 * fill the account's throttle merely by arriving together.
 */
export class TurnsByKey {
  readonly #limits: TurnLimits;
  readonly #queues = new Map<string, { readonly turns: Turns; users: number }>();

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /** Keys with work under way or waiting. */
  get size(): number {
    return this.#queues.size;
  }

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(key) ?? { turns: createTurns(this.#limits), users: 0 };
    this.#queues.set(key, queue);
    queue.users += 1;
    return followed(
      () => queue.turns(work),
      () => {
        queue.users -= 1;
        if (queue.users === 0) this.#queues.delete(key);
      },
    );
  }
}

/** Hands on the very promise of the work, so that waiting for it costs nothing more; `afterwards` runs before its caller goes on. */
function followed<T>(work: () => Promise<T>, afterwards: () => void): Promise<T> {
  try {
    const done = work();
    done.then(afterwards, afterwards);
    return done;
  } catch (error) {
    afterwards();
    return Promise.reject(error);
  }
}

function tooBusy(): RollcallError {
  return new RollcallError('too_busy', { retryAfterSeconds: 1 });
}
