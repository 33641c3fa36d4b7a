import type { SessionEnd, Signal } from './events.ts';
import type { SessionMemory } from './memory.ts';
import type { Evictions, Revocation, SignalSink } from './ports.ts';

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

  /** All sessions of the user: the epoch was raised, the user disabled or enabled, or many sessions ended. */
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

  /** What other nodes must hear of, or null when nothing became unacceptable. */
  revocation(): Revocation | null {
    const evictions = this.#evictions();
    const isNothing = evictions.sessionIds.length + evictions.userIds.length === 0 && !this.#isEverything;
    return isNothing ? null : { evictions, ends: this.#signals.filter(isEnd) };
  }

  /** After the commit, or when its result is unknown. */
  evictAgain(): void {
    applyEvictions(this.#memory, this.#evictions());
  }

  /** After the commit alone. */
  publish(sink: SignalSink): void {
    for (const signal of this.#signals) sink.publish(signal);
  }

  #evictions(): Evictions {
    return {
      sessionIds: [...this.#sessions],
      userIds: [...this.#users],
      isEverything: this.#isEverything,
    };
  }
}

/** Takes out of memory what was named. */
export function applyEvictions(memory: SessionMemory, evictions: Evictions): void {
  for (const id of evictions.sessionIds) memory.evict(id);
  for (const id of evictions.userIds) memory.evictUser(id);
  if (evictions.isEverything) memory.evictAll();
}

function isEnd(signal: Signal): signal is SessionEnd {
  return signal.type === 'session.terminated';
}
