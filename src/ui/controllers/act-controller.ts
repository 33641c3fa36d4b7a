import type { ReactiveControllerHost } from 'lit';
import type { Client } from '../../client/client.ts';
import type { Answer, Problem, ProofMethod } from '../../client/problem.ts';
import type { StepUpRequest } from '../../client/types.ts';

export type ActPhase =
  | { readonly name: 'closed' }
  | { readonly name: 'ask' }
  | { readonly name: 'working'; readonly isSlow: boolean }
  | { readonly name: 'failed'; readonly problem: Problem }
  | {
      readonly name: 'proof';
      readonly methods: readonly ProofMethod[];
      readonly isChecking: boolean;
      readonly problem: Problem | null;
    };

export type Act = () => Promise<Answer<unknown>>;

const slowAfterMs = 4_000;

/**
 * One act that the owner confirmed: runs it, asks for a proof where the server wants one and then goes on with
 * the same act, keeps a failure on the table until it is tried again or left.
 */
export class ActController {
  phase: ActPhase = { name: 'closed' };
  readonly #host: ReactiveControllerHost;
  readonly #client: () => Client;
  #act: Act | null = null;
  #settle: ((isDone: boolean) => void) | null = null;
  #slowTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost, client: () => Client) {
    this.#host = host;
    this.#client = client;
  }

  get isBusy(): boolean {
    const { phase } = this;
    return phase.name === 'working' || (phase.name === 'proof' && phase.isChecking);
  }

  /** Opens on the question; resolves true once the act is done, false when it was left. */
  begin(act: Act): Promise<boolean> {
    this.cancel();
    this.#act = act;
    this.#enter({ name: 'ask' });
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  async run(): Promise<void> {
    const act = this.#act;
    if (act === null || this.isBusy) return;
    this.#enter({ name: 'working', isSlow: false });
    this.#slowTimer = setTimeout(() => this.#enter({ name: 'working', isSlow: true }), slowAfterMs);
    const answer = await act();
    clearTimeout(this.#slowTimer);
    if (this.#act !== act) return;
    if (answer.ok) return this.#close(true);
    if (answer.problem.code === 'step_up_required') return this.#askProof(answer.problem);
    this.#enter({ name: 'failed', problem: answer.problem });
  }

  /** Gives the proof; when it is accepted the act goes on without another press. */
  async prove(request: StepUpRequest): Promise<void> {
    const { phase } = this;
    if (phase.name !== 'proof' || phase.isChecking) return;
    this.#enter({ ...phase, isChecking: true, problem: null });
    const answer = await this.#client().stepUp(request);
    if (this.#act === null) return;
    if (!answer.ok) return this.#enter({ ...phase, isChecking: false, problem: answer.problem });
    this.#enter({ name: 'ask' });
    await this.run();
  }

  /** Leaves without acting. Does nothing while the act is under way: it could not be called back. */
  cancel(): void {
    if (this.#act === null || this.isBusy) return;
    this.#close(false);
  }

  /** Drops everything, also what is under way; for a page that is being cleared. */
  drop(): void {
    clearTimeout(this.#slowTimer);
    this.#close(false);
  }

  #askProof(problem: Problem): void {
    const methods = problem.methods.length === 0 ? (['password'] as const) : problem.methods;
    this.#enter({ name: 'proof', methods, isChecking: false, problem: null });
  }

  #close(isDone: boolean): void {
    const settle = this.#settle;
    this.#act = null;
    this.#settle = null;
    this.#enter({ name: 'closed' });
    settle?.(isDone);
  }

  #enter(phase: ActPhase): void {
    this.phase = phase;
    this.#host.requestUpdate();
  }
}
