import type { Clock } from '../engine/ports.ts';
import type { Timers } from './ports.ts';

/** One moment on both clocks of a node. */
export interface Moment {
  /** Milliseconds of the monotonic clock. */
  readonly monotonic: number;
  /** Epoch milliseconds of the wall clock. */
  readonly wall: number;
}

/** This moment. */
export function momentOf(clock: Clock): Moment {
  return { monotonic: clock.monotonic(), wall: clock.now() };
}

/**
 * The right to answer from memory (rule 2). It counts from the moment the renewal was sent, and ends by whichever clock ends
 * it first: a suspended machine stops the monotonic one, and a wall clock that was set back is no longer believed.
 */
export class Lease {
  readonly #clock: Clock;
  readonly #lengthMs: number;
  #since: Moment | null = null;
  #untilMonotonic = Number.NEGATIVE_INFINITY;
  #fromWall = 0;
  #untilWall = 0;
  /** Told of the next grant. */
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock, lengthMs: number) {
    this.#clock = clock;
    this.#lengthMs = lengthMs;
  }

  /** Holds from the moment the renewal left, however late its answer came. */
  grant(since: Moment): void {
    this.#since = since;
    this.#untilMonotonic = since.monotonic + this.#lengthMs;
    this.#fromWall = since.wall;
    this.#untilWall = since.wall + this.#lengthMs;
    for (const tell of [...this.#waiting]) tell();
  }

  /** Resolves with the next grant, or after so long: whether the lease is held then. */
  next(timers: Timers, limitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const tell = (): void => {
        this.#waiting.delete(tell);
        cancel();
        resolve(this.isHeld());
      };
      const cancel = timers.after(limitMs, tell);
      this.#waiting.add(tell);
    });
  }

  drop(): void {
    this.#since = null;
    this.#untilMonotonic = Number.NEGATIVE_INFINITY;
  }

  isHeld(): boolean {
    if (this.#clock.monotonic() >= this.#untilMonotonic) return false;
    const wall = this.#clock.now();
    return wall >= this.#fromWall && wall < this.#untilWall;
  }

  /** Milliseconds since the renewal that granted it was sent; null when none ever did, or it was dropped. */
  ageMs(): number | null {
    return this.#since === null ? null : this.#clock.monotonic() - this.#since.monotonic;
  }
}
