import { Checker, type Violation } from './checker.ts';
import type { Act, Ended, Operation, Outcome, Token } from './history.ts';
import type { Answer } from './requests.ts';

/** What a run counted so far. */
export interface Counts {
  operations: number;
  /** Revocations and sign-outs that were acknowledged. */
  logOuts: number;
  /** Rotations that were acknowledged. */
  rotations: number;
  /** Answers that refused, without 503s. */
  refused: number;
  unavailable: number;
  unknown: number;
  /** How long each acknowledged log-out took, in milliseconds. */
  readonly logOutMs: number[];
  readonly violations: Violation[];
}

/** What is kept of one account's operations, to be written out with a violation. */
const longestHistory = 5_000;

/** Takes down every operation, gives it to the checker and counts it. */
export class Recorder {
  counts: Counts = emptyCounts();
  readonly #checker = new Checker();
  readonly #histories = new Map<number, Ended[]>();
  #number = 0;

  /** Call it right before the request is sent. */
  begin(account: number, node: number, act: Act): Operation {
    this.#number += 1;
    const operation = { number: this.#number, account, node, act, startedAt: performance.now() };
    this.#checker.begun(operation);
    return operation;
  }

  /** Call it with the answer, as soon as it is there. */
  end(operation: Operation, { status, code, endedAt }: Answer, issued: Token | null): Ended {
    const ended = { operation, endedAt, outcome: outcomeOf(status), status, code, issued };
    const violation = this.#checker.ended(ended);
    if (violation !== null) this.counts.violations.push(violation);
    this.#count(ended);
    this.#keep(ended);
    return ended;
  }

  /** The latest operations on an account, in the order they ended. */
  historyOf(account: number): readonly Ended[] {
    return this.#histories.get(account) ?? [];
  }

  /** Begins to count anew; what was counted until now. What the checker knows stays. */
  takeCounts(): Counts {
    const { counts } = this;
    this.counts = emptyCounts();
    return counts;
  }

  #count({ operation: { act, startedAt }, outcome, endedAt }: Ended): void {
    const { counts } = this;
    counts.operations += 1;
    if (outcome === 'refused') counts.refused += 1;
    if (outcome === 'unavailable') counts.unavailable += 1;
    if (outcome === 'unknown') counts.unknown += 1;
    if (outcome !== 'done' || act.kind === 'use' || act.kind === 'sign-in') return;
    if (act.kind === 'step-up') {
      counts.rotations += 1;
      return;
    }
    counts.logOuts += 1;
    counts.logOutMs.push(endedAt - startedAt);
  }

  #keep(ended: Ended): void {
    const { account } = ended.operation;
    const history = this.#histories.get(account) ?? [];
    this.#histories.set(account, history);
    history.push(ended);
    if (history.length > longestHistory) history.splice(0, longestHistory / 2);
  }
}

function emptyCounts(): Counts {
  return {
    ...{ operations: 0, logOuts: 0, rotations: 0, refused: 0, unavailable: 0, unknown: 0 },
    ...{ logOutMs: [], violations: [] },
  };
}

function outcomeOf(status: number): Outcome {
  if (status === 0) return 'unknown';
  if (status === 503) return 'unavailable';
  return status >= 200 && status < 300 ? 'done' : 'refused';
}
