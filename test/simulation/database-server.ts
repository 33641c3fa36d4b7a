import type { World } from './world.ts';

/**
 * The process of the database: it stops and comes back, and time passes in it. A request that was waiting in it when it
 * stopped is never heard of again.
 */
export class DatabaseServer {
  readonly world: World;
  /** Added to everything it does. */
  extraMs = 0;
  #incarnation = 0;
  #isUp = true;
  readonly #stopListeners = new Set<() => void>();

  constructor(world: World) {
    this.world = world;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Grows with every restart. */
  get incarnation(): number {
    return this.#incarnation;
  }

  /** Stops at once and comes back after so long. */
  halt(downMs: number): void {
    this.world.note(() => `the database stops for ${downMs.toFixed(0)} ms`);
    this.world.coverage.count('halts');
    this.#incarnation += 1;
    this.#isUp = false;
    for (const listener of this.#stopListeners) listener();
    const { incarnation } = this;
    this.world.timeline.after(downMs, () => {
      if (incarnation === this.#incarnation) this.#isUp = true;
    });
  }

  onStop(listener: () => void): void {
    this.#stopListeners.add(listener);
  }

  /** Time passes inside the database, unless it stops meanwhile. */
  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds + this.extraMs, resolve));
  }

  /** Does something later, unless the database stops before. */
  after(delayMs: number, task: () => void): void {
    const { incarnation } = this;
    this.world.timeline.after(delayMs, () => {
      if (incarnation === this.#incarnation) task();
    });
  }

  /** The time between two statements of one message: mostly none worth an event, sometimes much. */
  async moment(): Promise<void> {
    const { dice, climate } = this.world;
    if (dice.chance(climate.lingerChance)) await this.pause(dice.between(0, climate.lingerMs));
    else if (this.extraMs > 0 || dice.chance(0.25)) await this.pause(dice.between(0.01, 3));
  }

  /** The time a commit takes to reach the disk. */
  async reachDisk(): Promise<void> {
    const { dice, climate } = this.world;
    if (climate.commitMs > 0 || this.extraMs > 0) await this.pause(dice.between(0, climate.commitMs));
  }
}
