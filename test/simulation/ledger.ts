import type {
  ClusterLedger,
  FeedNews,
  NodeRecord,
  RenewalReply,
  RenewalRequest,
} from '../../src/cluster/ports.ts';
import type { Database } from './database.ts';
import type { Channel, Line } from './line.ts';
import type { SimulatedProcess } from './process.ts';
import { unavailable } from './store.ts';

/** The ledger of one process: each method one message, which may take effect late, twice, or without an answer. */
export class SimulatedLedger implements ClusterLedger {
  readonly isLeaseNeeded = false;
  readonly #process: SimulatedProcess;
  readonly #line: Line;
  readonly #database: Database;

  constructor(process: SimulatedProcess, line: Line, database: Database) {
    this.#process = process;
    this.#line = line;
    this.#database = database;
  }

  join(node: { readonly nodeId: string; readonly renewal: number }): Promise<number> {
    return this.#ask('renewals', () => this.#database.cluster.join(node));
  }

  renew(request: RenewalRequest): Promise<RenewalReply> {
    this.#database.world.coverage.count('renewals');
    return this.#ask('renewals', () => this.#database.cluster.renew(request));
  }

  catchUp(applied: number): Promise<FeedNews> {
    return this.#ask('feed', () => this.#database.cluster.catchUp(applied));
  }

  confirm(node: { readonly nodeId: string; readonly applied: number }): Promise<void> {
    return this.#ask('feed', () => this.#database.cluster.confirm(node));
  }

  nodes(): Promise<readonly NodeRecord[]> {
    return this.#ask('feed', async () => this.#database.cluster.nodes);
  }

  remove(node: { readonly nodeId: string; readonly renewal: number }): Promise<void> {
    const { nodeId, renewal } = node;
    this.#database.world.note(() => `${this.#process.id} asks to remove ${nodeId} (${renewal})`);
    return this.#ask('upkeep', () => this.#database.cluster.remove(node));
  }

  leave(nodeId: string): Promise<void> {
    return this.#ask('upkeep', () => this.#database.cluster.leave(nodeId));
  }

  trim(): Promise<void> {
    return this.#ask('upkeep', () => this.#database.cluster.trim());
  }

  async #ask<T>(channel: Channel, work: () => Promise<T>): Promise<T> {
    try {
      return await this.#line.send(this.#process, { channel, work, mayDouble: true }).answer;
    } catch (error) {
      throw unavailable(error);
    }
  }
}
