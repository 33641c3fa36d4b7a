import { RollcallError } from '../errors.ts';
import type { Effects } from './effects.ts';
import type { HistoryEvent, HistoryType } from './events.ts';
import { beyondLimit, type Policy, standingRefusal } from './policy.ts';
import type { Random, SessionTransaction } from './ports.ts';
import {
  type Actor,
  type DeviceRecord,
  deviceName,
  type Method,
  methodsOf,
  type Origin,
  type Persistence,
  type Proof,
  type SessionRecord,
  type Termination,
  type TerminationReason,
} from './session.ts';
import { hasEqualDigest, mintId, mintToken, parseToken } from './token.ts';

/** What a change knows beside the transaction: one instant for all it writes, randomness, the policy, the effects. */
export interface ChangeContext {
  readonly now: number;
  readonly random: Random;
  readonly policy: Policy;
  readonly effects: Effects;
}

/** How a session begins. */
export interface EstablishInput {
  readonly userId: string;
  readonly origin: Origin;
  readonly proofs: readonly Proof[];
  readonly persistence: Persistence;
  /** The device cookie as presented, or null; anything that is not one of ours counts as null. */
  readonly deviceToken: string | null;
  /** The session the same client held until now, whoever's it was: it ends in the same transaction. */
  readonly replaces: SessionRecord | null;
}

/** A new session and the two secrets its holder gets. */
export interface Established {
  readonly session: SessionRecord;
  readonly device: DeviceRecord;
  /** Secret: the session token. */
  readonly token: string;
  /** Secret: the device cookie to set, or null when the presented one stays. */
  readonly deviceToken: string | null;
}

const systemActor: Actor = { kind: 'system', sessionId: null, deviceName: null };

/** The actor of what the system does by itself. */
export function theSystem(): Actor {
  return systemActor;
}

/** The actor of what a user does from one of their sessions. */
export function userActor(session: SessionRecord, device: DeviceRecord | null): Actor {
  return {
    kind: 'user',
    sessionId: session.id,
    deviceName: deviceName(session.origin, device?.label ?? null),
  };
}

/**
 * Begins a session after an authentication event: always a new token, and the older session of the same device superseded.
 * Null when the user is disabled. Call it in the transaction that re-read what was proven.
 */
export async function establishIn(
  tx: SessionTransaction,
  context: ChangeContext,
  input: EstablishInput,
): Promise<Established | null> {
  const standing = await tx.standing(input.userId);
  if (standing.isDisabled) return null;
  const { device, deviceToken } = await deviceFor(tx, context, input);
  await endReplaced(tx, context, input, device.id);
  const minted = mintToken('session', mintId(context.now, context.random), context.random);
  const session: SessionRecord = {
    id: minted.id,
    userId: input.userId,
    deviceId: device.id,
    digest: minted.digest,
    userEpoch: standing.epoch,
    instanceEpoch: await tx.instanceEpoch(),
    establishedAt: context.now,
    authenticatedAt: context.now,
    lastActiveAt: context.now,
    persistence: input.persistence,
    proofs: input.proofs,
    origin: input.origin,
    termination: null,
  };
  await tx.insertSession(session);
  const actor = userActor(session, device);
  await record(tx, context, {
    type: 'session.established',
    session,
    label: device.label,
    methods: methodsOf(session.proofs),
    actor,
  });
  context.effects.signal({ type: 'session.established', userId: session.userId, sessionId: session.id });
  return { session, device, token: minted.token, deviceToken };
}

/**
 * The session as it stands in this transaction. Throws `no_active_session` when it was ended meanwhile, or its token
 * replaced, so that a request that was already running changes nothing any more: a stolen token must not outlive its
 * rotation in a request whose body is held back.
 */
export async function requireActive(tx: SessionTransaction, session: SessionRecord): Promise<SessionRecord> {
  const current = await tx.findSession(session.id);
  if (current === null || current.termination !== null) throw new RollcallError('no_active_session');
  if (!hasEqualDigest(current.digest, session.digest)) throw new RollcallError('no_active_session');
  const refusal = standingRefusal(current, await tx.standing(session.userId), await tx.instanceEpoch());
  if (refusal !== null) throw new RollcallError('no_active_session');
  return current;
}

/** A session under a new token. */
export interface Rotated {
  /** Secret: the new session token. */
  readonly token: string;
  readonly session: SessionRecord;
}

/**
 * Replaces a session's token and adds proofs, which restarts both timeouts; the old token is dead in the same transaction.
 * Throws `no_active_session` when the session ended or was rotated meanwhile.
 */
export async function rotateIn(
  tx: SessionTransaction,
  context: ChangeContext,
  session: SessionRecord,
  proofs: readonly Proof[],
): Promise<Rotated> {
  const current = await requireActive(tx, session);
  const { token, digest } = mintToken('session', session.id, context.random);
  const amendment = {
    digest,
    proofs: [...current.proofs, ...proofs],
    authenticatedAt: proofs.length > 0 ? context.now : current.authenticatedAt,
    lastActiveAt: Math.max(current.lastActiveAt, context.now),
  };
  context.effects.evict(session.id);
  await tx.amendSession(session.id, amendment);
  context.effects.signal({ type: 'session.updated', userId: session.userId, sessionId: session.id });
  return { token, session: { ...current, ...amendment } };
}

