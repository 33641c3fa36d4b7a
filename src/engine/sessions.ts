import { RollcallError } from '../errors.ts';
import { ChangeTurns } from './change-turns.ts';
import {
  type ChangeContext,
  type Established,
  type EstablishInput,
  establishIn,
  type Rotated,
  record,
  requireActive,
  rotateIn,
  terminateAllIn,
  terminateIn,
  terminateOthersIn,
  theSystem,
  userActor,
} from './changes.ts';
import { applyEvictions, Effects } from './effects.ts';
import type { HistoryEvent } from './events.ts';
import { singleProcess } from './finality.ts';
import { SessionMemory } from './memory.ts';
import { judge, overdueAt, type Policy, timeoutOf } from './policy.ts';
import type {
  Clock,
  Evictions,
  FeedPlace,
  Finality,
  Random,
  SessionStore,
  SessionTransaction,
  SessionWithDevice,
  SignalSink,
} from './ports.ts';
import type { Actor, Proof, SessionRecord, TerminationReason } from './session.ts';
import { hasEqualDigest, hasShape, memoryKeyOf, parseToken } from './token.ts';

/** What a presented token is: an active session, or why it is not. */
export type Verification =
  | { readonly isActive: true; readonly session: SessionRecord }
  | { readonly isActive: false; readonly reason: TerminationReason | 'malformed' | 'unknown' };

export interface SessionsOptions<Tx extends SessionTransaction> {
  readonly store: SessionStore<Tx>;
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: Policy;
  readonly signals: SignalSink;
  /** Sessions kept in memory at most; 1,000,000 by default. */
  readonly memoryCapacity?: number;
  /** With many nodes, the lease and the wait; one process on its own store by default. */
  readonly finality?: Finality;
}

/** How verify was answered since the start. */
export interface MemoryStats {
  readonly hits: number;
  /** Asked of the store. */
  readonly misses: number;
  /** Sessions in memory now. */
  readonly size: number;
}

/** Activity younger than this is not written again: "last active" on another node lags by so much at most. */
const touchIntervalMs = 30_000;
/** Sessions a sweep ends in one transaction: a few round trips each, and the transaction must stay within its time. */
const sweepBatch = 100;
/** Activities that a sweep writes in one transaction: some hundredths of a second, for which log-outs wait. */
const activityBatch = 1_000;
/** Rows a purge removes in one transaction: one statement, whatever their number. */
const purgeBatch = 500;

const malformed = { isActive: false, reason: 'malformed' } as const;
const unknown = { isActive: false, reason: 'unknown' } as const;

/** Every operation on sessions. All changes go through `commit`; nothing else writes. */
export class Sessions<Tx extends SessionTransaction = SessionTransaction> {
  readonly policy: Policy;
  readonly #store: SessionStore<Tx>;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #signals: SignalSink;
  readonly #memory: SessionMemory;
  readonly #finality: Finality;
  #hits = 0;
  #misses = 0;
  /** The owner's latest requests that the store does not know yet, by session id. */
  readonly #activities = new Map<string, { readonly userId: string; readonly at: number }>();
  readonly #changeTurns = new ChangeTurns();
  /** Sessions found past a timeout whose end is not written yet: refused even if the clock steps back. */
  readonly #overdue = new Map<string, TerminationReason>();

  constructor(options: SessionsOptions<Tx>) {
    this.policy = options.policy;
    this.#store = options.store;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#signals = options.signals;
    this.#memory = new SessionMemory(options.memoryCapacity ?? 1_000_000);
    this.#finality = options.finality ?? singleProcess;
  }

