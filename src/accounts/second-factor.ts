import { type ChangeContext, establishIn, record, theSystem, userActor } from '../engine/changes.ts';
import { hasEqualDigest, parseToken } from '../engine/token.ts';
import type { Refused, SecondFactorInput, SignedIn } from './answers.ts';
import { giveCodeBack, noteFailure, takeCodeAttempt } from './attempts.ts';
import { useCode } from './codes.ts';
import type { AccountsContext } from './context.ts';
import type { AccountTransaction } from './ports.ts';
import type { PendingSignIn, UserRecord } from './user.ts';

/** Wrong codes after which a pending sign-in is over and the password is asked for again. */
const failureLimit = 10;

const noPendingSignIn: Refused = { status: 'refused', code: 'no_pending_sign_in' };
const invalidCode: Refused = { status: 'refused', code: 'invalid_code' };

/** Completes a pending sign-in with a code of the second factor: one transaction, so that a code and a pending sign-in each serve once. */
export function completeSignIn(
  context: AccountsContext,
  input: SecondFactorInput,
): Promise<SignedIn | Refused> {
  return context.sessions.commit(async (tx, change) => {
    const found = await findPending(tx, change, input.pendingToken);
    if (found === null) return noPendingSignIn;
    const refusal = await takeCodeAttempt(tx, found.user.id, change.now);
    if (refusal !== null) return refusal;
    const method = await useCode(context, tx, found.user.id, input);
    if (method === null) return refuseCode(tx, change, input, found);
    await tx.takePendingSignIn(found.pending.id);
    await giveCodeBack(tx, found.user.id, change.now);
    const { persistence } = found.pending;
    const proofs = [...found.pending.proofs, { method, at: change.now }];
    const established = await establishIn(tx, change, {
      ...input,
      userId: found.user.id,
      persistence,
      proofs,
    });
    if (established === null) return noPendingSignIn;
    const { session, device } = established;
    const actor = userActor(session, device);
    if (method === 'recovery') await record(tx, change, { type: 'recovery_code.used', session, actor });
    return { status: 'signed-in', user: found.user, ...established };
  });
}

interface Found {
  readonly pending: PendingSignIn;
  readonly user: UserRecord;
}

async function findPending(
  tx: AccountTransaction,
  change: ChangeContext,
  token: string,
): Promise<Found | null> {
  const parsed = parseToken('pendingSignIn', token);
  const pending = parsed === null ? null : await tx.findPendingSignIn(parsed.id);
  if (parsed === null || pending === null || !hasEqualDigest(pending.digest, parsed.digest)) return null;
  if (change.now >= pending.expiresAt) return null;
  const user = await tx.findUser(pending.userId);
  return user !== null && user.passwordHash === pending.passwordHash ? { pending, user } : null;
}

async function refuseCode(
  tx: AccountTransaction,
  change: ChangeContext,
  { origin }: SecondFactorInput,
  { pending, user }: Found,
): Promise<Refused> {
  await tx.countPendingFailure(pending.id);
  if (pending.failures + 1 >= failureLimit) await tx.takePendingSignIn(pending.id);
  const facts = { type: 'second_factor.failed', actor: theSystem(), userId: user.id, origin } as const;
  await noteFailure(tx, change, user.canonicalEmail, facts);
  return invalidCode;
}
