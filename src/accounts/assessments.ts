import type { Refused } from './answers.ts';
import { tooMany } from './attempts.ts';
import type { AccountsContext } from './context.ts';
import type { PasswordJudgement } from './password-rules.ts';
import { emptyThrottle, rules, takeAttempt } from './throttle.ts';
import type { ThrottleRecord } from './user.ts';

/** Networks remembered at most; the longest known is forgotten first. */
const capacity = 10_000;

/** Judges passwords while they are typed. Its buckets live in memory: losing them costs nothing but CPU. */
export class Assessments {
  readonly #context: AccountsContext;
  readonly #buckets = new Map<string, ThrottleRecord>();

  constructor(context: AccountsContext) {
    this.#context = context;
  }

  /** The judgement under the rules of the user, when there is one, else under those of a new account. */
  async assess(
    {
      password,
      email,
      userId,
    }: { readonly password: string; readonly email: string | null; readonly userId: string | null },
    network: string,
  ): Promise<PasswordJudgement | Refused> {
    const retryAfterSeconds = this.#take(network);
    if (retryAfterSeconds !== null) return tooMany(retryAfterSeconds);
    const { store, judge } = this.#context;
    const user = userId === null ? null : await store.user(userId);
    const hasSecondFactor = userId !== null && (await store.totpOf(userId))?.confirmedAt != null;
    return judge.judge({ password, email: user?.email ?? email ?? '', hasSecondFactor });
  }

  #take(network: string): number | null {
    const now = this.#context.clock.now();
    const bucket = this.#buckets.get(network) ?? emptyThrottle(network, now);
    const taken = takeAttempt(bucket, rules.assessmentPerNetwork, now);
    this.#buckets.delete(network);
    this.#buckets.set(network, taken.record);
    const oldest = this.#buckets.keys().next();
    if (this.#buckets.size > capacity && !oldest.done) this.#buckets.delete(oldest.value);
    return taken.allowed ? null : taken.retryAfterSeconds;
  }
}