  /**
   * Decides whether a token belongs to an active session. A query: it never writes. Synchronous when the session is in
   * memory, a promise when the store must be read; rejects with `store_unavailable` when it can't be.
   */
  verify(token: string): Verification | Promise<Verification> {
    if (!hasShape('session', token)) return malformed;
    const entry = this.#memory.find(memoryKeyOf(token));
    if (entry === undefined) return this.#verifyFromStore(token);
    // Rule 3: no lease, no memory.
    if (!this.#finality.mayAnswerFromMemory()) return this.#verifyFromStore(token);
    // Rule 9: another node may have seen activity that memory has not, so a timeout is only ever decided on the store's row.
    if (timeoutOf(entry, this.policy, this.#clock.now()) !== null) return this.#verifyFromStore(token);
    this.#hits += 1;
    return entry.answer;
  }

  /** Takes out of memory what another node ended (rule 2). It can only ever make the store be asked. */
  evict(evictions: Evictions): void {
    applyEvictions(this.#memory, evictions);
  }

  /** What memory did so far, for metrics. */
  memoryStats(): MemoryStats {
    return { hits: this.#hits, misses: this.#misses, size: this.#memory.size };
  }

  /** Notes a request of the owner. Throttled, written in batches by `sweep`; losing it can only shorten the session. */
  touch(session: SessionRecord): void {
    const now = this.#clock.now();
    const entry = this.#memory.get(session.id);
    if (entry !== undefined) entry.lastActiveAt = Math.max(entry.lastActiveAt, now);
    const written = this.#activities.get(session.id)?.at ?? entry?.writtenActiveAt ?? session.lastActiveAt;
    if (now - written >= touchIntervalMs)
      this.#activities.set(session.id, { userId: session.userId, at: now });
  }

  /** Begins a session; null when the user is disabled. */
  establish(input: EstablishInput): Promise<Established | null> {
    return this.commit((tx, context) => establishIn(tx, context, input));
  }

  /** Replaces the token and adds proofs, which restarts both timeouts; `no_active_session` when it ended meanwhile. */
  rotate(session: SessionRecord, proofs: readonly Proof[]): Promise<Rotated> {
    return this.commitBy(session, (tx, context) => rotateIn(tx, context, session, proofs));
  }

  /** Ends the holder's own session. Ending an ended one is no error. */
  async signOut(session: SessionRecord): Promise<void> {
    await this.commitBy(session, async (tx, context) => {
      const device = await tx.findDevice(session.userId, session.deviceId);
      await terminateIn(tx, context, [session], 'signed_out', userActor(session, device));
    });
  }

  /** Ends another session of the same user. An id that is unknown, ended or someone else's changes nothing and looks the same. */
  async revoke(by: SessionRecord, sessionId: string): Promise<void> {
    await this.commitBy(by, async (tx, context) => {
      await requireActive(tx, by);
      const target = await tx.findSession(sessionId);
      if (target === null || target.userId !== by.userId) return;
      const device = await tx.findDevice(by.userId, by.deviceId);
      await terminateIn(tx, context, [target], 'revoked', userActor(by, device));
    });
  }

  /** Ends all sessions of the user but the asking one; how many it ended. */
  async revokeOthers(by: SessionRecord): Promise<number> {
    return this.commitBy(by, async (tx, context) => {
      await requireActive(tx, by);
      return (await terminateOthersIn(tx, context, by, 'revoked')).length;
    });
  }

  /** Ends every session of a user by raising the epoch; how many were open. */
  async revokeAll(userId: string, reason: TerminationReason, actor: Actor): Promise<number> {
    const ended = await this.commit((tx, context) => terminateAllIn(tx, context, userId, reason, actor));
    return ended.length;
  }

  /** Disables a user, which ends all their sessions and refuses new ones, or enables them again. */
  async putDisabled(userId: string, isDisabled: boolean, actor: Actor): Promise<void> {
    await this.commit(async (tx, context) => {
      context.effects.evictUser(userId);
      await tx.putStanding(userId, { ...(await tx.standing(userId)), isDisabled });
      if (isDisabled) await terminateAllIn(tx, context, userId, 'user_disabled', actor);
    });
  }

  /** Ends every session of the instance in one write, whatever their number: after a restore from a backup, for one. */
  async revokeEverything(): Promise<void> {
    await this.commit(async (tx, context) => {
      context.effects.evictAll();
      await tx.putInstanceEpoch((await tx.instanceEpoch()) + 1);
    });
  }

  /** The active sessions of a user with their devices, the latest active first, activity as known to this process. */
  async list(userId: string): Promise<readonly SessionWithDevice[]> {
    const [rows, standing, instanceEpoch] = await Promise.all([
      this.#store.sessionsOf(userId),
      this.#store.standingOf(userId),
      this.#store.instanceEpochNow(),
    ]);
    const now = this.#clock.now();
    return rows
      .map(({ session, device }) => ({ session: this.#withActivity(session), device }))
      .filter(({ session }) => !this.#overdue.has(session.id))
      .filter(({ session }) => judge({ session, standing, instanceEpoch }, this.policy, now) === null)
      .toSorted((left, right) => right.session.lastActiveAt - left.session.lastActiveAt);
  }

  /** Gives a device a name, or takes it away with null; false when the user has no such device. */
  labelDevice(by: SessionRecord, deviceId: string, label: string | null): Promise<boolean> {
    return this.commitBy(by, async (tx, context) => {
      await requireActive(tx, by);
      const device = await tx.findDevice(by.userId, deviceId);
      if (device === null || device.label === label) return device !== null;
      await tx.labelDevice(by.userId, deviceId, label);
      const actor = userActor(by, await tx.findDevice(by.userId, by.deviceId));
      const session = (await tx.openSessions(by.userId)).find((open) => open.deviceId === deviceId) ?? by;
      await record(tx, context, { type: 'device.labelled', session, label, actor });
      context.effects.signal({ type: 'device.labelled', userId: by.userId, deviceId });
      return true;
    });
  }

  /** The owner's history, newest first; `before` is the id of the last event already seen. */
  history(userId: string, before: string | null, limit: number): Promise<readonly HistoryEvent[]> {
    return this.#store.historyOf(userId, before, limit);
  }

  /** Writes activity and ends what is past a timeout. Call it every few seconds; the sessions it ended. */
  async sweep(): Promise<number> {
    await this.#writeActivity();
    let ended = 0;
    for (;;) {
      const found = await this.#store.overdueSessions(overdueAt(this.policy, this.#clock.now()), sweepBatch);
      const ids = [...new Set([...this.#overdue.keys(), ...found.map(({ id }) => id)])].slice(0, sweepBatch);
      const inStep = ids.length === 0 ? 0 : await this.#expire(ids);
      ended += inStep;
      // Those found and not ended were seen active here: the same would be found again.
      if (ids.length < sweepBatch || inStep === 0) return ended;
    }
  }

  /** Removes terminated sessions and history from before the instant, in small steps; how many rows went. */
  async purge(before: number): Promise<number> {
    let removed = 0;
    for (;;) {
      const count = await this.#store.purge(before, purgeBatch);
      removed += count;
      if (count < purgeBatch) return removed;
    }
  }

  /**
   * The one door for changes: runs the change in a durable transaction, evicts what it made unacceptable before and after
   * the commit, tells, and waits until that is final on every node (rules 5 and 9). When it resolves, no request that
   * starts later is accepted with what the change ended. Rejects with `outcome_unknown` when the commit's reply was lost:
   * then a repeat finds out, and waits as well.
   */
  async commit<T>(change: (tx: Tx, context: ChangeContext) => Promise<T>): Promise<T> {
    let effects = new Effects(this.#memory);
    let place: FeedPlace | null = null;
    try {
      const result = await this.#store.write(async (tx) => {
        effects = new Effects(this.#memory);
        const now = this.#clock.now();
        const value = await change(tx, { now, random: this.#random, policy: this.policy, effects });
        const revocation = effects.revocation();
        place = revocation === null ? null : await tx.publishRevocation(revocation);
        return value;
      });
      effects.evictAgain();
      effects.publish(this.#signals);
      await this.#settled(place);
      return result;
    } catch (error) {
      effects.evictAgain();
      throw error;
    }
  }

  /**
   * `commit` for a change that a session asks for, in its turn: few of one user's are under way at once. Rejects with
   * `too_many_attempts`, having changed nothing, when too many wait. Must not be called inside itself.
   */
  commitBy<T>(by: SessionRecord, change: (tx: Tx, context: ChangeContext) => Promise<T>): Promise<T> {
    return this.#changeTurns.run(by, () => this.commit(change));
  }

  async #settled(place: FeedPlace | null): Promise<void> {
    if (place !== null) await this.#finality.settled(place.sequence);
  }

  async #verifyFromStore(token: string): Promise<Verification> {
    const parsed = parseToken('session', token);
    if (parsed === null) return malformed;
    this.#misses += 1;
    const mark = this.#memory.mark();
    const found = await this.#store.lookUp(parsed.id);
    if (found === null || !hasEqualDigest(found.session.digest, parsed.digest)) return unknown;
    const session = this.#withActivity(found.session);
    const refusal = judge({ ...found, session }, this.policy, this.#clock.now());
    if (refusal !== null) return this.#refuse(session, refusal);
    const overdue = this.#overdue.get(session.id);
    if (overdue !== undefined) return { isActive: false, reason: overdue };
    const mayAnswer = this.#finality.mayAnswerFromStore();
    if (mayAnswer !== true && !(await mayAnswer)) throw unsureOfTheStore();
    this.#memory.fill(mark, { ...found, session });
    return { isActive: true, session };
  }

  #refuse(session: SessionRecord, reason: TerminationReason): Verification {
    if (session.termination === null && reason.endsWith('_timeout')) {
      this.#overdue.set(session.id, reason);
      this.#memory.evict(session.id);
    }
    return { isActive: false, reason };
  }

  async #expire(ids: readonly string[]): Promise<number> {
    const ended = await this.commit((tx, context) => this.#expireIn(tx, context, ids));
    for (const id of ids) this.#overdue.delete(id);
    return ended;
  }

  async #expireIn(tx: Tx, context: ChangeContext, ids: readonly string[]): Promise<number> {
    let ended = 0;
    for (const id of ids) {
      const session = await tx.findSession(id);
      if (session === null || session.termination !== null) continue;
      const reason =
        this.#overdue.get(id) ?? timeoutOf(this.#withActivity(session), this.policy, context.now);
      if (reason === null) continue;
      ended += (await terminateIn(tx, context, [session], reason, theSystem())).length;
    }
    return ended;
  }

  #withActivity(session: SessionRecord): SessionRecord {
    const { id, lastActiveAt } = session;
    const seen = Math.max(this.#memory.get(id)?.lastActiveAt ?? 0, this.#activities.get(id)?.at ?? 0);
    return seen > lastActiveAt ? { ...session, lastActiveAt: seen } : session;
  }

  async #writeActivity(): Promise<void> {
    const waiting = [...this.#activities];
    for (let start = 0; start < waiting.length; start += activityBatch)
      await this.#writeActivities(waiting.slice(start, start + activityBatch));
  }

  async #writeActivities(
    written: readonly (readonly [string, { readonly userId: string; readonly at: number }])[],
  ): Promise<void> {
    await this.#store.write((tx) =>
      tx.recordActivity(written.map(([sessionId, { at }]) => ({ sessionId, at }))),
    );
    for (const [sessionId, activity] of written) {
      if (this.#activities.get(sessionId) === activity) this.#activities.delete(sessionId);
      const entry = this.#memory.get(sessionId);
      if (entry !== undefined) entry.writtenActiveAt = activity.at;
      this.#signals.publish({ type: 'session.updated', userId: activity.userId, sessionId });
    }
  }
}

function unsureOfTheStore(): RollcallError {
  return new RollcallError('store_unavailable', {
    detail: 'Without a lease it is not known whether this database server is still the primary.',
  });
}
