import {
  type ChangeContext,
  record,
  requireActive,
  rotateIn,
  terminateIn,
  userActor,
} from '../engine/changes.ts';
import type { HistoryType } from '../engine/events.ts';
import { methodsOf, type SessionRecord } from '../engine/session.ts';
import type { RecoveryCodesReplaced, Refused, TotpConfirmed, TotpStarted } from './answers.ts';
import { giveCodeBack, takeCodeAttempt } from './attempts.ts';
import { totpContext, useTotpCode } from './codes.ts';
import type { AccountsContext } from './context.ts';
import type { AccountTransaction } from './ports.ts';
import { qrDataUrl } from './qr.ts';
import { newRecoveryCodes, recoveryCodeDigest } from './recovery-codes.ts';
import { newTotpKey, totpUri } from './totp.ts';

/** How long an authenticator app may wait for its first code. */
const enrolmentMs = 60 * 60_000;

/** Makes a key for an authenticator app. It is no factor before `confirmTotp`; starting again replaces it. */
export async function startTotp(
  context: AccountsContext,
  session: SessionRecord,
): Promise<TotpStarted | Refused> {
  const key = newTotpKey(context.random);
  const sealedKey = context.vault.seal(key, totpContext(session.userId));
  return context.sessions.commitBy(session, async (tx, change) => {
    await requireActive(tx, session);
    const user = await tx.findUser(session.userId);
    if (user === null) return { status: 'refused', code: 'no_active_session' };
    if ((await tx.findTotp(user.id))?.confirmedAt != null)
      return { status: 'refused', code: 'two_factor_on' };
    await tx.putTotp({ userId: user.id, sealedKey, createdAt: change.now, confirmedAt: null, lastStep: 0 });
    const uri = totpUri({ key, email: user.email, issuer: context.issuer });
    return { status: 'started', key, uri, qr: qrDataUrl(uri) };
  });
}

/**
 * Turns two-factor on with the first right code: ten recovery codes, the asking token rotated, and every session that never
 * proved a second factor ended, in one transaction.
 */
export async function confirmTotp(
  context: AccountsContext,
  session: SessionRecord,
  code: string,
): Promise<TotpConfirmed | Refused> {
  const recoveryCodes = newRecoveryCodes(context.random);
  return context.sessions.commitBy(session, async (tx, change) => {
    await requireActive(tx, session);
    const refusal = await refuseConfirmation(tx, change, session);
    if (refusal !== null) return refusal;
    if (!(await useTotpCode(context, tx, session.userId, code)))
      return { status: 'refused', code: 'invalid_code' };
    await giveCodeBack(tx, session.userId, change.now);
    await tx.confirmTotp(session.userId, change.now);
    await tx.putRecoveryCodes(session.userId, digestsOf(recoveryCodes));
    await tx.removePendingSignInsOf(session.userId);
    const ended = await endUnproven(tx, change, session);
    const rotated = await rotateIn(tx, change, session, [{ method: 'otp', at: change.now }]);
    await recordOwn(tx, change, session, 'totp.enabled');
    return { status: 'confirmed', recoveryCodes, revoked: ended, ...rotated };
  });
}

/** Turns two-factor off and removes the recovery codes. Ask for a recent proof first. */
export function removeTotp(
  context: AccountsContext,
  session: SessionRecord,
): Promise<{ readonly status: 'removed' } | Refused> {
  return context.sessions.commitBy(session, async (tx, change) => {
    await requireActive(tx, session);
    if ((await tx.findTotp(session.userId))?.confirmedAt == null)
      return { status: 'refused', code: 'two_factor_off' };
    await tx.removeTotp(session.userId);
    await tx.putRecoveryCodes(session.userId, []);
    await tx.removePendingSignInsOf(session.userId);
    await recordOwn(tx, change, session, 'totp.disabled');
    return { status: 'removed' };
  });
}

/** Makes ten new recovery codes; the old ones stop working. Ask for a recent proof first. */
export function replaceRecoveryCodes(
  context: AccountsContext,
  session: SessionRecord,
): Promise<RecoveryCodesReplaced | Refused> {
  const recoveryCodes = newRecoveryCodes(context.random);
  return context.sessions.commitBy(session, async (tx, change) => {
    await requireActive(tx, session);
    if ((await tx.findTotp(session.userId))?.confirmedAt == null)
      return { status: 'refused', code: 'two_factor_off' };
    await tx.putRecoveryCodes(session.userId, digestsOf(recoveryCodes));
    await recordOwn(tx, change, session, 'recovery_codes.replaced');
    return { status: 'replaced', recoveryCodes };
  });
}

async function refuseConfirmation(
  tx: AccountTransaction,
  change: ChangeContext,
  { userId }: SessionRecord,
): Promise<Refused | null> {
  const totp = await tx.findTotp(userId);
  if (totp?.confirmedAt != null) return { status: 'refused', code: 'two_factor_on' };
  if (totp === null || change.now >= totp.createdAt + enrolmentMs) {
    return { status: 'refused', code: 'no_pending_enrolment' };
  }
  return takeCodeAttempt(tx, userId, change.now);
}

async function endUnproven(
  tx: AccountTransaction,
  change: ChangeContext,
  session: SessionRecord,
): Promise<number> {
  const others = (await tx.openSessions(session.userId)).filter(({ id }) => id !== session.id);
  const unproven = others.filter(({ proofs }) => {
    const methods = methodsOf(proofs);
    return !methods.includes('otp') && !methods.includes('recovery');
  });
  const actor = userActor(session, await tx.findDevice(session.userId, session.deviceId));
  return (await terminateIn(tx, change, unproven, 'second_factor_changed', actor)).length;
}

async function recordOwn(
  tx: AccountTransaction,
  change: ChangeContext,
  session: SessionRecord,
  type: HistoryType,
): Promise<void> {
  const actor = userActor(session, await tx.findDevice(session.userId, session.deviceId));
  await record(tx, change, { type, session, actor });
}

function digestsOf(codes: readonly string[]): readonly string[] {
  return codes.map(recoveryCodeDigest).filter((digest) => digest !== null);
}
