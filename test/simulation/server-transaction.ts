import type { Revocation } from '../../src/engine/ports.ts';
import type { Database } from './database.ts';
import type { Release } from './locks.ts';
import { StagedRows } from './session-tables.ts';

/** A statement or commit came for a transaction that was undone. */
export class TransactionGone extends Error {
  constructor() {
    super('the transaction was undone');
    this.name = 'TransactionGone';
  }
}

/** The database's side of one transaction: the locks it holds and the rows only it sees. */
export class ServerTransaction {
  readonly rows: StagedRows;
  readonly #database: Database;
  readonly #incarnation: number;
  readonly #locks = new Map<string, Promise<Release>>();
  #state: 'open' | 'committing' | 'committed' | 'undone' = 'open';

  constructor(database: Database) {
    this.#database = database;
    this.#incarnation = database.incarnation;
    this.rows = new StagedRows(database.sessions);
  }

  get isCommitted(): boolean {
    return this.#state === 'committed';
  }

  holds(userId: string): boolean {
    return this.#locks.has(userId);
  }

  /** Takes the user's lock until the end; undone when it can't be had. */
  async lock(userId: string): Promise<void> {
    this.#require('open');
    let held = this.#locks.get(userId);
    if (held === undefined) {
      held = this.#database.lockUser(userId);
      this.#locks.set(userId, held);
    }
    try {
      await held;
      this.#require('open');
    } catch (error) {
      this.undo();
      throw error;
    }
  }

  /**
   * One last message: takes the exclusive lock if anything is published, raises the sequence, writes the feed and makes all
   * of it visible in one instant (rule 1). The sequence, or 0 when nothing was published.
   */
  async commit(nodeId: string, revocations: readonly Revocation[]): Promise<number> {
    this.#require('open');
    this.#state = 'committing';
    const isPublishing = revocations.length > 0;
    const release = isPublishing ? await this.#excludeOthers() : null;
    await this.#database.reachDisk();
    this.rows.publish();
    const sequence = isPublishing ? this.#database.cluster.publish(nodeId, revocations) : 0;
    if (isPublishing)
      this.#database.world.note(() => `database: commit of ${nodeId} is sequence ${sequence}`);
    this.#state = 'committed';
    this.#releaseAll();
    release?.();
    return sequence;
  }

  /** Undoes everything, unless the commit has begun. */
  undo(): void {
    if (this.#state !== 'open') return;
    this.#state = 'undone';
    this.#releaseAll();
  }

  async #excludeOthers(): Promise<Release> {
    try {
      return await this.#database.cluster.exclude();
    } catch (error) {
      this.#state = 'open';
      this.undo();
      throw error;
    }
  }

  #require(state: 'open'): void {
    if (this.#state !== state || this.#database.incarnation !== this.#incarnation)
      throw new TransactionGone();
  }

  #releaseAll(): void {
    for (const lock of this.#locks.values()) {
      lock.then(
        (release) => release(),
        () => undefined,
      );
    }
    this.#locks.clear();
  }
}
