import { ClusterTables } from './cluster-tables.ts';
import { LockQueue, type Release } from './locks.ts';
import { SessionTables } from './session-tables.ts';
import type { World } from './world.ts';

/**
 * The one database. What is committed, it keeps through every restart; locks, waiting requests and open transactions it
 * does not. A request that was waiting when it stopped is never heard of again.
 */
export class Database {
  readonly world: World;
  readonly sessions: SessionTables = new SessionTables();
  readonly cluster: ClusterTables;
  #incarnation = 0;
  #isUp = true;
  #userLocks = new Map<string, LockQueue>();
  /** Added to everything it does. */
  extraMs = 0;
  readonly #stopListeners = new Set<() => void>();

  constructor(world: World) {
    this.world = world;
    this.cluster = new ClusterTables(this);
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
    this.#userLocks = new Map();
    this.cluster.halt();
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

  /** Takes a user's lock, or rejects with `LockTimeout`. */
  lockUser(userId: string): Promise<Release> {
    let queue = this.#userLocks.get(userId);
    if (queue === undefined) {
      queue = new LockQueue();
      this.#userLocks.set(userId, queue);
    }
    return queue.exclude((task) => this.after(userLockLimitMs, task));
  }
}

/** How long a transaction waits for a user's lock before it is undone. */
const userLockLimitMs = 250;
