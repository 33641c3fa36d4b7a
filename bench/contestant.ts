import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Order, Report, Round } from './messages.ts';
import type { Listing } from './subjects.ts';

const worker = join(import.meta.dirname, 'worker.ts');

/** A subject in a process of its own: its garbage, its compiled code and its caches are nobody else's. */
export class Contestant {
  readonly listing: Listing;
  readonly sessions: number;
  readonly rounds: Round[] = [];
  /** Known after the warm-up. */
  checksPerSecond = 0;
  readonly #process: ChildProcess;

  private constructor(listing: Listing, sessions: number, child: ChildProcess) {
    this.listing = listing;
    this.sessions = sessions;
    this.#process = child;
  }

  /** Starts the process and resolves when its sessions are loaded. With `profileFolder` it leaves a CPU profile there. */
  static async start(listing: Listing, folder: string, profileFolder: string | null): Promise<Contestant> {
    const ownFolder = join(folder, listing.name);
    mkdirSync(ownFolder);
    const profiling = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
    const child = fork(worker, [listing.name, ownFolder], {
      execArgv: ['--disable-warning=ExperimentalWarning', ...profiling],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    const report = await reportOf(child, listing);
    if (report.kind !== 'ready') throw new Error(`${listing.name} was not ready`);
    return new Contestant(listing, report.sessions, child);
  }

  async warmUp(milliseconds: number): Promise<void> {
    const report = await this.#ask({ kind: 'warm-up', milliseconds });
    if (report.kind === 'warmed-up') this.checksPerSecond = report.checksPerSecond;
  }

  /** Rejects when an answer names the wrong user, or a credential that must be refused is accepted. */
  async prove(checks: number, seed: number): Promise<void> {
    await this.#ask({ kind: 'prove', checks, seed });
  }

  /** One timed round of about so many milliseconds. */
  async measure(milliseconds: number, seed: number): Promise<void> {
    const checks = Math.ceil((this.checksPerSecond * milliseconds) / 1000);
    const report = await this.#ask({ kind: 'round', checks, seed });
    if (report.kind === 'measured') this.rounds.push(report.round);
  }

  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.disconnect();
    await exited;
  }

  #ask(order: Order): Promise<Report> {
    const report = reportOf(this.#process, this.listing);
    this.#process.send(order);
    return report;
  }
}

/** The next report of the process; rejects when it ends instead. */
function reportOf(child: ChildProcess, { name }: Listing): Promise<Report> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => reject(new Error(`the process of ${name} ended; its message is above`));
    child.once('exit', onExit);
    child.once('message', (report: Report) => {
      child.off('exit', onExit);
      resolve(report);
    });
  });
}
