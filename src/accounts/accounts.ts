import type { Origin, SessionRecord } from '../engine/session.ts';
import { TurnsByKey } from '../engine/turns.ts';
import type {
  AccountSummary,
  PasswordChanged,
  ProofMethod,
  RecoveryCodesReplaced,
  Refused,
  SecondFactorInput,
  SecondFactorRequired,
  SignedIn,
  SignInInput,
  SignUpInput,
  SteppedUp,
  StepUpProof,
  TotpConfirmed,
  TotpStarted,
} from './answers.ts';
import { Assessments } from './assessments.ts';
import type { AccountsContext } from './context.ts';
import { suggestPassphrase } from './passphrase.ts';
import { changePassword, type PasswordChangeInput } from './password-change.ts';
import type { PasswordJudgement } from './password-rules.ts';
import { completeSignIn } from './second-factor.ts';
import { signIn } from './sign-in.ts';
import { signUp } from './sign-up.ts';
import { stepUp, stepUpMethods } from './step-up.ts';
import { confirmTotp, removeTotp, replaceRecoveryCodes, startTotp } from './two-factor.ts';

/** A request's origin and the network its attempts are counted under. */
export interface RequestOrigin {
  readonly origin: Origin;
  /** The address's /32 or /64, or a fixed word when the address is unknown. */
  readonly network: string;
}

/** Sign-ins to one account that are checked at once, well below what the throttle lets through, and that may wait. */
const signInsAtOnce = 4;
const signInsWaiting = 256;

/** Every operation on accounts. Refusals are values; a broken store or a full hash queue throws. */
export class Accounts {
  readonly #context: AccountsContext;
  readonly #assessments: Assessments;

  constructor(parts: Omit<AccountsContext, 'turns'>) {
    const turns = new TurnsByKey({ concurrency: signInsAtOnce, queueLimit: signInsWaiting });
    this.#context = { ...parts, turns };
    this.#assessments = new Assessments(this.#context);
  }

  /** Creates an account and its first session. */
  signUp(input: SignUpInput, network: string): Promise<SignedIn | Refused> {
    return signUp(this.#context, input, network);
  }

  /** Checks e-mail and password: a session, a second factor due, or one refusal for everything that is wrong. */
  signIn(input: SignInInput, network: string): Promise<SignedIn | SecondFactorRequired | Refused> {
    return signIn(this.#context, input, network);
  }

  /** Completes a pending sign-in with a code. */
  completeSignIn(input: SecondFactorInput): Promise<SignedIn | Refused> {
    return completeSignIn(this.#context, input);
  }

  /** The proofs that will do for `stepUp`. */
  stepUpMethods(userId: string): Promise<readonly ProofMethod[]> {
    return stepUpMethods(this.#context, userId);
  }

  /** Proves again that it is the owner; rotates the token. */
  stepUp(session: SessionRecord, proof: StepUpProof, request: RequestOrigin): Promise<SteppedUp | Refused> {
    return stepUp(this.#context, session, proof, request);
  }

  /** Changes the password; rotates the token. */
  changePassword(
    session: SessionRecord,
    input: PasswordChangeInput,
    request: RequestOrigin,
  ): Promise<PasswordChanged | Refused> {
    return changePassword(this.#context, session, input, request);
  }

  /** Makes a key for an authenticator app. The caller has asked for a recent proof. */
  startTotp(session: SessionRecord): Promise<TotpStarted | Refused> {
    return startTotp(this.#context, session);
  }

  /** Turns two-factor on with the first right code; rotates the token. */
  confirmTotp(session: SessionRecord, code: string): Promise<TotpConfirmed | Refused> {
    return confirmTotp(this.#context, session, code);
  }

  /** Turns two-factor off. The caller has asked for a recent proof. */
  removeTotp(session: SessionRecord): Promise<{ readonly status: 'removed' } | Refused> {
    return removeTotp(this.#context, session);
  }

  /** Makes new recovery codes. The caller has asked for a recent proof. */
  replaceRecoveryCodes(session: SessionRecord): Promise<RecoveryCodesReplaced | Refused> {
    return replaceRecoveryCodes(this.#context, session);
  }

  /** What the settings pages show; null when the user is gone. */
  async summary(userId: string): Promise<AccountSummary | null> {
    const { store } = this.#context;
    const user = await store.user(userId);
    if (user === null) return null;
    const totpEnabledAt = (await store.totpOf(userId))?.confirmedAt ?? null;
    const recoveryCodesLeft = totpEnabledAt === null ? 0 : await store.recoveryCodesLeft(userId);
    return { user, totpEnabledAt, recoveryCodesLeft };
  }

  /** How good a password is, for the meter; rationed per network because scoring costs CPU. */
  assess(
    input: { readonly password: string; readonly email: string | null; readonly userId: string | null },
    network: string,
  ): Promise<PasswordJudgement | Refused> {
    return this.#assessments.assess(input, network);
  }

  /** A passphrase to offer: five random words. */
  suggestPassphrase(): string {
    return suggestPassphrase(this.#context.random);
  }

  /** Removes expired pending sign-ins and drained throttles. */
  async purge(): Promise<void> {
    const { store, clock } = this.#context;
    await store.write((tx) => tx.purgeAttempts(clock.now() - 24 * 60 * 60_000));
  }
}
