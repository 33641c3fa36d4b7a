import {
  type ChangeContext,
  record,
  requireActive,
  rotateIn,
  terminateOthersIn,
  userActor,
} from '../engine/changes.ts';
import { hasRecentProof } from '../engine/policy.ts';
import type { Origin, Proof, SessionRecord } from '../engine/session.ts';
import type { PasswordChanged, Refused } from './answers.ts';
import { giveBack } from './attempts.ts';
import type { AccountsContext } from './context.ts';
import type { AccountTransaction } from './ports.ts';
import { type CheckedPassword, checkPassword } from './step-up.ts';

export interface PasswordChangeInput {
  readonly currentPassword: string;
  readonly newPassword: string;
  readonly revokeOthers: boolean;
}

/**
 * Changes the password, rotates the asking token and, unless told otherwise, ends all other sessions, in one transaction.
 * Where a second factor is on, it must have been proven recently: `step_up_required`.
 */
export async function changePassword(
  context: AccountsContext,
  session: SessionRecord,
  input: PasswordChangeInput,
  request: { readonly origin: Origin; readonly network: string },
): Promise<PasswordChanged | Refused> {
  const refusal = await refuseNewPassword(context, session, input);
  if (refusal !== null) return refusal;
  const checked = await checkPassword(context, session, input.currentPassword, request);
  if (checked.status === 'refused') return checked;
  if (input.newPassword.normalize('NFC') === input.currentPassword.normalize('NFC')) {
    return { status: 'refused', code: 'password_unchanged' };
  }
  const passwordHash = await context.hasher.hash(input.newPassword);
  return context.sessions.commitBy(session, (tx, change) =>
    applyChange(tx, change, session, { checked, passwordHash, revokeOthers: input.revokeOthers }),
  );
}

async function refuseNewPassword(
  context: AccountsContext,
  session: SessionRecord,
  { newPassword }: PasswordChangeInput,
): Promise<Refused | null> {
  const { store, judge, sessions, clock } = context;
  const user = await store.user(session.userId);
  if (user === null) return { status: 'refused', code: 'no_active_session' };
  const hasSecondFactor = (await store.totpOf(session.userId))?.confirmedAt != null;
  if (hasSecondFactor && !hasRecentProof(session, sessions.policy.stepUpWindowSeconds, clock.now())) {
    return { status: 'refused', code: 'step_up_required' };
  }
  const { refusal } = judge.judge({ password: newPassword, email: user.email, hasSecondFactor });
  return refusal === null ? null : { status: 'refused', ...refusal };
}

interface Decided {
  readonly checked: CheckedPassword;
  readonly passwordHash: string;
  readonly revokeOthers: boolean;
}

async function applyChange(
  tx: AccountTransaction,
  change: ChangeContext,
  session: SessionRecord,
  { checked, passwordHash, revokeOthers }: Decided,
): Promise<PasswordChanged | Refused> {
  await requireActive(tx, session);
  const current = await tx.findUser(session.userId);
  if (current?.passwordHash !== checked.user.passwordHash)
    return { status: 'refused', code: 'invalid_credentials' };
  await giveBack(tx, checked.lanes, change.now);
  await tx.putPassword(session.userId, passwordHash, change.now);
  await tx.removePendingSignInsOf(session.userId);
  const ended = revokeOthers ? await terminateOthersIn(tx, change, session, 'password_changed') : [];
  // Beside a second factor the password alone is no full proof: it must not open the step-up window again.
  const hasSecondFactor = (await tx.findTotp(session.userId))?.confirmedAt != null;
  const proofs: readonly Proof[] = hasSecondFactor ? [] : [{ method: 'pwd', at: change.now }];
  const rotated = await rotateIn(tx, change, session, proofs);
  const actor = userActor(session, await tx.findDevice(session.userId, session.deviceId));
  await record(tx, change, { type: 'password.changed', session, actor });
  return { status: 'changed', revoked: ended.length, ...rotated };
}
