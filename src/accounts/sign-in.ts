import { type ChangeContext, establishIn, record, theSystem } from '../engine/changes.ts';
import type { Origin, Proof } from '../engine/session.ts';
import { mintId, mintToken } from '../engine/token.ts';
import type { Refused, SecondFactorRequired, SignedIn, SignInInput } from './answers.ts';
import { giveBack, noteFailure, takeSignInAttempt } from './attempts.ts';
import type { AccountsContext } from './context.ts';
import { canonicalEmail } from './email.ts';
import type { AccountTransaction } from './ports.ts';
import type { Lane } from './throttle.ts';
import type { UserRecord } from './user.ts';

/** How long a sign-in may wait for its second factor. */
const pendingMs = 10 * 60_000;

const invalidCredentials: Refused = { status: 'refused', code: 'invalid_credentials' };

/**
 * Checks e-mail and password. Answers a session, or that a second factor is due, or one and the same refusal for an
 * unknown e-mail, a wrong password and a disabled user, after the same work. Throws `too_busy` when the hash queue is full.
 */
export async function signIn(
  context: AccountsContext,
  input: SignInInput,
  network: string,
): Promise<SignedIn | SecondFactorRequired | Refused> {
  const canonical = canonicalEmail(input.email)?.canonicalEmail ?? input.email.toLowerCase();
  return context.turns.run(canonical, () => checkAndSignIn(context, input, canonical, network));
}

async function checkAndSignIn(
  context: AccountsContext,
  input: SignInInput,
  canonicalEmail: string,
  network: string,
): Promise<SignedIn | SecondFactorRequired | Refused> {
  const user = await context.store.userByEmail(canonicalEmail);
  const { deviceToken } = input;
  const taken = await takeSignInAttempt(context, {
    userId: user?.id ?? null,
    canonicalEmail,
    network,
    deviceToken,
  });
  const facts = { canonicalEmail, userId: user?.id ?? null, origin: input.origin };
  if (taken.status === 'refused') return refuseSignIn(context, { ...facts, type: 'sign_in.refused' }, taken);
  const isRight = await isRightPassword(context, user, input.password);
  if (user === null || !isRight)
    return refuseSignIn(context, { ...facts, type: 'sign_in.failed' }, invalidCredentials);
  const rehashed = context.hasher.needsRehash(user.passwordHash)
    ? await context.hasher.hash(input.password)
    : null;
  return context.sessions.commit((tx, change) =>
    completePassword(tx, change, { input, user, rehashed, lanes: taken.lanes }),
  );
}

/** Whether the password is the user's; the same work when there is no such user. */
export function isRightPassword(
  { hasher }: AccountsContext,
  user: UserRecord | null,
  password: string,
): Promise<boolean> {
  return user === null ? hasher.verifyNothing(password) : hasher.verify(user.passwordHash, password);
}

interface RefusedSignIn {
  readonly type: 'sign_in.failed' | 'sign_in.refused';
  readonly canonicalEmail: string;
  /** Null for an unknown e-mail: the same work, and nothing to note. */
  readonly userId: string | null;
  readonly origin: Origin;
}

/** Notes the refusal in the history of the account, if there is one, and gives it. */
function refuseSignIn(context: AccountsContext, facts: RefusedSignIn, refusal: Refused): Promise<Refused> {
  return context.sessions.commit(async (tx, change) => {
    const { type, canonicalEmail, userId, origin } = facts;
    const event = userId === null ? null : { type, userId, origin, actor: theSystem() };
    await noteFailure(tx, change, canonicalEmail, event);
    return refusal;
  });
}

interface ProvenPassword {
  readonly input: SignInInput;
  readonly user: UserRecord;
  readonly rehashed: string | null;
  readonly lanes: readonly Lane[];
}

async function completePassword(
  tx: AccountTransaction,
  change: ChangeContext,
  proven: ProvenPassword,
): Promise<SignedIn | SecondFactorRequired | Refused> {
  const { input, user } = proven;
  // The account may have changed while the password was being hashed: decide on what stands in this transaction.
  const current = await tx.findUser(user.id);
  if (current === null || current.passwordHash !== user.passwordHash) return invalidCredentials;
  if ((await tx.standing(user.id)).isDisabled) return invalidCredentials;
  await giveBack(tx, proven.lanes, change.now);
  if (proven.rehashed !== null) await tx.putPassword(user.id, proven.rehashed, current.passwordChangedAt);
  const stored = { ...current, passwordHash: proven.rehashed ?? current.passwordHash };
  const proofs: readonly Proof[] = [{ method: 'pwd', at: change.now }];
  const totp = await tx.findTotp(user.id);
  if (totp?.confirmedAt != null) return awaitSecondFactor(tx, change, input, stored, proofs);
  const established = await establishIn(tx, change, { ...input, userId: user.id, proofs });
  return established === null ? invalidCredentials : { status: 'signed-in', user: stored, ...established };
}

async function awaitSecondFactor(
  tx: AccountTransaction,
  change: ChangeContext,
  { origin, persistence }: SignInInput,
  user: UserRecord,
  proofs: readonly Proof[],
): Promise<SecondFactorRequired> {
  const { id, token, digest } = mintToken('pendingSignIn', mintId(change.now, change.random), change.random);
  const expiresAt = change.now + pendingMs;
  await tx.insertPendingSignIn({
    id,
    digest,
    userId: user.id,
    passwordHash: user.passwordHash,
    proofs,
    origin,
    persistence,
    createdAt: change.now,
    expiresAt,
    failures: 0,
  });
  return {
    status: 'second-factor-required',
    methods: ['totp', 'recovery-code'],
    pendingToken: token,
    expiresAt,
  };
}

/** Establishes the first session of a new account. */
export async function firstSession(
  tx: AccountTransaction,
  change: ChangeContext,
  input: Omit<SignInInput, 'password' | 'email'>,
  user: UserRecord,
): Promise<SignedIn | Refused> {
  await record(tx, change, {
    type: 'account.created',
    actor: { kind: 'user', sessionId: null, deviceName: input.origin.client.name },
    userId: user.id,
    origin: input.origin,
  });
  const proofs: readonly Proof[] = [{ method: 'pwd', at: change.now }];
  const established = await establishIn(tx, change, { ...input, userId: user.id, proofs });
  return established === null ? invalidCredentials : { status: 'signed-in', user, ...established };
}
