import { systemClock, systemRandom } from '../../src/engine/system.ts';
import { mintId, mintToken } from '../../src/engine/token.ts';
import { openPostgresStore, type PostgresStore } from '../../src/store/postgres.ts';
import { type PostgresServer, startPostgres } from '../../test/postgres-server.ts';
import { origin } from '../subjects/rollcall.ts';
import { flat, isFirstOfUser, userIdAt } from '../workload.ts';

/** A store and the name of the node it was opened for. */
export interface OpenNode {
  readonly nodeId: string;
  readonly store: PostgresStore;
}

/** One database, and how to open our store on it. */
export interface BenchDatabase {
  readonly server: PostgresServer;
  readonly url: string;
  /** Opens the store as one more node. */
  open(): Promise<OpenNode>;
}

/** Databases on one PostgreSQL server. */
export interface BenchServer {
  createDatabase(): Promise<BenchDatabase>;
  /** Closes every store and ends the server. */
  stop(): Promise<void>;
}

/** Starts PostgreSQL as it is delivered, syncs included, with room for the data in memory. */
export async function startServer(): Promise<BenchServer> {
  const server = await startPostgres({ shared_buffers: '256MB' });
  const stores: PostgresStore[] = [];
  return {
    createDatabase: async () => {
      const url = await server.createDatabase();
      // Makes the tables.
      await (await openNode(url)).store.close();
      const open = async (): Promise<OpenNode> => {
        const opened = await openNode(url);
        stores.push(opened.store);
        return opened;
      };
      return { server, url, open };
    },
    stop: async () => {
      for (const store of stores) await store.close();
      await server.stop();
    },
  };
}

/** Opens our store on a database as a node of its own. */
export async function openNode(url: string): Promise<OpenNode> {
  const nodeId = mintId(systemClock.now(), systemRandom);
  return { nodeId, store: await openPostgresStore({ url, nodeId }) };
}

/** Sessions in one statement while loading. */
const chunk = 5_000;

/** Writes sessions as `establish` would leave them, past the store, which would take minutes; their tokens. */
export async function loadSessions(
  { server, url }: BenchDatabase,
  count: number,
): Promise<readonly string[]> {
  const database = new URL(url).pathname.slice(1);
  const at = systemClock.now();
  const tokens: string[] = [];
  while (tokens.length < count) {
    const sessions: string[] = [];
    const devices: string[] = [];
    for (const end = Math.min(count, tokens.length + chunk); tokens.length < end; ) {
      const userId = userIdAt(tokens.length);
      const { id, token, digest } = mintToken('session', mintId(at, systemRandom), systemRandom);
      if (isFirstOfUser(tokens.length)) devices.push(`('device-${userId}', '${userId}', '${digest}', ${at})`);
      sessions.push(`('${id}', '${userId}', 'device-${userId}', '${digest}')`);
      tokens.push(flat(token));
    }
    await server.query(deviceStatement(devices), database);
    await server.query(sessionStatement(sessions, at), database);
  }
  await server.query('vacuum analyze', database);
  return tokens;
}

function deviceStatement(rows: readonly string[]): string {
  return `insert into devices (id, user_id, digest, first_seen_at) values ${rows.join(', ')}`;
}

function sessionStatement(rows: readonly string[], at: number): string {
  const proofs = JSON.stringify([{ method: 'pwd', at }]);
  return `insert into sessions (id, user_id, device_id, digest, user_epoch, instance_epoch, established_at,
      authenticated_at, last_active_at, persistence, proofs, origin)
    select id, user_id, device_id, digest, 0, 0, ${at}, ${at}, ${at}, 'browser', '${proofs}', '${JSON.stringify(origin)}'
    from (values ${rows.join(', ')}) as loaded (id, user_id, device_id, digest)`;
}
