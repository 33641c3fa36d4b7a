import type { Database } from './database.ts';
import { Line } from './line.ts';
import type { Machine } from './machine.ts';
import { type Outcome, SimulatedNode } from './node.ts';
import { SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

/** A machine with its line to the database and the node that runs on it, as clients see it. */
export class Host {
  readonly machine: Machine;
  readonly line: Line;
  readonly #world: World;
  readonly #database: Database;
  #node: SimulatedNode | null = null;
  #isServing = false;
  #starts = 0;
  /** The latest process; a node is made in it, and may crash while it is made. */
  #process: SimulatedProcess | null = null;

  constructor(machine: Machine, database: Database) {
    this.machine = machine;
    this.#world = machine.world;
    this.#database = database;
    this.line = new Line(machine.world, database);
  }

  get name(): string {
    return this.machine.name;
  }

  get node(): SimulatedNode | null {
    return this.#node;
  }

  get isServing(): boolean {
    return this.#node !== null && this.#isServing;
  }

  /** Starts a node, which serves at once: without a lease it asks the store. */
  start(): void {
    this.#process?.end();
    this.#starts += 1;
    const process = new SimulatedProcess(`${this.name}.${this.#starts}`, this.machine);
    this.#process = process;
    this.#world.note(() => `${process.id} starts`);
    const node = new SimulatedNode(process, this.line, this.#database);
    this.#node = node;
    this.#isServing = true;
    process.onEnd(() => {
      if (this.#node === node) this.#node = null;
    });
    void node.cluster.start();
  }

  /** The process is gone, and all it knew. */
  crash(): void {
    const process = this.#process;
    if (process === null || !process.isAlive) return;
    this.#world.note(() => `${process.id} crashes`);
    this.#world.coverage.count('crashes');
    process.end();
  }

  /** The run is over. */
  stop(): void {
    this.#process?.end();
  }

  /** Stops serving, lets what is under way finish for a moment, and leaves (rule 7). */
  async leave(): Promise<void> {
    const node = this.#node;
    if (node === null || !this.isServing) return;
    this.#world.note(() => `${node.process.id} stops serving`);
    this.#isServing = false;
    const untilAt = this.#world.timeline.now + 300;
    while (node.underWay > 0 && this.#world.timeline.now < untilAt) await this.#world.timeline.pause(20);
    if (!node.process.isAlive) return;
    node.process.deliver(() => void this.#leaveNow(node));
  }

  /**
   * Asks the node. `work` runs when the request reaches it; `settle` when its promise is settled there and the process
   * still lives, which is when an answer can be on its way. The outcome is what the client hears; with a patience it
   * stops listening after so long.
   */
  request<T>(
    work: (node: SimulatedNode) => T | Promise<T>,
    settle: (value: T, node: SimulatedNode) => void,
    patienceMs: number | null = null,
  ): Promise<Outcome<T>> {
    return new Promise((resolve) => {
      const node = this.#node;
      if (node === null || !this.isServing) {
        this.#world.timeline.after(1, () => resolve({ kind: 'unanswered' }));
        return;
      }
      const giveUp = (): void => resolve({ kind: 'unanswered' });
      const forget = node.process.onEnd(giveUp);
      const cancel = patienceMs === null ? null : this.#world.timeline.after(patienceMs, giveUp);
      const answer = (outcome: Outcome<T>): void => {
        node.process.emit(() => {
          forget();
          cancel?.();
          if (outcome.kind === 'done') settle(outcome.value, node);
          resolve(outcome);
        });
      };
      node.process.deliver(() => node.serve(work, answer));
    });
  }

  async #leaveNow(node: SimulatedNode): Promise<void> {
    await node.cluster.leave();
    if (!node.process.isAlive) return;
    this.#world.coverage.count('leaves');
    this.#world.note(() => `${node.process.id} has left`);
    node.process.end();
  }
}
