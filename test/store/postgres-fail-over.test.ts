import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseLine } from '../database-line.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { establish, startNode, type TestNode } from './one-node.ts';

let postgres: PostgresServer;
before(async () => {
  postgres = await startPostgres();
});
after(() => postgres.stop());

/** A line to the server, and a node whose way to its database it is. */
async function startOnLine(test: TestContext): Promise<TestNode & { line: DatabaseLine; url: string }> {
  const line = await DatabaseLine.to(postgres.port);
  test.after(() => line.close());
  const url = await postgres.createDatabase();
  return { ...(await startNode(test, url.replace(`:${postgres.port}/`, `:${line.port}/`))), line, url };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    if (condition()) return;
    await delay(10);
  }
  assert.fail(what);
}

async function outcomeOf({ sessions }: TestNode, token: string): Promise<string> {
  try {
    const answer = await sessions.verify(token);
    return answer.isActive ? 'active' : answer.reason;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

describe('after another server has taken over, without the last commits', () => {
  it('a node forgets what it applied before, so that a number used again is not skipped', async (test) => {
    const a = await startOnLine(test);
    const [lost, ended, asking] = [await establish(a), await establish(a), await establish(a)];
    const copy = await postgres.promoteCopy();
    test.after(() => copy.stop());
    await until(() => a.node.status().isLeased, 'no lease after the restart');
    const sequence = a.node.status().applied;
    await a.sessions.revoke(asking.session, lost.session.id);
    await until(() => a.node.status().applied > sequence, 'the log-out was not applied');
    assert.equal(await outcomeOf(a, ended.token), 'active');

    a.line.cut();
    await keepRenewals(a.url, copy);
    a.line.mend();
    a.line.leadTo(copy.port);
    const b = await startNode(test, a.url.replace(`:${postgres.port}/`, `:${copy.port}/`));
    await b.sessions.revoke(asking.session, ended.session.id);
    const answers = new Set<string>();
    for (let turn = 0; turn < 20; turn += 1) {
      answers.add(await outcomeOf(a, ended.token));
      await delay(25);
    }
    assert.ok(!answers.has('active'), [...answers].join(', '));
    await until(() => a.node.status().isLeased, 'no lease on the new primary');
    assert.equal(await outcomeOf(a, ended.token), 'revoked');
  });

  it('a node that has seen it asks the former primary nothing any more', async (test) => {
    const a = await startOnLine(test);
    const { token } = await establish(a);
    const copy = await postgres.promoteCopy();
    test.after(() => copy.stop());
    await leadTo(a, copy);
    assert.equal(await outcomeOf(a, token), 'active');
    a.line.leadTo(postgres.port);
    await until(() => !a.node.status().isLeased, 'the former primary gave a lease');
    assert.equal(await outcomeOf(a, token), 'store_unavailable');
    await leadTo(a, copy);
    assert.equal(await outcomeOf(a, token), 'active');
  });
});

/** The other server has every renewal, as if only what was committed after the last of them were missing. */
async function keepRenewals(url: string, copy: PostgresServer): Promise<void> {
  const database = new URL(url).pathname.slice(1);
  const [row] = await postgres.query('select max(renewal) as renewal from cluster_nodes', database);
  await copy.query(`update cluster_nodes set renewal = ${String(row?.['renewal'])}`, database);
}

/** Resolves when the node renews at the server. */
async function leadTo(
  { line, node }: TestNode & { line: DatabaseLine },
  server: PostgresServer,
): Promise<void> {
  const { renewals } = node.status();
  line.leadTo(server.port);
  await until(() => node.status().renewals > renewals + 1, 'no renewal at the server');
}

describe('where commits wait for a standby', () => {
  it('a node without a lease accepts nothing: the server may have been replaced', async (test) => {
    const a = await startOnLine(test);
    const { token } = await establish(a);
    test.after(async () => {
      await postgres.query('alter system reset synchronous_standby_names');
      await postgres.query('select pg_reload_conf()');
    });
    await postgres.query("alter system set synchronous_standby_names = 'nobody'");
    await postgres.query('select pg_reload_conf()');
    // As if the other connections broke when the standby was promoted.
    a.line.leadTo(postgres.port);
    await until(() => !a.node.status().isLeased, 'a lease was granted without the standby');
    assert.equal(await outcomeOf(a, token), 'store_unavailable');
    await postgres.query('alter system reset synchronous_standby_names');
    await postgres.query('select pg_reload_conf()');
    await until(() => a.node.status().isLeased, 'no lease');
    assert.equal(await outcomeOf(a, token), 'active');
  });
});
