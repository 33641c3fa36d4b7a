import { TOTP } from 'otpauth';
import { Accounts } from '../../src/accounts/accounts.ts';
import type { SignedIn, SignInContext } from '../../src/accounts/answers.ts';
import { createPasswordHasher } from '../../src/accounts/password-hash.ts';
import { createPasswordJudge } from '../../src/accounts/password-rules.ts';
import { createVault } from '../../src/accounts/vault.ts';
import type { Origin, SessionRecord } from '../../src/engine/session.ts';
import { createLaboratory, type Laboratory, originOf } from '../laboratory.ts';

const judge = createPasswordJudge();

export const email = 'mara@lindqvist.example';
export const password = 'lantern quartz violet harbour';
export const network = '203.0.113.7';

/** From another browser without a cookie. */
export function strangerContext(origin: Origin = originOf()): SignInContext {
  return { origin, deviceToken: null, replaces: null };
}

/** Accounts on the engine's laboratory, with shortcuts for what most tests begin with. */
export interface AccountsLaboratory extends Laboratory {
  readonly accounts: Accounts;
  /** An account for `email` and `password`, signed in. */
  signUp(): Promise<SignedIn>;
  /** Signs in with the password alone; throws for anything but a session. */
  signIn(context?: Partial<SignInContext>): Promise<SignedIn>;
  /** Turns two-factor on and gives what signs in from then on. */
  turnOnTwoFactor(
    session: SessionRecord,
  ): Promise<{ codeNow(): string; recoveryCodes: readonly string[]; token: string; session: SessionRecord }>;
}

export function createAccountsLaboratory(): AccountsLaboratory {
  const laboratory = createLaboratory();
  const { sessions, store, clock, random } = laboratory;
  const accounts = new Accounts({
    sessions,
    store,
    hasher: createPasswordHasher({ random, queueLimit: 1000 }),
    judge,
    vault: createVault({ key: random.bytes(32), random }),
    clock,
    random,
    issuer: 'Rollcall',
  });
  return {
    ...laboratory,
    accounts,
    signUp: async () =>
      signedIn(await accounts.signUp({ ...strangerContext(), email, password, name: null }, network)),
    signIn: async (context = {}) =>
      signedIn(
        await accounts.signIn(
          { ...strangerContext(), ...context, email, password, persistence: 'browser' },
          network,
        ),
      ),
    turnOnTwoFactor: async (session) => {
      const started = await accounts.startTotp(session);
      if (started.status !== 'started') throw new Error(started.code);
      const codeNow = () => codeAt(started.key, clock.now());
      const confirmed = await accounts.confirmTotp(session, codeNow());
      if (confirmed.status !== 'confirmed') throw new Error(confirmed.code);
      const { recoveryCodes, token, session: rotated } = confirmed;
      return { codeNow, recoveryCodes, token, session: rotated };
    },
  };
}

/** What an authenticator app shows. */
export function codeAt(key: string, now: number): string {
  return new TOTP({ secret: key }).generate({ timestamp: now });
}

/** The answer when it is a session; throws for anything else. */
export function signedIn(answer: { readonly status: string }): SignedIn {
  if (answer.status !== 'signed-in') throw new Error(JSON.stringify(answer));
  return answer as SignedIn;
}