/** Ends those of the sessions that are still open, with one reason; the ones it ended. */
export async function terminateIn(
  tx: SessionTransaction,
  context: ChangeContext,
  sessions: readonly SessionRecord[],
  reason: TerminationReason,
  actor: Actor,
): Promise<readonly SessionRecord[]> {
  for (const session of sessions) context.effects.evict(session.id);
  const termination = { at: context.now, reason, actor };
  const ids = new Set(
    await tx.terminateSessions(
      sessions.map(({ id }) => id),
      termination,
    ),
  );
  const ended = sessions.filter(({ id }) => ids.has(id));
  await tx.appendHistory(await endsOf(tx, context, ended, { reason, actor }));
  for (const { userId, id } of ended) {
    context.effects.signal({
      type: 'session.terminated',
      userId,
      sessionId: id,
      reason,
      at: context.now,
      actor,
    });
  }
  return ended;
}

async function endsOf(
  tx: SessionTransaction,
  context: ChangeContext,
  ended: readonly SessionRecord[],
  cause: Pick<Termination, 'reason' | 'actor'>,
): Promise<readonly HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  for (const session of ended) {
    const label = (await tx.findDevice(session.userId, session.deviceId))?.label ?? null;
    events.push(historyOf(context, { type: 'session.terminated', session, label, ...cause }));
  }
  return events;
}

/** Ends all open sessions of the user but one; the ones it ended. */
export async function terminateOthersIn(
  tx: SessionTransaction,
  context: ChangeContext,
  kept: SessionRecord,
  reason: TerminationReason,
): Promise<readonly SessionRecord[]> {
  const device = await tx.findDevice(kept.userId, kept.deviceId);
  const others = (await tx.openSessions(kept.userId)).filter(({ id }) => id !== kept.id);
  // By the user, so that it costs one entry of the feed, and so that a repeat after an unknown outcome waits as well.
  context.effects.evictUser(kept.userId);
  return terminateIn(tx, context, others, reason, userActor(kept, device));
}

/** Raises the user's epoch and ends every session made under the old one, also any that is being established now. */
export async function terminateAllIn(
  tx: SessionTransaction,
  context: ChangeContext,
  userId: string,
  reason: TerminationReason,
  actor: Actor,
): Promise<readonly SessionRecord[]> {
  const standing = await tx.standing(userId);
  context.effects.evictUser(userId);
  await tx.putStanding(userId, { ...standing, epoch: standing.epoch + 1 });
  return terminateIn(tx, context, await tx.openSessions(userId), reason, actor);
}

/** What a history event is made of; the rest comes from the context. */
export interface HistoryFacts {
  readonly type: HistoryType;
  readonly actor: Actor;
  readonly session?: SessionRecord;
  /** The owner's name for the session's device; without one the client's name stands. */
  readonly label?: string | null;
  readonly userId?: string;
  readonly origin?: Origin;
  readonly methods?: readonly Method[];
  readonly reason?: TerminationReason;
}

/** Writes one fact of the owner's history in the transaction that makes it true. */
export async function record(
  tx: SessionTransaction,
  context: ChangeContext,
  facts: HistoryFacts,
): Promise<void> {
  await tx.appendHistory([historyOf(context, facts)]);
}

function historyOf({ now, random }: ChangeContext, facts: HistoryFacts): HistoryEvent {
  const { session } = facts;
  return {
    id: mintId(now, random),
    userId: facts.userId ?? session?.userId ?? '',
    type: facts.type,
    at: now,
    sessionId: session?.id ?? null,
    deviceName: nameIn(facts),
    origin: facts.origin ?? session?.origin ?? null,
    methods: facts.methods ?? [],
    reason: facts.reason ?? null,
    actor: facts.actor,
  };
}

function nameIn({ session, origin, label }: HistoryFacts): string | null {
  const from = session?.origin ?? origin;
  return from === undefined ? null : deviceName(from, label ?? null);
}

async function deviceFor(
  tx: SessionTransaction,
  { now, random }: ChangeContext,
  { userId, deviceToken }: EstablishInput,
): Promise<{ device: DeviceRecord; deviceToken: string | null }> {
  const presented = deviceToken === null ? null : parseToken('device', deviceToken);
  const known = presented === null ? null : await tx.findDeviceByDigest(userId, presented.digest);
  if (known !== null) return { device: known, deviceToken: null };
  // A well-formed cookie of another user of this browser serves this user too, so that neither displaces the other.
  const minted = presented === null ? mintToken('device', mintId(now, random), random) : null;
  const digest = minted?.digest ?? presented?.digest ?? '';
  const device = { id: mintId(now, random), userId, digest, label: null, firstSeenAt: now };
  await tx.insertDevice(device);
  return { device, deviceToken: minted?.token ?? null };
}

async function endReplaced(
  tx: SessionTransaction,
  context: ChangeContext,
  { userId, replaces }: EstablishInput,
  deviceId: string,
): Promise<void> {
  const open = await tx.openSessions(userId);
  const superseded = open.filter((session) => session.deviceId === deviceId || session.id === replaces?.id);
  if (replaces !== null && replaces.userId !== userId) superseded.push(replaces);
  // Also when it has ended already: whoever ended it may still be waiting until that is final on every node.
  if (replaces !== null) context.effects.evict(replaces.id);
  await terminateIn(tx, context, superseded, 'superseded', theSystem());
  const staying = open.filter((session) => !superseded.includes(session));
  await terminateIn(tx, context, beyondLimit(staying, context.policy), 'session_limit', theSystem());
}
