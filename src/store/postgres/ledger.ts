import type { FeedPlace, Random, Revocation } from '../../engine/ports.ts';
import { RollcallError } from '../../errors.ts';
import { unavailable } from '../failures.ts';
import type { Ledger } from '../rounds.ts';
import type { Answer, PostgresConnection } from './connection.ts';
import { isAnswered, isLockFailure } from './failures.ts';
import type { Lock } from './locks.ts';
import type { RoundOfChanges } from './transaction.ts';

/** What the ledger is made of. */
export interface LedgerParts {
  /** The writing connection, opened at the first round and after it was lost. */
  readonly connect: () => Promise<PostgresConnection>;
  /** One statement that takes the cluster's exclusive lock, writes the feed's entry and gives the new sequence. */
  readonly publishStatement: (revocations: readonly Revocation[]) => string;
  readonly random: Random;
}

/** From the first statement of a round to the answer of its commit; then the connection is given up. */
const roundLimitMs = 4_000;
/**
 * How long to wait for a lock, from half of it to all of it by chance, in milliseconds. A round that holds locks already
 * gives way soon: another node's round may be waiting for those, and a change that gave way is tried again.
 */
const firstLockTimeoutMs = 100;
const laterLockTimeoutMs = 30;
/** Other rounds go on for so long before a change that gave way is tried again. */
const retryPauseMs = 150;
/** For the cluster's lock: whoever holds it is committing or renewing, and waits for nothing that we hold. */
const clusterLockTimeoutMs = 2_000;

interface Publication {
  readonly revocation: Revocation;
  readonly place: { sequence: number };
}

/**
 * The rounds of one node on PostgreSQL: a transaction each, on one connection that is opened again after it was lost.
 * What needs no answer is sent ahead, so a change costs the round trips of its own reads and writes alone.
 */
export class PostgresLedger implements Ledger, RoundOfChanges {
  readonly #parts: LedgerParts;
  #connection: PostgresConnection | null = null;
  #deadline: NodeJS.Timeout | null = null;
  #isSingle = false;
  #isUndone = false;
  /** Changes of this round so far. */
  #count = 0;
  /** Statements that wait to be sent with the next that needs an answer. */
  #ahead: readonly string[] = [];
  /** What was sent ahead in this round and failed. */
  #lost: unknown = null;
  #failure: unknown = null;
  /** Locks and revocations of the changes kept, and of the one under way. */
  #kept = emptyChange();
  #change = emptyChange();

  constructor(parts: LedgerParts) {
    this.#parts = parts;
  }

  async begin(changes: number): Promise<void> {
    this.#isSingle = changes === 1;
    this.#isUndone = false;
    this.#count = 0;
    this.#lost = null;
    this.#kept = emptyChange();
    const connection = await this.#parts.connect();
    this.#connection = connection;
    this.#deadline = setTimeout(() => connection.destroy(), roundLimitMs);
    this.#ahead = ['begin'];
  }

  save(): void {
    this.#failure = null;
    this.#change = emptyChange();
    const limit = this.#count === 0 ? firstLockTimeoutMs : laterLockTimeoutMs;
    const savepoint = this.#isSingle ? [] : ['savepoint change'];
    this.#ahead = [...this.#ahead, ...savepoint, `set local lock_timeout = ${this.#jittered(limit)}`];
    this.#count += 1;
  }

