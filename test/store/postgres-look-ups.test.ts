import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LookUp } from '../../src/engine/ports.ts';
import { systemRandom } from '../../src/engine/system.ts';
import { aDevice, aSession } from '../../src/store/conformance/samples.ts';
import { LookUps } from '../../src/store/postgres/look-ups.ts';

function found(id: string): LookUp {
  const session = aSession(systemRandom, aDevice(systemRandom), { id });
  return { session, standing: { epoch: 0, isDisabled: false }, instanceEpoch: 0 };
}

/** Look-ups over queries that a test answers by hand, in any order. */
function openLookUps({ maxBatches = 2, budgetMs = 10_000 } = {}) {
  const asked: (readonly string[])[] = [];
  const answers: PromiseWithResolvers<ReadonlyMap<string, LookUp>>[] = [];
  const lookUps = new LookUps(
    (ids) => {
      asked.push(ids);
      const answer = Promise.withResolvers<ReadonlyMap<string, LookUp>>();
      answers.push(answer);
      return answer.promise;
    },
    { maxBatches, budgetMs },
  );
  const answer = (query: number, ...ids: readonly string[]): void =>
    answers[query]?.resolve(new Map(ids.map((id) => [id, found(id)])));
  const fail = (query: number, error: Error): void => answers[query]?.reject(error);
  return { lookUps, asked, answer, fail };
}

const idOf = async (lookUp: Promise<LookUp | null>) => (await lookUp)?.session.id ?? null;

describe('look-ups', () => {
  it('of one turn share a query that asks for each id once, and each gets its own answer', async () => {
    const { lookUps, asked, answer } = openLookUps();
    const ids = ['a', 'b', 'a', 'c'];
    const answered = Promise.all(ids.map((id) => idOf(lookUps.lookUp(id))));
    assert.deepEqual(asked, []);
    await nextTurn();
    assert.deepEqual(asked, [['a', 'b', 'c']]);
    answer(0, 'c', 'a');
    assert.deepEqual(await answered, ['a', null, 'a', 'c']);
    assert.deepEqual(lookUps.stats, { lookUps: 4, queries: 1 });
  });

  it('never share a query that was sent before they were asked', async () => {
    const { lookUps, asked, answer } = openLookUps();
    const first = idOf(lookUps.lookUp('a'));
    await nextTurn();
    const second = idOf(lookUps.lookUp('a'));
    answer(0, 'a');
    assert.equal(await first, 'a');
    await nextTurn();
    assert.deepEqual(asked, [['a'], ['a']]);
    answer(1);
    assert.equal(await second, null);
  });

  it('gather while as many queries are under way as there may be', async () => {
    const { lookUps, asked, answer } = openLookUps({ maxBatches: 1 });
    const first = lookUps.lookUp('a');
    await nextTurn();
    const later = [lookUps.lookUp('b')];
    await nextTurn();
    later.push(lookUps.lookUp('c'));
    await nextTurn();
    assert.deepEqual(asked, [['a']]);
    answer(0);
    await first;
    await nextTurn();
    assert.deepEqual(asked, [['a'], ['b', 'c']]);
    answer(1);
    await Promise.all(later);
  });

  it('go out a thousand at a time', async () => {
    const { lookUps, asked, answer } = openLookUps();
    const all = Array.from({ length: 1_500 }, (_, n) => lookUps.lookUp(`${n}`));
    await nextTurn();
    assert.deepEqual(
      asked.map(({ length }) => length),
      [1_000, 500],
    );
    answer(0);
    answer(1);
    await Promise.all(all);
  });

  it('all fail with their query, and the next ones are asked anew', async () => {
    const { lookUps, asked, answer, fail } = openLookUps({ maxBatches: 1 });
    const failing = ['a', 'b'].map((id) => assert.rejects(lookUps.lookUp(id), { message: 'gone' }));
    await nextTurn();
    fail(0, new Error('gone'));
    await Promise.all(failing);
    const next = idOf(lookUps.lookUp('a'));
    await nextTurn();
    assert.deepEqual(asked.at(-1), ['a']);
    answer(1, 'a');
    assert.equal(await next, 'a');
  });

  it('are refused when their budget is spent, also those that were never sent', async () => {
    const { lookUps, asked, answer } = openLookUps({ maxBatches: 1, budgetMs: 20 });
    const sent = assert.rejects(lookUps.lookUp('sent'), { code: 'store_unavailable' });
    await nextTurn();
    const kept = assert.rejects(lookUps.lookUp('kept'), { code: 'store_unavailable' });
    await Promise.all([sent, kept]);
    const next = idOf(lookUps.lookUp('next'));
    answer(0, 'sent');
    await nextTurn();
    await nextTurn();
    assert.deepEqual(asked, [['sent'], ['next']]);
    answer(1, 'next');
    assert.equal(await next, 'next');
  });
});
