import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { after, type Expected, judge, nothing, type Verdict } from './kill-ledger.ts';
import { chooseMoment, Planner } from './kill-plan.ts';
import { WorkerProcess, type WorkerProgram } from './kill-process.ts';
import type { Operation, OperationKind, Question } from './kill-protocol.ts';

const accountsEach = 2;

/** What the kills met. */
export interface Tally {
  kills: number;
  /** Kills with at least one operation begun and not answered. */
  inside: number;
  /** Kills between a decision and its acknowledgement. */
  undecided: number;
  /** Of those decisions, how many were durable and how many were lost. */
  durable: number;
  lost: number;
  readonly kinds: Map<OperationKind, number>;
}

const emptyTally = (): Tally => ({
  kills: 0,
  inside: 0,
  undecided: 0,
  durable: 0,
  lost: 0,
  kinds: new Map(),
});

/** The sum of two. */
export function addTallies(left: Tally, right: Tally): Tally {
  const kinds = new Map(left.kinds);
  for (const [kind, count] of right.kinds) kinds.set(kind, (kinds.get(kind) ?? 0) + count);
  return {
    kills: left.kills + right.kills,
    inside: left.inside + right.inside,
    undecided: left.undecided + right.undecided,
    durable: left.durable + right.durable,
    lost: left.lost + right.lost,
    kinds,
  };
}

/** Everything to ask about some accounts, given all secrets ever issued for them. */
class Records {
  readonly #tokens = new Map<string, string[]>();
  readonly #passwords = new Map<string, Set<string>>();

  note(worker: WorkerProcess): void {
    for (const { operation, issued } of worker.changes()) {
      const { email } = operation;
      if (issued !== null) this.#tokens.set(email, [...(this.#tokens.get(email) ?? []), issued.token]);
      const passwords = this.#passwords.get(email) ?? new Set();
      if (operation.kind === 'sign-up') passwords.add(operation.password);
      if (operation.kind === 'change-password') passwords.add(operation.newPassword);
      this.#passwords.set(email, passwords);
    }
  }

  get emails(): readonly string[] {
    return [...this.#tokens.keys()];
  }

  question(emails: readonly string[]): Question {
    return {
      emails,
      tokens: emails.flatMap((email) => this.#tokens.get(email) ?? []),
      credentials: emails.flatMap((email) =>
        [...(this.#passwords.get(email) ?? [])].map((password) => ({ email, password })),
      ),
    };
  }
}

/** One database whose process is killed again and again. */
export class Lane {
  readonly tally: Tally = emptyTally();
  readonly #path: string;
  readonly #program: WorkerProgram;
  readonly #seed: string;
  readonly #planner: Planner;
  readonly #records = new Records();
  #expected: Expected = nothing;
  #unfinished: readonly Operation[] = [];

  /** @param seed decides the operations, their order and the moments, to the accuracy of timers. */
  constructor(folder: string, seed: string, program: WorkerProgram) {
    this.#program = program;
    this.#path = join(folder, 'rollcall.db');
    this.#seed = seed;
    this.#planner = new Planner(seed);
  }

  /** Runs so many rounds, each ending with a kill and a look at what is left; rejects with what must not be. */
  async run(count: number): Promise<void> {
    let worker = await this.#start();
    for (let round = 0; round < count; round += 1) worker = await this.#round(worker, round);
    await this.#lookAtAll(worker);
    await worker.leave();
  }

  #start(): Promise<WorkerProcess> {
    return WorkerProcess.start(this.#path, this.#program);
  }

  async #round(worker: WorkerProcess, round: number): Promise<WorkerProcess> {
    const emails = Array.from({ length: accountsEach }, (_, index) => `r${round}-${index}@example.com`);
    const retried = this.#unfinished.map(({ email }) => email);
    await this.#flyAndCrash(worker, emails);
    const next = await this.#start();
    this.#records.note(worker);
    const verdict = await this.#judge(worker, next, [...new Set([...emails, ...retried])]);
    this.#count(worker, verdict);
    assert.deepEqual(verdict.violations, [], `lane ${this.#seed}, round ${round}`);
    this.#expected = verdict.expected;
    this.#unfinished = worker.unfinished();
    return next;
  }

  async #flyAndCrash(worker: WorkerProcess, emails: readonly string[]): Promise<void> {
    const planner = this.#planner;
    for (const operations of [planner.signUps(emails), planner.moreSessions(emails, 3)]) {
      worker.begin(operations);
      await worker.idle();
    }
    assert.equal(worker.countOf('refused'), 0, 'all is accepted before the flight');
    worker.begin(planner.retries(this.#unfinished, this.#expected));
    await worker.idle();
    const expected = worker.changes().reduce(after, this.#expected);
    const { type, count, afterMs } = chooseMoment(planner.choices);
    const from = worker.countOf(type);
    worker.begin(emails.flatMap((email) => planner.flight(email, expected)));
    await Promise.race([worker.told(type, from + count), worker.idle()]);
    if (afterMs > 0) await pause(afterMs);
    await worker.crash();
  }

  async #judge(
    worker: WorkerProcess,
    next: WorkerProcess,
    emails: readonly string[],
  ): Promise<Verdict & { readonly total: number }> {
    const question = this.#records.question(emails);
    const changes = worker.changes();
    const verdict = judge({
      before: this.#expected,
      changes,
      acknowledged: worker.acknowledged(),
      observation: await next.look(question),
      emails: new Set(emails),
      credentials: question.credentials,
    });
    return { ...verdict, total: changes.length };
  }

  #count(worker: WorkerProcess, { kept, total }: { readonly kept: number; readonly total: number }): void {
    const { tally } = this;
    const unfinished = worker.unfinished();
    tally.kills += 1;
    tally.inside += unfinished.length > 0 ? 1 : 0;
    for (const kind of new Set(unfinished.map((operation) => operation.kind))) {
      tally.kinds.set(kind, (tally.kinds.get(kind) ?? 0) + 1);
    }
    const numbers = new Set(unfinished.map(({ number }) => number));
    const isOpen = worker.changes().map(({ operation }) => numbers.has(operation.number));
    tally.undecided += isOpen.includes(true) ? 1 : 0;
    tally.durable += isOpen.slice(0, kept).filter(Boolean).length;
    tally.lost += total - kept;
  }

  /** Every account of all rounds once more: no later crash brought anything back or took anything away. */
  async #lookAtAll(worker: WorkerProcess): Promise<void> {
    this.#records.note(worker);
    const emails = this.#records.emails;
    const question = this.#records.question(emails);
    const verdict = judge({
      before: this.#expected,
      changes: [],
      acknowledged: new Set(),
      observation: await worker.look(question),
      emails: new Set(emails),
      credentials: question.credentials,
    });
    assert.deepEqual(verdict.violations, [], `lane ${this.#seed}, at the end`);
  }
}
