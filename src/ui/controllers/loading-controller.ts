import type { ReactiveControllerHost } from 'lit';
import type { Answer, Problem } from '../../client/problem.ts';

/** `quiet` is the first 300 ms, in which nothing is shown so that nothing flickers. */
export type LoadingPhase =
  | { readonly name: 'quiet' }
  | { readonly name: 'loading' }
  | { readonly name: 'slow' }
  | { readonly name: 'failed'; readonly problem: Problem }
  | { readonly name: 'ready' };

const skeletonAfterMs = 300;
const slowAfterMs = 8_000;

/** The first load of what an element shows: quiet, then a skeleton, then "taking longer", then ready or failed. */
export class LoadingController {
  phase: LoadingPhase = { name: 'quiet' };
  readonly #host: ReactiveControllerHost;
  #run = 0;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
  }

  /** Loads; a later call makes the answer of an earlier one count for nothing. */
  async load<Value>(call: () => Promise<Answer<Value>>, take: (value: Value) => void): Promise<void> {
    this.#run += 1;
    const run = this.#run;
    this.#enter({ name: 'quiet' });
    const later = (phase: LoadingPhase, ms: number): ReturnType<typeof setTimeout> =>
      setTimeout(() => this.#run === run && this.#enter(phase), ms);
    const timers = [later({ name: 'loading' }, skeletonAfterMs), later({ name: 'slow' }, slowAfterMs)];
    const answer = await call();
    for (const timer of timers) clearTimeout(timer);
    if (this.#run !== run) return;
    if (answer.ok) take(answer.value);
    this.#enter(answer.ok ? { name: 'ready' } : { name: 'failed', problem: answer.problem });
  }

  /** Forgets what was loaded and what is still under way. */
  reset(): void {
    this.#run += 1;
    this.#enter({ name: 'quiet' });
  }

  #enter(phase: LoadingPhase): void {
    this.phase = phase;
    this.#host.requestUpdate();
  }
}