  keep(): void {
    for (const key of this.#change.locks) this.#kept.locks.add(key);
    this.#kept.publications.push(...this.#change.publications);
    if (!this.#isSingle) this.#ahead = [...this.#ahead, 'release savepoint change'];
  }

  /** The locks taken since the savepoint are given back as well. */
  async undo(): Promise<void> {
    this.#isUndone = this.#isSingle;
    const undo = this.#isSingle ? 'rollback' : 'rollback to savepoint change; release savepoint change';
    await this.#open().simple(this.#behind(undo));
  }

  failure(): unknown {
    return this.#failure;
  }

  retryAfterMs(error: unknown): number | null {
    return isLockFailure(error) ? this.#jittered(retryPauseMs) : null;
  }

  async commit(): Promise<void> {
    try {
      if (!this.#isUndone) await this.#commit(this.#open());
    } finally {
      this.#stopDeadline();
    }
  }

  async abort(): Promise<void> {
    this.#stopDeadline();
    const connection = this.#connection;
    if (connection?.isOpen !== true) return;
    try {
      await connection.simple('rollback');
    } catch {
      // Then the connection ends, and the transaction with it.
      connection.destroy();
    }
  }

  /** For the transaction: a statement of the change under way. */
  async run(text: string, values: readonly unknown[]): Promise<Answer> {
    try {
      const connection = this.#open();
      if (this.#ahead.length > 0) this.#sendAhead(connection);
      return await connection.run(text, values);
    } catch (error) {
      this.#failure ??= error;
      throw error;
    }
  }

  lock(lock: Lock): void {
    if (this.#kept.locks.has(lock.key) || this.#change.locks.has(lock.key)) return;
    this.#change.locks.add(lock.key);
    // What failed is found by `failure`; whoever waits for the lock fails behind it.
    this.run(lock.statement, lock.values).catch(() => undefined);
  }

  publish(revocation: Revocation): FeedPlace {
    const place = { sequence: 0 };
    this.#change.publications.push({ revocation, place });
    return place;
  }

  async #commit(connection: PostgresConnection): Promise<void> {
    if (this.#lost !== null) throw this.#lost;
    const { publications } = this.#kept;
    const warnings = connection.warnings;
    const answers = await this.#sendCommit(connection, publications);
    // A transaction that had failed answers ROLLBACK, and no error.
    if (answers.at(-1)?.command !== 'COMMIT') throw unavailable(undefined, 'The database undid the change.');
    // A commit that warns was made on this server and not on the standbys it had to wait for.
    if (connection.warnings > warnings) throw new RollcallError('outcome_unknown');
    const sequence = sequenceOf(answers);
    if (publications.length > 0 && sequence === 0) throw new RollcallError('outcome_unknown');
    for (const { place } of publications) place.sequence = sequence;
  }

  async #sendCommit(
    connection: PostgresConnection,
    publications: readonly Publication[],
  ): Promise<readonly Answer[]> {
    try {
      return await connection.simple(this.#behind(this.#commitMessage(publications)), roundLimitMs);
    } catch (cause) {
      if (isAnswered(cause)) throw cause;
      connection.destroy();
      throw new RollcallError('outcome_unknown', { cause });
    }
  }

  /**
   * One message, so that a node that stalls can't hold the cluster's lock. The commit has no time limit on the server:
   * there it would end the wait for a standby, and the commit would count as made.
   */
  #commitMessage(publications: readonly Publication[]): string {
    const commit = 'set local statement_timeout = 0; commit';
    if (publications.length === 0) return commit;
    const publish = this.#parts.publishStatement(publications.map(({ revocation }) => revocation));
    return `set local lock_timeout = ${clusterLockTimeoutMs}; ${publish}; ${commit}`;
  }

  #open(): PostgresConnection {
    if (this.#connection?.isOpen === true) return this.#connection;
    throw unavailable(undefined, 'The connection to the database was lost.');
  }

  /** What waits, in front of these statements. */
  #behind(statements: string): string {
    const all = [...this.#ahead, statements].join('; ');
    this.#ahead = [];
    return all;
  }

  #sendAhead(connection: PostgresConnection): void {
    const statements = this.#ahead.join('; ');
    this.#ahead = [];
    connection.simple(statements).catch((error: unknown) => {
      this.#lost ??= error;
    });
  }

  #jittered(limitMs: number): number {
    const share = ((this.#parts.random.bytes(1)[0] ?? 0) / 255 + 1) / 2;
    return Math.ceil(limitMs * share);
  }

  #stopDeadline(): void {
    if (this.#deadline !== null) clearTimeout(this.#deadline);
    this.#deadline = null;
  }
}

function emptyChange(): { readonly locks: Set<string>; readonly publications: Publication[] } {
  return { locks: new Set(), publications: [] };
}

/** What the publication answered: of the message's statements it alone gives a row. */
function sequenceOf(answers: readonly Answer[]): number {
  const row = answers.find(({ rows }) => rows.length > 0)?.rows[0];
  return row === undefined ? 0 : Number(Object.values(row)[0]);
}
