import type { Signal } from './events.ts';
import type { SessionMemory } from './memory.ts';
import type { SignalSink } from './ports.ts';

/**
 * What a change does outside the store. Evictions happen twice: when they are recorded, so that nothing in memory outlives
 * the decision, and after the commit, so that no read from before it can fill memory again.
 */
export class Effects {
  readonly #memory: SessionMemory;
  readonly #sessions = new Set<string>();
  readonly #users = new Set<string>();
  readonly #signals: Signal[] = [];
  #isEverything = false;

  constructor(memory: SessionMemory) {
    this.#memory = memory;
  }

  /** The session's token, times or end changed. */
  evict(sessionId: string): void {
    this.#sessions.add(sessionId);
    this.#memory.evict(sessionId);
  }

  /** The user's epoch was raised, or the user disabled or enabled. */
  evictUser(userId: string): void {
    this.#users.add(userId);
    this.#memory.evictUser(userId);
  }

  /** The instance's epoch was raised. */
  evictAll(): void {
    this.#isEverything = true;
    this.#memory.evictAll();
  }

  /** To be told once the change is durable. */
  signal(signal: Signal): void {
    this.#signals.push(signal);
  }

  /** After the commit, or when its result is unknown. */
  evictAgain(): void {
    for (const id of this.#sessions) this.#memory.evict(id);
    for (const id of this.#users) this.#memory.evictUser(id);
    if (this.#isEverything) this.#memory.evictAll();
  }

  /** After the commit alone. */
  publish(sink: SignalSink): void {
    for (const signal of this.#signals) sink.publish(signal);
  }
}
