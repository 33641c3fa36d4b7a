import { hash } from 'node:crypto';
import type { AccountTransaction } from './ports.ts';
import type { ThrottleRecord } from './user.ts';

/** How many attempts a full rest allows at once, and how long one attempt takes to come back. */
export interface ThrottleRule {
  readonly burst: number;
  readonly secondsPerAttempt: number;
}

/** The limits on guessing, each for one key. No one but the guesser waits: a known device of the owner has its own bucket. */
export const rules = {
  /** From unknown devices: 525,600 guesses a year from everywhere at once, hopeless against what the password rules let through. */
  passwordPerAccount: { burst: 10, secondsPerAttempt: 60 },
  /** The owner's way in while strangers use up the bucket above; a stolen device cookie gains little. */
  passwordPerDevice: { burst: 10, secondsPerAttempt: 30 },
  /** Against one guess each at many accounts; an office behind one address signs in within the burst. */
  passwordPerNetwork: { burst: 60, secondsPerAttempt: 5 },
  /** Two of a million codes are right at a time: half a year of guessing for an even chance, with the password known. */
  codePerAccount: { burst: 10, secondsPerAttempt: 60 },
  /** A class signs up together; a script doesn't fill the database. */
  signUpPerNetwork: { burst: 200, secondsPerAttempt: 5 },
  /** A strength meter asks while people type; one answer costs up to 60 ms. */
  assessmentPerNetwork: { burst: 300, secondsPerAttempt: 0.2 },
  /** Failures written into one history: an attack leaves its mark, and the rest stays readable. */
  historyNote: { burst: 30, secondsPerAttempt: 600 },
} as const satisfies Record<string, ThrottleRule>;

/**
 * Stable keys of the buckets. An account goes by the digest of its canonical e-mail, whether it exists or not, so that
 * both behave the same and no one's address is stored for having been tried. A network is its canonical prefix
 * (IPv4 /32, IPv6 /64).
 */
export const keys = {
  account: (canonicalEmail: string): string => `password:account:${digestOf(canonicalEmail)}`,
  device: (deviceId: string): string => `password:device:${deviceId}`,
  network: (network: string): string => `password:network:${network}`,
  code: (userId: string): string => `code:user:${userId}`,
  signUp: (network: string): string => `sign-up:network:${network}`,
  note: (canonicalEmail: string): string => `note:account:${digestOf(canonicalEmail)}`,
} as const;

function digestOf(canonicalEmail: string): string {
  return hash('sha256', canonicalEmail, 'base64url');
}

/** A bucket to take from, and its limit. */
export interface Lane {
  readonly key: string;
  readonly rule: ThrottleRule;
}

export interface TakenAttempt {
  readonly allowed: boolean;
  /** To be stored when allowed; otherwise as it was. */
  readonly record: ThrottleRecord;
  /** Whole seconds until this bucket has room; 0 when allowed. */
  readonly retryAfterSeconds: number;
}

/** Whether many attempts may be made together. */
export type AttemptsAnswer =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly retryAfterSeconds: number };

/** Levels are fractions; what rounding leaves must not cost an attempt. */
const tolerance = 1e-6;

/** The bucket of a key that nothing was ever taken from. */
export function emptyThrottle(key: string, now: number): ThrottleRecord {
  return { key, level: 0, at: now };
}

/**
 * Counts one attempt, if there is room. A clock that steps back gives nothing back: a bucket drains only once the clock
 * has passed the latest instant it was used at.
 */
export function takeAttempt(record: ThrottleRecord, rule: ThrottleRule, now: number): TakenAttempt {
  const drained = drain(record, rule, now);
  const excess = drained.level + 1 - rule.burst;
  if (excess <= tolerance) {
    return { allowed: true, record: { ...drained, level: drained.level + 1 }, retryAfterSeconds: 0 };
  }
  // Half the tolerance, so that rounding adds no second and the attempt at the told time is allowed.
  const wait = (excess - tolerance / 2) * rule.secondsPerAttempt + (drained.at - now) / 1000;
  return { allowed: false, record, retryAfterSeconds: Math.ceil(wait) };
}

/** Gives one attempt back, as after a right password. A bucket is never better than empty. */
export function returnAttempt(record: ThrottleRecord, rule: ThrottleRule, now: number): ThrottleRecord {
  const drained = drain(record, rule, now);
  return { ...drained, level: Math.max(0, drained.level - 1) };
}

/**
 * Takes one attempt from every bucket, or none from any when one is full: then the longest wait is told. The keys must
 * differ. Counting and deciding are one step, for every bucket stays locked until the commit.
 */
export async function takeAttempts(
  transaction: AccountTransaction,
  lanes: readonly Lane[],
  now: number,
): Promise<AttemptsAnswer> {
  const taken: TakenAttempt[] = [];
  for (const { key, rule } of inLockOrder(lanes)) {
    const record = (await transaction.lockThrottle(key)) ?? emptyThrottle(key, now);
    taken.push(takeAttempt(record, rule, now));
  }
  if (taken.some(({ allowed }) => !allowed)) {
    return { allowed: false, retryAfterSeconds: Math.max(...taken.map((each) => each.retryAfterSeconds)) };
  }
  for (const { record } of taken) await transaction.putThrottle(record);
  return { allowed: true };
}

/** Gives one attempt back to every bucket. */
export async function returnAttempts(
  transaction: AccountTransaction,
  lanes: readonly Lane[],
  now: number,
): Promise<void> {
  for (const { key, rule } of inLockOrder(lanes)) {
    const record = await transaction.lockThrottle(key);
    if (record !== null) await transaction.putThrottle(returnAttempt(record, rule, now));
  }
}

function drain(record: ThrottleRecord, rule: ThrottleRule, now: number): ThrottleRecord {
  if (now <= record.at) return record;
  const drained = (now - record.at) / 1000 / rule.secondsPerAttempt;
  return { ...record, level: Math.max(0, record.level - drained), at: now };
}

/** One order for all, so that two transactions never wait for each other. */
function inLockOrder(lanes: readonly Lane[]): readonly Lane[] {
  return lanes.toSorted((left, right) => (left.key < right.key ? -1 : 1));
}
