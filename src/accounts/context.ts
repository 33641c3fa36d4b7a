import type { Clock, Random } from '../engine/ports.ts';
import type { Sessions } from '../engine/sessions.ts';
import type { TurnsByKey } from '../engine/turns.ts';
import type { PasswordHasher } from './password-hash.ts';
import type { PasswordJudge } from './password-rules.ts';
import type { AccountStore, AccountTransaction } from './ports.ts';
import type { Vault } from './vault.ts';

/** What the operations of accounts work with. */
export interface AccountsContext {
  readonly sessions: Sessions<AccountTransaction>;
  readonly store: AccountStore;
  readonly hasher: PasswordHasher;
  readonly judge: PasswordJudge;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly random: Random;
  /** The service's name as authenticator apps show it. */
  readonly issuer: string;
  /** Sign-ins under way, by account. */
  readonly turns: TurnsByKey;
}
