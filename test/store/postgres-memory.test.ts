import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { establish, startNode } from './one-node.ts';

let postgres: PostgresServer;
before(async () => {
  postgres = await startPostgres();
});
after(() => postgres.stop());

describe('a node that holds a lease', () => {
  it('answers 100,000 checks out of memory without a query', async (test) => {
    const node = await startNode(test, await postgres.createDatabase());
    const tokens: string[] = [];
    for (let count = 0; count < 10; count += 1) tokens.push((await establish(node)).token);
    for (const token of tokens) await node.sessions.verify(token);
    const before = node.store.stats();
    const { hits, misses } = node.sessions.memoryStats();
    for (let check = 0; node.sessions.memoryStats().hits < hits + 100_000; check += 1) {
      // On a machine so busy that a renewal comes late, a check asks the database, and is counted as such.
      const answer = node.sessions.verify(tokens[check % tokens.length] ?? '');
      assert.ok((answer instanceof Promise ? await answer : answer).isActive);
      // Renewals need their turns, too.
      if (check % 1_000 === 0) await nextTurn();
    }
    const asked = node.sessions.memoryStats().misses - misses;
    assert.equal(node.store.stats().lookUps - before.lookUps, asked);
    test.diagnostic(`100,000 hits; ${asked} checks had to ask the database`);
  });
});
