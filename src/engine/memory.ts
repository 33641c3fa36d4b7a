import type { LookUp } from './ports.ts';
import type { SessionRecord, Standing } from './session.ts';
import { memoryKeyOfDigest } from './token.ts';

/** A user's standing as shared by all of the user's sessions in memory. */
interface SharedStanding extends Standing {
  /** Set when the standing changed: every session that points here must be read again. */
  isStale: boolean;
  /** Sessions in memory that point here. */
  holders: number;
}

/** A session in memory, ready to be answered. */
export interface MemoryEntry {
  readonly session: SessionRecord;
  readonly key: string;
  readonly authenticatedAt: number;
  readonly standing: SharedStanding;
  /** The answer of a verify, made once so that a hit allocates nothing. */
  readonly answer: { readonly isActive: true; readonly session: SessionRecord };
  /** The owner's latest request seen here, which the store may not know yet. */
  lastActiveAt: number;
  /** The activity the store knows of. */
  writtenActiveAt: number;
}

/**
 * The sessions this process may answer for without asking the store. What is evicted can only come back from a read that
 * began after the eviction: `fill` compares the mark taken before the read (design, section 7, rule 4).
 */
export class SessionMemory {
  readonly #byKey = new Map<string, MemoryEntry>();
  readonly #byId = new Map<string, MemoryEntry>();
  readonly #standings = new Map<string, SharedStanding>();
  readonly #capacity: number;
  #instanceEpoch = -1;
  #mark = 0;

  /** @param capacity sessions kept at most; the longest kept goes first. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Sessions in memory now. */
  get size(): number {
    return this.#byId.size;
  }

  /** Take before reading the store; hand to `fill` with what was read. */
  mark(): number {
    return this.#mark;
  }

  /**
   * The session of a token, by `memoryKeyOf` the token: nothing else has to be compared, since nobody can steer a digest.
   * What is found was active when it was read, and no end or raised epoch has come to it since; only time has passed.
   */
  find(key: string): MemoryEntry | undefined {
    return freshOnly(this.#byKey.get(key));
  }

  get(id: string): MemoryEntry | undefined {
    return freshOnly(this.#byId.get(id));
  }

  /** Keeps an active session that was read, unless anything was evicted since the mark. */
  fill(mark: number, { session, standing, instanceEpoch }: LookUp): void {
    if (mark !== this.#mark) return;
    if (instanceEpoch !== this.#instanceEpoch) this.#forgetAll(instanceEpoch);
    this.#drop(session.id);
    if (this.#byId.size >= this.#capacity) this.#dropOldest();
    const entry = entryOf(session, this.#share(session.userId, standing));
    entry.standing.holders += 1;
    this.#byKey.set(entry.key, entry);
    this.#byId.set(session.id, entry);
  }

  /** From here on the session is answered from the store. */
  evict(id: string): void {
    this.#mark += 1;
    this.#drop(id);
  }

  /** The same for all sessions of a user. */
  evictUser(userId: string): void {
    this.#mark += 1;
    const standing = this.#standings.get(userId);
    if (standing === undefined) return;
    standing.isStale = true;
    this.#standings.delete(userId);
  }

  /** The same for every session. */
  evictAll(): void {
    this.#mark += 1;
    this.#forgetAll(-1);
  }

  #forgetAll(instanceEpoch: number): void {
    this.#byKey.clear();
    this.#byId.clear();
    this.#standings.clear();
    this.#instanceEpoch = instanceEpoch;
  }

  #share(userId: string, { epoch, isDisabled }: Standing): SharedStanding {
    const known = this.#standings.get(userId);
    if (known !== undefined && known.epoch === epoch && known.isDisabled === isDisabled) return known;
    if (known !== undefined) known.isStale = true;
    const fresh = { epoch, isDisabled, isStale: false, holders: 0 };
    this.#standings.set(userId, fresh);
    return fresh;
  }

  #drop(id: string): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) return;
    this.#byId.delete(id);
    this.#byKey.delete(entry.key);
    entry.standing.holders -= 1;
    const { userId } = entry.session;
    if (entry.standing.holders === 0 && this.#standings.get(userId) === entry.standing)
      this.#standings.delete(userId);
  }

  #dropOldest(): void {
    const oldest = this.#byId.keys().next();
    if (!oldest.done) this.#drop(oldest.value);
  }
}

function freshOnly(entry: MemoryEntry | undefined): MemoryEntry | undefined {
  return entry === undefined || entry.standing.isStale ? undefined : entry;
}

function entryOf(session: SessionRecord, standing: SharedStanding): MemoryEntry {
  const { authenticatedAt, lastActiveAt } = session;
  const answer = { isActive: true, session } as const;
  const key = memoryKeyOfDigest(session.digest);
  return { session, key, authenticatedAt, standing, answer, lastActiveAt, writtenActiveAt: lastActiveAt };
}
