import type { Method } from '../engine/session.ts';
import type { AccountsContext } from './context.ts';
import type { AccountTransaction } from './ports.ts';
import { recoveryCodeDigest } from './recovery-codes.ts';
import { matchTotpStep } from './totp.ts';

/** A code as typed, and which kind the person says it is. */
export interface OfferedCode {
  readonly method: 'totp' | 'recovery-code';
  readonly code: string;
}

/** Uses up a second-factor code of the user; how it counts as proof, or null when it is wrong or used. At most once per code. */
export async function useCode(
  context: AccountsContext,
  tx: AccountTransaction,
  userId: string,
  { method, code }: OfferedCode,
): Promise<Method | null> {
  const totp = await tx.findTotp(userId);
  if (totp?.confirmedAt == null) return null;
  if (method === 'totp') return (await useTotpCode(context, tx, userId, code)) ? 'otp' : null;
  const digest = recoveryCodeDigest(code);
  const isUsed = digest !== null && (await tx.useRecoveryCode(userId, digest, context.clock.now()));
  return isUsed ? 'recovery' : null;
}

/** Accepts the code of an authenticator app, confirmed or not, whose time step was never used before. */
export async function useTotpCode(
  context: AccountsContext,
  tx: AccountTransaction,
  userId: string,
  code: string,
): Promise<boolean> {
  const totp = await tx.findTotp(userId);
  if (totp === null) return false;
  const key = context.vault.open(totp.sealedKey, totpContext(userId));
  const step = matchTotpStep({ key, code, now: context.clock.now() });
  return step !== null && (await tx.acceptTotpStep(userId, step));
}

/** What a sealed TOTP key is bound to, so that one user's can't serve for another. */
export function totpContext(userId: string): string {
  return `totp:${userId}`;
}
