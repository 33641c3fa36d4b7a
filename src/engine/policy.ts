import { RollcallError } from '../errors.ts';
import type { LookUp, Overdue } from './ports.ts';
import type { SessionRecord, Standing, TerminationReason } from './session.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** The limits in force for all sessions. Durations in seconds. */
export interface Policy {
  /** Longest gap between requests of the owner, from `lastActiveAt`. */
  readonly inactivityTimeoutSeconds: number;
  /** Longest life whatever the activity, from `authenticatedAt`. */
  readonly absoluteTimeoutSeconds: number;
  /** Sessions a user may have at once; at the limit the longest idle ends. */
  readonly sessionLimit: number;
  /** How recent a proof must be to end one session or change a factor. */
  readonly stepUpWindowSeconds: number;
  /** The same for acts that end many sessions. */
  readonly bulkStepUpWindowSeconds: number;
}

/** Limits of NIST SP 800-63B-4 (2.1.3, 2.2.3, 2.3.3) by assurance: 30 days; 24 hours and 1 hour; 12 hours and 15 minutes. */
export const presets = {
  standard: {
    inactivityTimeoutSeconds: 14 * day,
    absoluteTimeoutSeconds: 30 * day,
    sessionLimit: 100,
    stepUpWindowSeconds: 10 * minute,
    bulkStepUpWindowSeconds: 5 * minute,
  },
  strong: {
    inactivityTimeoutSeconds: hour,
    absoluteTimeoutSeconds: day,
    sessionLimit: 100,
    stepUpWindowSeconds: 10 * minute,
    bulkStepUpWindowSeconds: 5 * minute,
  },
  hardware: {
    inactivityTimeoutSeconds: 15 * minute,
    absoluteTimeoutSeconds: 12 * hour,
    sessionLimit: 100,
    stepUpWindowSeconds: 10 * minute,
    bulkStepUpWindowSeconds: 5 * minute,
  },
} as const satisfies Record<string, Policy>;

export type PresetName = keyof typeof presets;

const lowest: Policy = {
  inactivityTimeoutSeconds: minute,
  absoluteTimeoutSeconds: minute,
  sessionLimit: 1,
  stepUpWindowSeconds: minute,
  bulkStepUpWindowSeconds: minute,
};

const stepUpCap = { stepUpWindowSeconds: hour, bulkStepUpWindowSeconds: hour };

/**
 * A preset with some limits replaced, frozen. Timeouts can only be shortened below the preset's, the session limit is
 * 1 to 10,000, step-up windows 1 to 60 minutes; everything is a whole number. Throws `invalid_setting`.
 */
export function policyOf(preset: PresetName, limits: Partial<Policy> = {}): Policy {
  const highest: Policy = { ...presets[preset], ...stepUpCap, sessionLimit: 10_000 };
  const policy = { ...presets[preset], ...limits };
  for (const name of Object.keys(lowest) as (keyof Policy)[]) {
    const value = policy[name];
    if (Number.isInteger(value) && value >= lowest[name] && value <= highest[name]) continue;
    const detail = `${name} must be a whole number from ${lowest[name]} to ${highest[name]}.`;
    throw new RollcallError('invalid_setting', { detail });
  }
  return Object.freeze(policy);
}

/** When a session ends by itself if nothing more happens: the earlier of both timeouts, epoch milliseconds. */
export function expiresAt(session: SessionRecord, policy: Policy): number {
  const inactive = session.lastActiveAt + policy.inactivityTimeoutSeconds * 1000;
  const absolute = session.authenticatedAt + policy.absoluteTimeoutSeconds * 1000;
  return Math.min(inactive, absolute);
}

/** Why a session that carries these instants is over at `now`, or null. */
export function timeoutOf(
  session: Pick<SessionRecord, 'authenticatedAt' | 'lastActiveAt'>,
  policy: Policy,
  now: number,
): 'absolute_timeout' | 'inactivity_timeout' | null {
  if (now >= session.authenticatedAt + policy.absoluteTimeoutSeconds * 1000) return 'absolute_timeout';
  if (now >= session.lastActiveAt + policy.inactivityTimeoutSeconds * 1000) return 'inactivity_timeout';
  return null;
}

/** Whether the epochs a session was made under are still those in force, and its user enabled; else why it is dead. */
export function standingRefusal(
  session: SessionRecord,
  standing: Standing,
  instanceEpoch: number,
): TerminationReason | null {
  if (standing.isDisabled) return 'user_disabled';
  const isCurrent = session.userEpoch === standing.epoch && session.instanceEpoch === instanceEpoch;
  return isCurrent ? null : 'revoked';
}

/** Why the session is not active at `now`, or null when it is. The whole decision, on the server's clock alone. */
export function judge(
  { session, standing, instanceEpoch }: LookUp,
  policy: Policy,
  now: number,
): TerminationReason | null {
  if (session.termination !== null) return session.termination.reason;
  return standingRefusal(session, standing, instanceEpoch) ?? timeoutOf(session, policy, now);
}

/** The instants before which an open session is past a timeout. */
export function overdueAt(policy: Policy, now: number): Overdue {
  return {
    authenticatedBefore: now - policy.absoluteTimeoutSeconds * 1000 + 1,
    activeBefore: now - policy.inactivityTimeoutSeconds * 1000 + 1,
  };
}

/** Whether the latest proof is recent enough; a proof from the future (the clock stepped back) is not. */
export function hasRecentProof(session: SessionRecord, windowSeconds: number, now: number): boolean {
  return session.authenticatedAt <= now && now - session.authenticatedAt < windowSeconds * 1000;
}

/** Which sessions must end so that one more fits the limit: the longest idle first. */
export function beyondLimit(open: readonly SessionRecord[], policy: Policy): readonly SessionRecord[] {
  const surplus = open.length + 1 - policy.sessionLimit;
  if (surplus <= 0) return [];
  return open.toSorted((left, right) => left.lastActiveAt - right.lastActiveAt).slice(0, surplus);
}
