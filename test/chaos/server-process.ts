import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What the parent asks of a server. */
export type WorkerCommand =
  | { readonly type: 'shift'; readonly shiftMs: number }
  /** Ends it as SIGTERM ends the service. */
  | { readonly type: 'stop' };

/** What a server tells its parent. */
export type WorkerReport = { readonly type: 'ready' } | { readonly type: 'shifted' };

export interface ServerSettings {
  readonly port: number;
  /** The same for all of them, as behind a proxy. */
  readonly publicUrl: string;
  readonly databaseUrl: string;
  readonly secretFile: string;
  /** A build with one rule broken, by its name in `test/simulation/mutants.ts`. */
  readonly mutant?: string;
}

const worker = join(import.meta.dirname, 'server-worker.ts');
/** Breaks what is loaded after it. */
const mutate = join(import.meta.dirname, '../simulation/mutate.ts');
/** What was compiled once is not compiled again: servers are started dozens of times. */
const compileCache = join(import.meta.dirname, '../../build/compile-cache');
const longestLog = 100_000;

/** One server, in a process that can be killed, paused and lied to about the time. */
export class ServerProcess {
  readonly settings: ServerSettings;
  #child: ChildProcess | null = null;
  #log = '';
  /** Ends that nobody asked for, in words. */
  readonly crashes: string[] = [];

  constructor(settings: ServerSettings) {
    this.settings = settings;
  }

  /** What it wrote last. */
  get log(): string {
    return this.#log;
  }

  get isRunning(): boolean {
    return this.#child !== null;
  }

  /** Starts it, with a right clock; resolves when it listens. */
  async start(): Promise<void> {
    const { mutant } = this.settings;
    const child = fork(worker, [], {
      env: environmentOf(this.settings),
      execArgv: mutant === undefined ? [] : ['--import', mutate],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => this.#hear(text));
    const end = (): unknown => child.kill('SIGKILL');
    process.once('exit', end);
    child.once('exit', (code, signal) => {
      process.off('exit', end);
      if (this.#child !== child) return;
      this.#child = null;
      this.crashes.push(`ended by itself (${code ?? signal})\n${this.#log}`);
    });
    await this.#told(child, 'ready');
  }

  /** SIGKILL; resolves when it is gone. Does nothing when it is not running. */
  async crash(): Promise<void> {
    const child = this.#forget();
    if (child === null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** Ends it as an operator does. */
  async stop(): Promise<void> {
    const child = this.#forget();
    if (child === null) return;
    const exited = once(child, 'exit');
    child.send({ type: 'stop' } satisfies WorkerCommand);
    await exited;
  }

  /** SIGSTOP: it stands still until `wake`. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  /** SIGCONT. */
  wake(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Puts its wall clock so many milliseconds ahead of the machine's, or behind; resolves when it has. */
  async shiftClock(shiftMs: number): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    const shifted = this.#told(child, 'shifted');
    child.send({ type: 'shift', shiftMs } satisfies WorkerCommand);
    await shifted;
  }

  #forget(): ChildProcess | null {
    const child = this.#child;
    this.#child = null;
    return child;
  }

  #hear(text: Buffer): void {
    this.#log = (this.#log + text.toString()).slice(-longestLog);
  }

  #told(child: ChildProcess, type: WorkerReport['type']): Promise<void> {
    return new Promise((resolve, reject) => {
      const listen = (report: unknown): void => {
        if ((report as WorkerReport).type !== type) return;
        child.off('message', listen);
        child.off('exit', refuse);
        resolve();
      };
      const refuse = (): void => reject(new Error(`The server has ended.\n${this.#log}`));
      child.on('message', listen);
      child.once('exit', refuse);
    });
  }
}

/** Nothing of the tester's environment decides anything. */
function environmentOf(settings: ServerSettings): NodeJS.ProcessEnv {
  const { port, publicUrl, databaseUrl, secretFile, mutant } = settings;
  return {
    NODE_COMPILE_CACHE: compileCache,
    PORT: String(port),
    ROLLCALL_PUBLIC_URL: publicUrl,
    ROLLCALL_DATABASE_URL: databaseUrl,
    ROLLCALL_SECRET_FILE: secretFile,
    // Each account comes from an address of its own, so that no limit on guessing is met.
    ROLLCALL_TRUSTED_PROXIES: '127.0.0.1/32',
    ...(mutant === undefined ? {} : { ROLLCALL_MUTANT: mutant }),
  };
}
