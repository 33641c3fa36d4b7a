import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { build } from 'vite';
import type { Change } from './kill-ledger.ts';
import type { Command, Observation, Operation, Question, Report, StartedOperation } from './kill-protocol.ts';

type ReportType = Report['type'];

interface Waiter {
  readonly type: ReportType;
  readonly count: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const root = join(import.meta.dirname, '../..');

/**
 * Puts the worker and all it imports into one file below the folder: hundreds of starts then cost a third. Returns its path.
 */
export async function buildWorker(folder: string): Promise<string> {
  const native = '@node-rs/argon2';
  await build({
    ...{ configFile: false, root, logLevel: 'silent' },
    ssr: { noExternal: true, external: [native] },
    build: { ssr: 'test/faults/kill-worker.ts', outDir: folder, target: 'node24', minify: false },
  });
  // The add-on stays where it is and is found through this.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return join(folder, 'kill-worker.js');
}

/** Where workers come from. */
export interface WorkerProgram {
  /** As `buildWorker` made it. */
  readonly script: string;
  /** Ends every worker when the test is over, whatever came of it. */
  readonly signal: AbortSignal;
}

/** A worker on a database file, and all that it told. */
export class WorkerProcess {
  readonly reports: Report[] = [];
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #operations = new Map<number, Operation>();
  readonly #ended: Promise<unknown>;
  #waiters: Waiter[] = [];
  #idles = 0;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#child = child;
    // The end of the child and of all it wrote, in whichever order they come.
    this.#ended = once(child, 'close');
    createInterface(child.stdout).on('line', (line) => this.#hear(JSON.parse(line) as Report));
    child.stdin.on('error', () => {});
    child.on('error', () => {});
    child.on('close', () => {
      const error = new Error(`The worker has ended (${child.exitCode ?? child.signalCode}).`);
      for (const { reject } of this.#waiters) reject(error);
      this.#waiters = [];
    });
  }

  /** Starts a worker; resolves once it has opened the file, which shows that the lock of a killed one is free. */
  static async start(path: string, { script, signal }: WorkerProgram): Promise<WorkerProcess> {
    const child = spawn(process.execPath, [script, path], {
      stdio: ['pipe', 'pipe', 'inherit'],
      ...{ signal, killSignal: 'SIGKILL' },
    });
    const worker = new WorkerProcess(child);
    await worker.told('ready', 1);
    return worker;
  }

  /** Starts operations; does not wait for them. */
  begin(operations: readonly StartedOperation[], early: boolean = false): void {
    for (const { operation } of operations) this.#operations.set(operation.number, operation);
    this.#idles += 1;
    this.#send({ type: 'run', operations, early });
  }

  /** Resolves when everything that was begun has been answered. */
  idle(): Promise<void> {
    return this.told('idle', this.#idles);
  }

  /** Resolves when so many reports of the type have come, at once if they have. */
  told(type: ReportType, count: number): Promise<void> {
    if (this.countOf(type) >= count) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.push({ type, count, resolve, reject }));
  }

  /** Looks through the public door. */
  async look(question: Question): Promise<Observation> {
    const count = this.countOf('seen') + 1;
    this.#send({ type: 'look', question });
    await this.told('seen', count);
    const last = this.reports.findLast((report) => report.type === 'seen');
    assert.ok(last?.type === 'seen');
    return last.observation;
  }

  /** The changes it decided, in their order. */
  changes(): readonly Change[] {
    return this.reports.flatMap((report) => {
      const operation = report.type === 'decided' ? this.#operations.get(report.number) : undefined;
      return operation !== undefined && report.type === 'decided'
        ? [{ operation, issued: report.issued }]
        : [];
    });
  }

  /** The numbers of the operations it acknowledged. */
  acknowledged(): ReadonlySet<number> {
    return new Set(this.reports.flatMap((each) => (each.type === 'acknowledged' ? [each.number] : [])));
  }

  /** The operations that had begun and were not answered. */
  unfinished(): readonly Operation[] {
    const open = new Map<number, Operation>();
    for (const report of this.reports) {
      if (report.type === 'begun') {
        const operation = this.#operations.get(report.number);
        if (operation !== undefined) open.set(report.number, operation);
      } else if (report.type === 'acknowledged' || report.type === 'refused') open.delete(report.number);
    }
    return [...open.values()];
  }

  /** SIGKILL; resolves when the process is gone and all it had told was read. */
  async crash(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
    assert.equal(this.#child.signalCode, 'SIGKILL', 'the worker ended before it was killed');
  }

  /** Lets it close the file and end by itself. */
  async leave(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
    assert.equal(this.#child.exitCode, 0);
  }

  #send(command: Command): void {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
  }

  #hear(report: Report): void {
    this.reports.push(report);
    const count = this.countOf(report.type);
    const isDue = (waiter: Waiter) => waiter.type === report.type && waiter.count <= count;
    for (const waiter of this.#waiters.filter(isDue)) waiter.resolve();
    this.#waiters = this.#waiters.filter((waiter) => !isDue(waiter));
  }

  /** How many reports of the type have come. */
  countOf(type: ReportType): number {
    return this.reports.filter((report) => report.type === type).length;
  }
}
