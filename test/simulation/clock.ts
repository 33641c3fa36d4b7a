import type { Clock } from '../../src/engine/ports.ts';

/** How one machine's clocks differ from true time. */
export interface ClockFaults {
  /** 1.01 runs a hundredth too fast. */
  readonly rate: number;
  /** What the wall clock is ahead of true time at the start, in milliseconds. */
  readonly wallOffsetMs: number;
}

/** True time 0 of every run, as epoch milliseconds. */
const startOfTime = Date.UTC(2026, 10, 23, 13, 6);

/** The two clocks of one machine. `here` gives the true instant at which the machine's code is running. */
export class MachineClock implements Clock {
  readonly rate: number;
  readonly #here: () => number;
  #wallOffsetMs: number;
  /** True milliseconds in which the machine slept: the monotonic clock left them out. */
  #sleptMs = 0;

  constructor(here: () => number, { rate, wallOffsetMs }: ClockFaults) {
    this.#here = here;
    this.rate = rate;
    this.#wallOffsetMs = wallOffsetMs;
  }

  now(): number {
    return Math.floor(startOfTime + this.#here() * this.rate + this.#wallOffsetMs);
  }

  monotonic(): number {
    return (this.#here() - this.#sleptMs) * this.rate;
  }

  /** Someone sets the wall clock. */
  jump(milliseconds: number): void {
    this.#wallOffsetMs += milliseconds;
  }

  /** The machine was suspended for so long: the wall clock went on, the monotonic one stood still. */
  sleep(milliseconds: number): void {
    this.#sleptMs += milliseconds;
  }
}
