import { type ChangeContext, record, requireActive, rotateIn, userActor } from '../engine/changes.ts';
import type { HistoryType } from '../engine/events.ts';
import type { Method, Origin, SessionRecord } from '../engine/session.ts';
import { RollcallError } from '../errors.ts';
import type { ProofMethod, Refused, SteppedUp, StepUpProof } from './answers.ts';
import { giveBack, giveCodeBack, noteFailure, takeCodeAttempt, takeSignInAttempt } from './attempts.ts';
import { type OfferedCode, useCode } from './codes.ts';
import type { AccountsContext } from './context.ts';
import type { AccountTransaction } from './ports.ts';
import { isRightPassword } from './sign-in.ts';
import type { Lane } from './throttle.ts';
import type { UserRecord } from './user.ts';

/** The proofs that will do for a step-up: the second factor where there is one, else the password. */
export async function stepUpMethods(
  context: AccountsContext,
  userId: string,
): Promise<readonly ProofMethod[]> {
  const totp = await context.store.totpOf(userId);
  return totp?.confirmedAt == null ? ['password'] : ['totp', 'recovery-code'];
}

/**
 * Proves again, inside a session, that it is the owner; the token rotates. A password does not do where a second factor is
 * on: `step_up_required`.
 */
export async function stepUp(
  context: AccountsContext,
  session: SessionRecord,
  proof: StepUpProof,
  request: { readonly origin: Origin; readonly network: string },
): Promise<SteppedUp | Refused> {
  const methods = await stepUpMethods(context, session.userId);
  if ('method' in proof) return stepUpWithCode(context, session, proof, request.origin);
  if (!methods.includes('password')) return { status: 'refused', code: 'step_up_required' };
  const checked = await checkPassword(context, session, proof.password, request);
  if (checked.status === 'refused') return checked;
  return context.sessions.commitBy(session, async (tx, change) => {
    const refusal = await refuseStaleProof(tx, checked.user);
    if (refusal !== null) return refusal;
    await giveBack(tx, checked.lanes, change.now);
    return complete(tx, change, session, 'pwd');
  });
}

/** The account may have changed while the password was being hashed: decide on what stands in this transaction. */
async function refuseStaleProof(tx: AccountTransaction, checked: UserRecord): Promise<Refused | null> {
  const current = await tx.findUser(checked.id);
  if (current?.passwordHash !== checked.passwordHash)
    return { status: 'refused', code: 'invalid_credentials' };
  const hasSecondFactor = (await tx.findTotp(checked.id))?.confirmedAt != null;
  return hasSecondFactor ? { status: 'refused', code: 'step_up_required' } : null;
}

/** A password that was right inside a session, and what its attempt took. */
export interface CheckedPassword {
  readonly status: 'right';
  readonly user: UserRecord;
  readonly lanes: readonly Lane[];
}

/** Checks the password of a session's user, counted like a sign-in from the device the session is on; a wrong one is noted. */
export async function checkPassword(
  context: AccountsContext,
  session: SessionRecord,
  password: string,
  { origin, network }: { readonly origin: Origin; readonly network: string },
): Promise<CheckedPassword | Refused> {
  const user = await context.store.user(session.userId);
  if (user === null) throw new RollcallError('no_active_session');
  const attempt = {
    userId: user.id,
    deviceId: session.deviceId,
    canonicalEmail: user.canonicalEmail,
    network,
  };
  const taken = await takeSignInAttempt(context, attempt);
  if (taken.status === 'refused') return taken;
  if (await isRightPassword(context, user, password)) return { status: 'right', user, lanes: taken.lanes };
  await context.sessions.commitBy(session, (tx, change) => note(tx, change, session, origin));
  return { status: 'refused', code: 'invalid_credentials' };
}

function stepUpWithCode(
  context: AccountsContext,
  session: SessionRecord,
  offered: OfferedCode,
  origin: Origin,
): Promise<SteppedUp | Refused> {
  return context.sessions.commitBy(session, async (tx, change) => {
    await requireActive(tx, session);
    const refusal = await takeCodeAttempt(tx, session.userId, change.now);
    if (refusal !== null) return refusal;
    const method = await useCode(context, tx, session.userId, offered);
    if (method === null) {
      await note(tx, change, session, origin);
      return { status: 'refused', code: 'invalid_code' };
    }
    await giveCodeBack(tx, session.userId, change.now);
    return complete(tx, change, session, method);
  });
}

async function complete(
  tx: AccountTransaction,
  change: ChangeContext,
  session: SessionRecord,
  method: Method,
): Promise<SteppedUp> {
  const rotated = await rotateIn(tx, change, session, [{ method, at: change.now }]);
  const actor = userActor(session, await tx.findDevice(session.userId, session.deviceId));
  const types: readonly HistoryType[] =
    method === 'recovery' ? ['step_up.completed', 'recovery_code.used'] : ['step_up.completed'];
  for (const type of types) await record(tx, change, { type, session, actor, methods: [method] });
  return { status: 'stepped-up', ...rotated };
}

async function note(
  tx: AccountTransaction,
  change: ChangeContext,
  session: SessionRecord,
  origin: Origin,
): Promise<void> {
  const user = await tx.findUser(session.userId);
  const actor = userActor(session, await tx.findDevice(session.userId, session.deviceId));
  const facts = { type: 'step_up.failed', actor, session, origin } as const;
  if (user !== null) await noteFailure(tx, change, user.canonicalEmail, facts);
}
