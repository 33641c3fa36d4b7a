import { ClusterTables } from './cluster-tables.ts';
import { DatabaseServer } from './database-server.ts';
import { LockQueue, type Release } from './locks.ts';
import { SessionTables } from './session-tables.ts';
import type { World } from './world.ts';

/** How long a transaction waits for a user's lock before it is undone. */
const userLockLimitMs = 250;

/** The one database. What is committed, it keeps through every restart; locks and open transactions it does not. */
export class Database extends DatabaseServer {
  readonly sessions: SessionTables = new SessionTables();
  readonly cluster: ClusterTables;
  readonly #userLocks = new Map<string, LockQueue>();

  constructor(world: World) {
    super(world);
    this.cluster = new ClusterTables(this);
    this.onStop(() => this.#userLocks.clear());
  }

  /** Takes a user's lock, or rejects with `LockTimeout`. */
  lockUser(userId: string): Promise<Release> {
    let queue = this.#userLocks.get(userId);
    if (queue === undefined) {
      queue = new LockQueue();
      this.#userLocks.set(userId, queue);
    }
    return queue.exclude((task) => this.after(userLockLimitMs, task));
  }
}
