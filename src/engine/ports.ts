import type { HistoryEvent, SessionEnd, Signal } from './events.ts';
import type { DeviceRecord, SessionRecord, Standing, Termination } from './session.ts';

/** The only source of time. */
export interface Clock {
  /** Wall time in epoch milliseconds; decides what is shown and when sessions expire. May jump. */
  now(): number;
  /** Milliseconds that only grow while the process runs; for durations. */
  monotonic(): number;
}

/** The only source of randomness: the platform's cryptographic generator. */
export interface Random {
  bytes(count: number): Uint8Array<ArrayBuffer>;
}

/** The part of a session that may change while it is active. */
export type SessionAmendment = Partial<
  Pick<
    SessionRecord,
    'digest' | 'userEpoch' | 'instanceEpoch' | 'authenticatedAt' | 'lastActiveAt' | 'proofs'
  >
>;

/** Activity to record: the latest request of the owner in a session. */
export interface Activity {
  readonly sessionId: string;
  readonly at: number;
}

/**
 * The writes of the engine. All methods of one transaction become durable together or not at all.
 * Every read sees the transaction's own writes, and takes whatever lock is needed so that a decision made on it holds at commit.
 */
export interface SessionTransaction {
  findSession(id: string): Promise<SessionRecord | null>;
  /** The user's sessions without a termination, newest first; timeouts and epochs are not judged. */
  openSessions(userId: string): Promise<readonly SessionRecord[]>;
  insertSession(session: SessionRecord): Promise<void>;
  /** Changes a session that has no termination; false, and no effect, for any other. */
  amendSession(id: string, amendment: SessionAmendment): Promise<boolean>;
  /** Ends those of the ids that have no termination yet; the ids it ended. A termination is never overwritten. */
  terminateSessions(ids: readonly string[], termination: Termination): Promise<readonly string[]>;
  /** Moves `lastActiveAt` forward, never back, and never of a terminated session. */
  recordActivity(activities: readonly Activity[]): Promise<void>;

  findDevice(userId: string, id: string): Promise<DeviceRecord | null>;
  findDeviceByDigest(userId: string, digest: string): Promise<DeviceRecord | null>;
  insertDevice(device: DeviceRecord): Promise<void>;
  /** False when the user has no such device. */
  labelDevice(userId: string, id: string, label: string | null): Promise<boolean>;

  /** Epoch 0 and enabled for a user never heard of. */
  standing(userId: string): Promise<Standing>;
  putStanding(userId: string, standing: Standing): Promise<void>;
  instanceEpoch(): Promise<number>;
  /** Raises the epoch of the instance to the given one, or beyond it when another change did so meanwhile. */
  putInstanceEpoch(epoch: number): Promise<void>;

  appendHistory(events: readonly HistoryEvent[]): Promise<void>;

  /** Puts the revocation into the feed under the number that this transaction's commit gets (design, section 7, rule 1). */
  publishRevocation(revocation: Revocation): Promise<FeedPlace>;
}

/** What no node may answer for out of memory any more, by the widest name that fits. */
export interface Evictions {
  readonly sessionIds: readonly string[];
  /** Users all of whose sessions are meant. */
  readonly userIds: readonly string[];
  readonly isEverything: boolean;
}

/** What a change made unacceptable: what other nodes must forget, and the ends that their open pages are told of. */
export interface Revocation {
  readonly evictions: Evictions;
  readonly ends: readonly SessionEnd[];
}

/** The place of a revocation in the feed. */
export interface FeedPlace {
  /** The revocation sequence of its commit: known, and greater than 0, from then on. 0 in a store of one process. */
  readonly sequence: number;
}

/** What verify needs about one session, read in one query. */
export interface LookUp {
  readonly session: SessionRecord;
  readonly standing: Standing;
  readonly instanceEpoch: number;
}

/** A session with its device, for lists. */
export interface SessionWithDevice {
  readonly session: SessionRecord;
  readonly device: DeviceRecord;
}

/** The instants before which an open session is overdue. */
export interface Overdue {
  readonly authenticatedBefore: number;
  readonly activeBefore: number;
}

/**
 * Where sessions live. Reads outside a transaction see committed state only.
 * A store that cannot answer throws `store_unavailable`; one whose commit has no known result throws `outcome_unknown`.
 */
export interface SessionStore<Tx extends SessionTransaction = SessionTransaction> {
  /** Runs the change in one durable transaction; resolves after its commit. Rejects, with nothing written, when the change throws. */
  write<T>(change: (transaction: Tx) => Promise<T>): Promise<T>;
  lookUp(id: string): Promise<LookUp | null>;
  /** Open sessions of the user with their devices, newest first. */
  sessionsOf(userId: string): Promise<readonly SessionWithDevice[]>;
  device(userId: string, id: string): Promise<DeviceRecord | null>;
  standingOf(userId: string): Promise<Standing>;
  instanceEpochNow(): Promise<number>;
  /** Newest first; only events older than the id `before` when given. At most `limit`. */
  historyOf(userId: string, before: string | null, limit: number): Promise<readonly HistoryEvent[]>;
  /** Open sessions past a timeout, at most `limit`. */
  overdueSessions(overdue: Overdue, limit: number): Promise<readonly SessionRecord[]>;
  /** Removes sessions terminated before the instant, and history before it; at most `limit` of each; how many rows went. */
  purge(before: number, limit: number): Promise<number>;
  /** Resolves when the store answers, else throws `store_unavailable`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Whether memory may answer, and when an end is final on every node (design, section 7). */
export interface Finality {
  /** Whether this process may answer from memory at this moment (rule 3). Asked on every verify. */
  mayAnswerFromMemory(): boolean;
  /**
   * Whether what the store answered just now may be relied on. Always, but where the store can't know by itself that it is
   * still the one all nodes share: then a lease is waited for, a moment at most.
   */
  mayAnswerFromStore(): boolean | Promise<boolean>;
  /**
   * Call at once after the commit of this revocation sequence. Resolves when no node answers from memory for what it
   * ended (rule 5): in milliseconds, at worst after one lease and its margin. Never rejects.
   */
  settled(sequence: number): Promise<void>;
}

/** Where signals go after a commit. Must not throw and must return at once. */
export interface SignalSink {
  publish(signal: Signal): void;
}
