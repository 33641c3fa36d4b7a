import type { Timers } from '../../src/cluster/ports.ts';
import type { Machine } from './machine.ts';

/** A timer may fire this much before its time by the monotonic clock, as the real ones do. */
const timerEarlyMs = 1;

/** A process: what reaches it from outside, what it sends, and its timers. After its end nothing does. */
export class SimulatedProcess implements Timers {
  readonly id: string;
  readonly machine: Machine;
  readonly #endings = new Set<() => void>();
  #isAlive = true;

  constructor(id: string, machine: Machine) {
    this.id = id;
    this.machine = machine;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Something arrives. While the machine stalls it waits, and then everything that waited arrives in any order. */
  deliver(task: () => void): void {
    if (!this.#isAlive) return;
    if (!this.machine.isFrozen) {
      task();
      return;
    }
    const { timeline, dice } = this.machine.world;
    timeline.at(this.machine.here() + dice.between(0, 0.3), () => this.deliver(task));
  }

  /** Something leaves, at the instant at which the code has come so far. */
  emit(task: () => void): void {
    if (!this.#isAlive) return;
    const { timeline } = this.machine.world;
    if (!this.machine.isFrozen) task();
    else timeline.at(this.machine.here(), () => this.emit(task));
  }

  after(delayMs: number, task: () => void): () => void {
    const { clock, world } = this.machine;
    const lateMs = world.dice.between(-timerEarlyMs, 1);
    const dueAt = clock.monotonic() + Math.max(1, delayMs) + lateMs;
    let isCancelled = false;
    const cancelEvent = this.#fireAt(dueAt, () => {
      if (!isCancelled) task();
    });
    return () => {
      isCancelled = true;
      cancelEvent();
    };
  }

  /** Called at the end, however it comes, unless the returned function is called before. */
  onEnd(listener: () => void): () => void {
    if (this.#isAlive) this.#endings.add(listener);
    else listener();
    return () => void this.#endings.delete(listener);
  }

  end(): void {
    this.#isAlive = false;
    for (const listener of [...this.#endings]) listener();
  }

  #fireAt(dueAt: number, task: () => void): () => void {
    const { clock, world } = this.machine;
    const delayMs = (dueAt - clock.monotonic()) / clock.rate;
    return world.timeline.at(this.machine.here() + delayMs, () =>
      this.deliver(() => {
        // A suspended machine has not counted the time it slept.
        if (clock.monotonic() < dueAt - 0.001) this.#fireAt(dueAt, task);
        else task();
      }),
    );
  }
}
