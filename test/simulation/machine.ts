import { type ClockFaults, MachineClock } from './clock.ts';
import type { World } from './world.ts';

/** Something that happens to a machine in the middle of what its process is doing. */
interface Trap {
  stepsLeft: number;
  readonly spring: () => void;
}

/** Within so much true time a machine loses at most one of its clocks: more than a lease on the slowest clock. */
const bothClocksMs = 1_100;

/** A machine: two clocks, and whatever runs on it can stall, be suspended, or meet something in the middle of a step. */
export class Machine {
  readonly name: string;
  readonly clock: MachineClock;
  readonly world: World;
  #frozenUntil = 0;
  #suspendedUntil = Number.NEGATIVE_INFINITY;
  #setBackAt = Number.NEGATIVE_INFINITY;
  #trap: Trap | null = null;

  constructor(name: string, world: World, clockFaults: ClockFaults) {
    this.name = name;
    this.world = world;
    this.clock = new MachineClock(() => this.here(), clockFaults);
  }

  /**
   * The true instant at which the machine's code is running. Ahead of the timeline only when the code stalled in the
   * middle of an event: what it does after the stall is done at the end of it.
   */
  here(): number {
    return Math.max(this.world.timeline.now, this.#frozenUntil);
  }

  get isFrozen(): boolean {
    return this.#frozenUntil > this.world.timeline.now;
  }

  /** Nothing of the machine runs for so long, but its clocks do (SIGSTOP, a long garbage collection). */
  freeze(milliseconds: number): void {
    this.world.note(() => `${this.name} stalls for ${milliseconds.toFixed(0)} ms`);
    this.world.coverage.count(milliseconds > 1_000 ? 'longStalls' : 'stalls');
    this.#frozenUntil = this.here() + milliseconds;
  }

  /**
   * The machine is suspended for so long: its monotonic clock stands still as well. A machine whose wall clock was just
   * set back stalls instead: the protocol survives the loss of either clock, not of both within one lease.
   */
  suspend(milliseconds: number): void {
    if (this.here() - this.#setBackAt < bothClocksMs) {
      this.freeze(milliseconds);
      return;
    }
    this.world.note(() => `${this.name} is suspended for ${milliseconds.toFixed(0)} ms`);
    this.world.coverage.count('suspensions');
    this.#frozenUntil = this.here() + milliseconds;
    this.#suspendedUntil = this.#frozenUntil;
    this.clock.sleep(milliseconds);
  }

  /** Someone sets the wall clock; not back while a suspended machine has nothing but that clock. */
  jump(milliseconds: number): void {
    if (milliseconds < 0 && this.here() - this.#suspendedUntil < bothClocksMs) return;
    if (milliseconds < 0) this.#setBackAt = this.here();
    this.world.note(() => `the wall clock of ${this.name} jumps by ${milliseconds.toFixed(0)} ms`);
    this.world.coverage.count('jumps');
    this.clock.jump(milliseconds);
  }

  /** Lets something happen at the n-th thing the process asks of the world from now on. */
  arm(steps: number, spring: () => void): void {
    this.#trap = { stepsLeft: steps, spring };
  }

  disarm(): void {
    this.#trap = null;
  }

  /** The process asks something of the world; the place where a trap springs. */
  step(): void {
    const trap = this.#trap;
    if (trap === null) return;
    trap.stepsLeft -= 1;
    if (trap.stepsLeft > 0) return;
    this.#trap = null;
    trap.spring();
  }
}
