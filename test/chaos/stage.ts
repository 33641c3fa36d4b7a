import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { freePort } from '../running-service.ts';
import { until } from './conditions.ts';
import { Link } from './link.ts';
import { Requests } from './requests.ts';
import { ServerProcess } from './server-process.ts';

/** Longer than any pause of a server, so that what it says when it wakes is heard. */
const patienceMs = 8_000;
/** Without help from anyone everything must be well again after this (I-10). */
const recoveryMs = 30_000;

export interface StageOptions {
  readonly nodes: number;
  /** A server whose database the nodes share, where there is one already. */
  readonly postgres?: PostgresServer;
  /** The mutant that every node is, by its name. */
  readonly mutant?: string;
}

/** Servers, each in its own process with a link of its own to one real PostgreSQL, and someone to ask them. */
export class Stage {
  readonly postgres: PostgresServer;
  readonly servers: readonly ServerProcess[];
  readonly links: readonly Link[];
  readonly requests: Requests;
  /** The name of the database in the server. */
  readonly database: string;
  readonly #folder: string;
  readonly #ownsPostgres: boolean;

  private constructor(parts: {
    readonly postgres: PostgresServer;
    readonly servers: readonly ServerProcess[];
    readonly links: readonly Link[];
    readonly publicUrl: string;
    readonly database: string;
    readonly folder: string;
    readonly ownsPostgres: boolean;
  }) {
    this.postgres = parts.postgres;
    this.servers = parts.servers;
    this.links = parts.links;
    this.requests = new Requests(parts.publicUrl, patienceMs);
    this.database = parts.database;
    this.#folder = parts.folder;
    this.#ownsPostgres = parts.ownsPostgres;
  }

  /** Starts everything; resolves when every node answers from memory. */
  static async set({ nodes, postgres: given, mutant }: StageOptions): Promise<Stage> {
    const postgres = given ?? (await startPostgres());
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-chaos-'));
    const publicUrl = `http://localhost:${await freePort()}`;
    const links = await Promise.all(Array.from({ length: nodes }, () => Link.open(postgres.port)));
    const database = new URL(await postgres.createDatabase()).pathname.slice(1);
    const servers: ServerProcess[] = [];
    for (const link of links) {
      const port = await freePort();
      const databaseUrl = `postgres://postgres@127.0.0.1:${link.port}/${database}`;
      const shared = { publicUrl, secretFile: join(folder, 'secret') };
      servers.push(
        new ServerProcess({ port, databaseUrl, ...shared, ...(mutant === undefined ? {} : { mutant }) }),
      );
    }
    const ownsPostgres = given === undefined;
    const stage = new Stage({ postgres, servers, links, publicUrl, database, folder, ownsPostgres });
    try {
      await stage.#start();
    } catch (error) {
      await stage.strike();
      throw error;
    }
    return stage;
  }

  /** One after the other, so that their names in the table are in their order. */
  async #start(): Promise<void> {
    for (const server of this.servers) await server.start();
    await this.leased();
  }

  get ports(): readonly number[] {
    return this.servers.map(({ settings }) => settings.port);
  }

  /** Ends of servers that nobody asked for. */
  get crashes(): readonly string[] {
    return this.servers.flatMap(({ crashes }) => crashes);
  }

  /** Ends every fault: links, clocks, paused and killed servers, the database. */
  async heal(): Promise<void> {
    for (const link of this.links) link.heal();
    await this.postgres.resume();
    for (const server of this.servers) {
      server.wake();
      if (server.isRunning) await server.shiftClock(0);
      else await server.start();
    }
  }

  /** Resolves when every node holds a lease. */
  async leased(): Promise<void> {
    await until('every node holds a lease', recoveryMs, async () => {
      const answers = await Promise.all(this.ports.map((port) => this.#readiness(port)));
      return answers.every((text) => text.includes('lease: held'));
    });
  }

  /** A figure of a node's metrics. */
  async figure(node: number, name: string): Promise<number> {
    const { body } = await this.#get(this.ports[node] ?? 0, '/metrics');
    const line = String(body['text']).match(new RegExp(`^${name} (\\S+)$`, 'm'));
    return Number(line?.[1]);
  }

  /** Ends everything and removes its files. */
  async strike(): Promise<void> {
    for (const server of this.servers) await server.crash();
    this.requests.close();
    await Promise.all(this.links.map((link) => link.close()));
    if (this.#ownsPostgres) await this.postgres.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #readiness(port: number): Promise<string> {
    const { body } = await this.#get(port, '/readyz');
    return String(body['text']);
  }

  #get(port: number, path: string) {
    return this.requests.ask({ port, method: 'GET', path, address: '127.0.0.1' });
  }
}
