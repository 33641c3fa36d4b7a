/** Something that will happen. */
interface Event {
  readonly at: number;
  /** What was planned first happens first when two are planned for the same instant. */
  readonly order: number;
  /** null when it was cancelled. */
  task: (() => void) | null;
}

/** How the promises that an event set off are brought to rest. */
export type Rest = () => Promise<void>;

/**
 * Runs every promise that can go on, and nothing else: the queue of microtasks is empty before the next tick.
 * Six times as fast as a turn of the event loop.
 */
export const byTick: Rest = () => new Promise((resolve) => process.nextTick(resolve));

/** A whole turn of the event loop, which also reports every rejection that nothing handles by then. */
export const byTurn: Rest = () => new Promise((resolve) => setImmediate(resolve));

/**
 * Virtual time. Events happen one after another, each to its end with all promises it settles, and the clock jumps from one
 * to the next; nothing happens between them. The same events planned in the same order are the same run.
 */
export class Timeline {
  readonly #rest: Rest;
  readonly #heap: Event[] = [];
  #now = 0;
  #planned = 0;
  #happened = 0;

  constructor(rest: Rest = byTick) {
    this.#rest = rest;
  }

  /** Milliseconds since the start of the run, by no clock of the system under test. */
  get now(): number {
    return this.#now;
  }

  /** Events so far. */
  get happened(): number {
    return this.#happened;
  }

  /** Plans something; what is planned for the past happens next. The returned function cancels it. */
  at(instant: number, task: () => void): () => void {
    this.#planned += 1;
    const event: Event = { at: Math.max(instant, this.#now), order: this.#planned, task };
    this.#push(event);
    return () => {
      event.task = null;
    };
  }

  after(delayMs: number, task: () => void): () => void {
    return this.at(this.#now + delayMs, task);
  }

  /** A pause for the parts that are simulated. */
  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.after(delayMs, resolve));
  }

  /** Lets everything happen that is planned up to the instant. */
  async runTo(instant: number): Promise<void> {
    await this.#rest();
    for (let event = this.#heap[0]; event !== undefined && event.at <= instant; event = this.#heap[0]) {
      this.#pop();
      if (event.task === null) continue;
      this.#now = event.at;
      this.#happened += 1;
      event.task();
      await this.#rest();
    }
    this.#now = instant;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let index = heap.length;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(event, parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = event;
  }

  /** Takes the first event out. */
  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const below = this.#earlierChild(index);
      const child = heap[below];
      if (child === undefined || !isBefore(child, last)) break;
      heap[index] = child;
      index = below;
    }
    heap[index] = last;
  }

  #earlierChild(index: number): number {
    const left = this.#heap[2 * index + 1];
    const right = this.#heap[2 * index + 2];
    return left !== undefined && right !== undefined && isBefore(right, left) ? 2 * index + 2 : 2 * index + 1;
  }
}

function isBefore(left: Event, right: Event): boolean {
  return left.at < right.at || (left.at === right.at && left.order < right.order);
}
