import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { ApiClient, freePort } from '../running-service.ts';

const main = join(import.meta.dirname, '../../src/server/main.ts');

/** What became of a process. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** The service as an operator runs it: `src/server/main.ts` in a process of its own. */
export class ServiceProcess {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the process is gone and all it wrote was read. */
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  #output = '';
  #errors = '';

  constructor(folder: string, port: number) {
    this.port = port;
    this.url = `http://localhost:${port}`;
    // Nothing of the tester's environment may decide anything, and no .env of the folder they are in.
    const env = {
      PORT: String(port),
      ROLLCALL_DATABASE_URL: `sqlite:${join(folder, 'rollcall.db')}`,
      ROLLCALL_SECRET_FILE: join(folder, 'secret'),
    };
    this.#child = spawn(process.execPath, [main], { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    this.pid = this.#child.pid ?? 0;
    this.exited = once(this.#child, 'close').then(([code, signal]) => ({ code, signal }));
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.#output += chunk.toString();
    });
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#errors += chunk.toString();
    });
  }

  /** What it wrote to standard output so far. */
  get output(): string {
    return this.#output;
  }

  /** What it wrote to standard error so far: its log and, when it did not start, why. */
  get errors(): string {
    return this.#errors;
  }

  /** Resolves when it has written the words to standard output; rejects with all it wrote when it ends before. */
  async says(words: string): Promise<void> {
    while (!this.#output.includes(words)) {
      const isOver = await Promise.race([once(this.#child.stdout, 'data'), this.exited.then(() => true)]);
      if (isOver === true && !this.#output.includes(words)) throw new Error(this.#output + this.#errors);
    }
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<Exit> {
    this.#child.kill(signal);
    return this.exited;
  }

  client(): ApiClient {
    return new ApiClient(this.url, {});
  }
}

/** A folder for the service's data, and a port that stays the same over restarts. */
export interface ServiceHome {
  readonly folder: string;
  readonly port: number;
  readonly databasePath: string;
  /** Starts the service, ready or not. */
  launch(port?: number): ServiceProcess;
  /** Starts the service and waits until it is ready. */
  start(): Promise<ServiceProcess>;
}

/** Makes a home; after the test its processes are ended and the folder goes. `folder` may be given when it exists. */
export async function serviceHome(test: TestContext, given?: string): Promise<ServiceHome> {
  const folder = given ?? mkdtempSync(join(tmpdir(), 'rollcall-service-'));
  const launched: ServiceProcess[] = [];
  const port = await freePort();
  test.after(async () => {
    for (const process of launched) await process.end('SIGKILL');
    if (given === undefined) rmSync(folder, { recursive: true, force: true });
  });
  const launch = (at: number = port): ServiceProcess => {
    const process = new ServiceProcess(folder, at);
    launched.push(process);
    return process;
  };
  const start = async (): Promise<ServiceProcess> => {
    const process = launch();
    await process.says('Rollcall is ready.');
    return process;
  };
  return { folder, port, databasePath: join(folder, 'rollcall.db'), launch, start };
}
