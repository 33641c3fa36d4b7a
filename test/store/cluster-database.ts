import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { RenewalReply } from '../../src/cluster/ports.ts';
import type { Revocation } from '../../src/engine/ports.ts';
import { clusterLedger, type PostgresLedger } from '../../src/store/postgres/cluster-ledger.ts';
import type { PostgresConnection } from '../../src/store/postgres/connection.ts';
import { publishStatement } from '../../src/store/postgres/publication.ts';
import { ConnectionSource } from '../../src/store/postgres/source.ts';
import type { SqlDialect } from '../../src/store/sql/migration.ts';
import { clusterSchema } from '../../src/store/sql/migrations/0002-cluster.ts';
import type { PostgresServer } from '../postgres-server.ts';

/** A schema with what nodes share, and nothing else. What a test opens here is closed after it. */
export class ClusterDatabase {
  readonly url: string;
  readonly #test: TestContext;
  static #made = 0;

  private constructor(url: string, test: TestContext) {
    this.url = url;
    this.#test = test;
  }

  /** Through `port` when given, such as a line's. */
  static async make(server: PostgresServer, test: TestContext, port = server.port): Promise<ClusterDatabase> {
    ClusterDatabase.#made += 1;
    const schema = `cluster_${ClusterDatabase.#made}`;
    await server.query(`create schema ${schema}`);
    const options = encodeURIComponent(`-c search_path=${schema}`);
    const url = `postgres://postgres@127.0.0.1:${port}/postgres?options=${options}`;
    const database = new ClusterDatabase(url, test);
    await makeClusterTables(await database.connect());
    return database;
  }

  async connect(url: string = this.url): Promise<PostgresConnection> {
    const connection = await new ConnectionSource({ url }).open(limits);
    this.#test.after(() => connection.destroy());
    await connection.simple('set idle_in_transaction_session_timeout = 0');
    return connection;
  }

  ledger(url: string = this.url, patience = patienceMs): PostgresLedger {
    const ledger = clusterLedger(new ConnectionSource({ url }), patience);
    this.#test.after(() => ledger.close());
    return ledger;
  }
}

/** Longer than any machine may need: what must not take its time is asserted, not timed out. */
const patienceMs = 10_000;
const limits = { statementTimeoutMs: patienceMs, lockTimeoutMs: patienceMs };

/** Makes what nodes share in the connection's schema. */
export async function makeClusterTables(connection: PostgresConnection): Promise<void> {
  const dialect: SqlDialect = {
    ...{ kind: 'postgres', text: 'text collate "C"', integer: 'bigint', real: 'double precision' },
    ...{ keyedTable: '', table: '' },
  };
  for (const statement of clusterSchema.statements(dialect)) await connection.simple(statement);
}

/** The end of nothing but these sessions. */
export function revocationOf(...sessionIds: readonly string[]): Revocation {
  return { evictions: { sessionIds, userIds: [], isEverything: false }, ends: [] };
}

/** One transaction that publishes, as the store sends it; its number. */
export async function publish(
  connection: PostgresConnection,
  nodeId: string,
  ...revocations: readonly Revocation[]
): Promise<number> {
  await connection.simple('begin');
  const answers = await connection.simple(`${publishStatement(nodeId, revocations)}; commit`);
  return Number(answers[0]?.rows[0]?.['sequence']);
}

/** The first row's only value. */
export async function read(connection: PostgresConnection, query: string): Promise<unknown> {
  const [answer] = await connection.simple(query);
  return Object.values(answer?.rows[0] ?? {})[0];
}

/** How many wait for the cluster's lock. */
export async function waitingForLock(connection: PostgresConnection): Promise<number> {
  return Number(await read(connection, `${locksSql} and not granted`));
}

/** How many hold the cluster's lock. */
export async function holdingLock(connection: PostgresConnection): Promise<number> {
  return Number(await read(connection, `${locksSql} and granted`));
}

const locksSql = `select count(*) from pg_locks where locktype = 'advisory' and classid = ${0x526f6c6c}
  and objid = hashtext(current_schema())::oid`;

/** Waits until it holds, at most ten seconds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    if (await holds()) return;
    await delay(10);
  }
  assert.fail(`never came true: ${holds}`);
}

/** The reply of a node that is known. */
export function known(reply: RenewalReply): Extract<RenewalReply, { isKnown: true }> {
  assert.ok(reply.isKnown, 'expected the node to be known');
  return reply;
}
