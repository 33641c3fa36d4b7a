import { ClusterNode } from '../../src/cluster/node.ts';
import type { NodeEffects } from '../../src/cluster/ports.ts';
import type { Established } from '../../src/engine/changes.ts';
import { policyOf } from '../../src/engine/policy.ts';
import type { Clock, Evictions, Finality } from '../../src/engine/ports.ts';
import type { SessionRecord } from '../../src/engine/session.ts';
import { type MemoryStats, Sessions, type Verification } from '../../src/engine/sessions.ts';
import { RollcallError } from '../../src/errors.ts';
import { originOf } from '../laboratory.ts';
import type { Database } from './database.ts';
import { SimulatedLedger } from './ledger.ts';
import type { Line } from './line.ts';
import type { SimulatedProcess } from './process.ts';
import { SimulatedStore } from './store.ts';
import type { World } from './world.ts';

/** What came of a request. */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** The node gave an error with this code. */
  | { readonly kind: 'refused'; readonly code: string }
  /** There is no answer: the node is down, went down, or took too long. */
  | { readonly kind: 'unanswered' };

/** What a client that signs in again holds from before. */
interface Held {
  readonly session: SessionRecord;
  readonly deviceToken: string | null;
}

/** One node: the real engine and the real cluster node in a simulated process, wired as the server wires them. */
export class SimulatedNode {
  readonly process: SimulatedProcess;
  readonly sessions: Sessions;
  readonly cluster: ClusterNode;
  readonly #world: World;
  /** Times the feed or the cluster took something out of memory. */
  #evictions = 0;
  #underWay = 0;

  constructor(process: SimulatedProcess, line: Line, database: Database) {
    const { world } = process.machine;
    this.process = process;
    this.#world = world;
    const clock = stepping(process);
    const random = world.dice.fork(process.id);
    this.cluster = new ClusterNode({
      ...{ nodeId: process.id, clock, random },
      ledger: new SimulatedLedger(process, line, database),
      timers: process,
      effects: this.#effects(),
      observe: { acknowledged: (waitedMs) => this.#countWait(waitedMs) },
    });
    this.sessions = new Sessions({
      ...{ clock, random, signals: { publish: () => undefined } },
      store: new SimulatedStore(process, line, database),
      policy: policyOf('standard'),
      finality: this.#finality(),
    });
    process.onEnd(database.cluster.onPublish(() => line.notify(process, () => this.cluster.wake())));
    process.onEnd(() => this.#countMemory(this.sessions.memoryStats()));
  }

  /** Requests that have not been answered. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Answers a request, in the same step when that needs nothing from outside. */
  serve<T>(work: (node: SimulatedNode) => T | Promise<T>, answer: (outcome: Outcome<T>) => void): void {
    const result = work(this);
    if (!(result instanceof Promise)) {
      answer({ kind: 'done', value: result });
      return;
    }
    this.#underWay += 1;
    const end = (outcome: Outcome<T>): void => {
      this.#underWay -= 1;
      answer(outcome);
    };
    result.then(
      (value) => end({ kind: 'done', value }),
      (error) => end({ kind: 'refused', code: codeOf(error) }),
    );
  }

  /** Signs a user in: from a new device, or from the one that holds a session until now. */
  establishFor(userId: string, held: Held | null = null): Promise<Established | null> {
    return this.sessions.establish({
      ...{ userId, origin: originOf(), persistence: 'browser', proofs: [] },
      deviceToken: held?.deviceToken ?? null,
      replaces: held?.session ?? null,
    });
  }

  /** Verifies as a request would, and notes the activity of its owner. */
  verify(token: string): Verification | Promise<Verification> {
    const before = this.#evictions;
    const answer = this.sessions.verify(token);
    if (!(answer instanceof Promise)) return this.#touched(answer);
    return answer.then((found) => {
      if (found.isActive && this.#evictions > before) this.#world.coverage.count('overtakenReads');
      return this.#touched(found);
    });
  }

  #touched(found: Verification): Verification {
    if (found.isActive) this.sessions.touch(found.session);
    return found;
  }

  #finality(): Finality {
    return {
      mayAnswerFromMemory: () => {
        const mayAnswer = this.cluster.mayAnswerFromMemory();
        if (!mayAnswer) this.#world.coverage.count('closedMemory');
        return mayAnswer;
      },
      mayAnswerFromStore: () => this.cluster.mayAnswerFromStore(),
      settled: (sequence) => this.cluster.settled(sequence),
    };
  }

  #effects(): NodeEffects {
    return {
      evict: (evictions) => this.#evict(evictions),
      signals: { publish: () => undefined },
      report: (error) => {
        // A node goes on after what it was told to expect; anything else is a mistake of ours.
        if (!(error instanceof RollcallError && error.code === 'store_unavailable')) throw error;
      },
    };
  }

  #evict(evictions: Evictions): void {
    this.#evictions += 1;
    this.#world.note(() => `${this.process.id} evicts ${describe(evictions)}`);
    this.sessions.evict(evictions);
  }

  #countWait(waitedMs: number): void {
    this.#world.note(() => `${this.process.id} waited ${waitedMs.toFixed(1)} ms for the others`);
    this.#world.coverage.count('waits');
    if (waitedMs >= 1_000) this.#world.coverage.count('waitsByDeadline');
  }

  #countMemory({ hits }: MemoryStats): void {
    this.#world.coverage.count('hits', hits);
  }
}

/** The machine's clocks; each reading is a step at which something may happen to the machine. */
function stepping(process: SimulatedProcess): Clock {
  const { machine } = process;
  return {
    now: () => {
      machine.step();
      return machine.clock.now();
    },
    monotonic: () => {
      machine.step();
      return machine.clock.monotonic();
    },
  };
}

function describe({ sessionIds, userIds, isEverything }: Evictions): string {
  return isEverything ? 'everything' : [...sessionIds.map((id) => id.slice(-4)), ...userIds].join(', ');
}

function codeOf(error: unknown): string {
  return error instanceof RollcallError ? error.code : `a surprise: ${String(error)}`;
}
