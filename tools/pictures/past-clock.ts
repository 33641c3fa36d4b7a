import type { Clock } from '../../src/engine/ports.ts';

const hourMs = 60 * 60 * 1000;

/** The machine's clock, some hours behind. */
export class PastClock implements Clock {
  #behindMs = 0;

  now(): number {
    return Date.now() - this.#behindMs;
  }

  monotonic(): number {
    return performance.now();
  }

  /** From now on it is this many hours before the present. */
  goBack(hours: number): void {
    this.#behindMs = hours * hourMs;
  }
}
