import type { AccountStore } from '../../accounts/ports.ts';
import type { Random } from '../../engine/ports.ts';

/** What the cases need beside the store. */
export interface ConformanceTools {
  readonly random: Random;
}

/** One rule of the contract of `AccountStore`. */
export interface ConformanceCase {
  /** A sentence about behaviour, to be read after the store's name. */
  readonly name: string;
  /** Rejects with an `AssertionError` when the rule does not hold. Needs an empty store, which it does not close. */
  run(store: AccountStore, tools: ConformanceTools): Promise<void>;
}
