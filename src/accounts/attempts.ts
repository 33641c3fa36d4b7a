import { type ChangeContext, type HistoryFacts, record } from '../engine/changes.ts';
import { parseToken } from '../engine/token.ts';
import type { Refused } from './answers.ts';
import type { AccountsContext } from './context.ts';
import type { AccountTransaction } from './ports.ts';
import { keys, type Lane, returnAttempts, rules, takeAttempts } from './throttle.ts';

/** Whose password is being tried, from where and by which device. */
export interface Attempt {
  /** Null when the e-mail belongs to nobody; it is counted all the same. */
  readonly userId: string | null;
  readonly canonicalEmail: string;
  readonly network: string;
  /** The device cookie as presented. A device known to the account has a lane of its own, so that strangers can't lock the owner out. */
  readonly deviceToken?: string | null;
  /** The device itself, where a session says which it is. */
  readonly deviceId?: string;
}

/** Takes one attempt from every bucket it falls into, before anything is checked; what was taken, or the refusal. */
export async function takeSignInAttempt(
  context: AccountsContext,
  attempt: Attempt,
): Promise<{ readonly status: 'taken'; readonly lanes: readonly Lane[] } | Refused> {
  return context.store.write(async (tx) => {
    const lanes = await lanesOf(tx, attempt);
    const taken = await takeAttempts(tx, lanes, context.clock.now());
    return taken.allowed ? { status: 'taken', lanes } : tooMany(taken.retryAfterSeconds);
  });
}

/** Gives back what a successful attempt took. */
export async function giveBack(tx: AccountTransaction, lanes: readonly Lane[], now: number): Promise<void> {
  await returnAttempts(tx, lanes, now);
}

/** Takes one attempt of a second-factor code inside the transaction that checks it. */
export async function takeCodeAttempt(
  tx: AccountTransaction,
  userId: string,
  now: number,
): Promise<Refused | null> {
  const taken = await takeAttempts(tx, [codeLane(userId)], now);
  return taken.allowed ? null : tooMany(taken.retryAfterSeconds);
}

/** Gives the code attempt back after a right code. */
export async function giveCodeBack(tx: AccountTransaction, userId: string, now: number): Promise<void> {
  await returnAttempts(tx, [codeLane(userId)], now);
}

/**
 * Writes a failure into the history of the account, if there is one. The same write happens for an unknown e-mail, so that
 * both take the same time; under attack the notes are rationed, so that a history can't be flooded.
 */
export async function noteFailure(
  tx: AccountTransaction,
  context: ChangeContext,
  canonicalEmail: string,
  facts: HistoryFacts | null,
): Promise<void> {
  const lane = { key: keys.note(canonicalEmail), rule: rules.historyNote };
  const taken = await takeAttempts(tx, [lane], context.now);
  if (taken.allowed && facts !== null) await record(tx, context, facts);
}

/** The answer to an attempt that comes too soon. */
export function tooMany(retryAfterSeconds: number): Refused {
  return { status: 'refused', code: 'too_many_attempts', retryAfterSeconds };
}

async function lanesOf(tx: AccountTransaction, attempt: Attempt): Promise<readonly Lane[]> {
  const network = { key: keys.network(attempt.network), rule: rules.passwordPerNetwork };
  const device = await knownDevice(tx, attempt);
  if (device !== null) return [{ key: keys.device(device), rule: rules.passwordPerDevice }];
  return [network, { key: keys.account(attempt.canonicalEmail), rule: rules.passwordPerAccount }];
}

async function knownDevice(tx: AccountTransaction, attempt: Attempt): Promise<string | null> {
  const { userId, deviceToken, deviceId } = attempt;
  if (deviceId !== undefined) return deviceId;
  const presented = deviceToken == null ? null : parseToken('device', deviceToken);
  if (userId === null || presented === null) return null;
  return (await tx.findDeviceByDigest(userId, presented.digest))?.id ?? null;
}

function codeLane(userId: string): Lane {
  return { key: keys.code(userId), rule: rules.codePerAccount };
}
