import type { Signal } from '../engine/events.ts';
import type { SignalSink } from '../engine/ports.ts';

/** Receives the signals of one user. Must not throw. */
export type SignalListener = (signal: Signal) => void;

/** Brings signals to the open pages of this process, by user. Holds nothing: who was not listening reads the list again. */
export class SignalHub implements SignalSink {
  readonly #listeners = new Map<string, Set<SignalListener>>();

  /** Tells everyone who listens to the signal's user, in the order they subscribed. */
  publish(signal: Signal): void {
    for (const listener of [...(this.#listeners.get(signal.userId) ?? [])]) listener(signal);
  }

  /** Listens to one user until the returned function is called; calling it again does nothing. */
  subscribe(userId: string, listener: SignalListener): () => void {
    const listeners = this.#listeners.get(userId) ?? new Set();
    this.#listeners.set(userId, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(userId) === listeners) this.#listeners.delete(userId);
    };
  }

  /** Listeners now, for metrics and limits. */
  countOf(userId: string): number {
    return this.#listeners.get(userId)?.size ?? 0;
  }
}
