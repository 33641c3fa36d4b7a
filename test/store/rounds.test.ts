import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { CommitRounds, type RoundLimits } from '../../src/store/rounds.ts';
import { SqliteConnection } from '../../src/store/sqlite/connection.ts';
import { sqliteLedger } from '../../src/store/sqlite/ledger.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { FixedClock } from '../laboratory.ts';
import { databasePath } from './store-files.ts';

interface Notes {
  add(text: string): Promise<void>;
}

/** Rounds over a database of one table, `notes`, made by `schema`. */
function openNotes(test: TestContext, schema: string, limits: RoundLimits = {}) {
  const connection = new SqliteConnection(databasePath(test), false, 0);
  test.after(() => connection.close());
  connection.exec(`pragma journal_mode = wal; ${schema}`);
  const notes: Notes = {
    add: async (text) => {
      connection.run('insert into notes (text) values (?)', [text]);
    },
  };
  return {
    connection,
    rounds: new CommitRounds(sqliteLedger(connection), notes, limits),
    texts: () => connection.all('select text from notes order by rowid', []).map(({ text }) => text),
  };
}

const plain = 'create table notes (text)';

describe('a round of changes', () => {
  it('shares one commit among all that arrived together', async (test) => {
    const store = await openSqliteStore({ path: databasePath(test) });
    const raise = () =>
      store.write(async (transaction) => {
        await transaction.putInstanceEpoch((await transaction.instanceEpoch()) + 1);
      });
    await Promise.all(Array.from({ length: 100 }, raise));
    assert.deepEqual(store.stats(), { commits: 1, changes: 100 });
    await Promise.all([raise(), store.write(() => Promise.reject(new Error('undone'))).catch(() => null)]);
    assert.deepEqual(store.stats(), { commits: 2, changes: 101 });
    assert.equal(await store.instanceEpochNow(), 101);
    await store.close();
  });

  it('takes at most the group it is allowed, in the order of arrival', async (test) => {
    const { rounds, texts } = openNotes(test, plain, { maxGroup: 3 });
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    await Promise.all(names.map((name) => rounds.write((notes) => notes.add(name))));
    assert.deepEqual(rounds.stats, { commits: 3, changes: 7 });
    assert.deepEqual(texts(), names);
  });

  it('leaves what arrives while it runs to the next round', async (test) => {
    const { rounds, texts } = openNotes(test, plain);
    const late: Promise<void>[] = [];
    await rounds.write(async (notes) => {
      await notes.add('first');
      late.push(rounds.write((next) => next.add('second')));
    });
    assert.deepEqual([rounds.stats.commits, texts()], [1, ['first']]);
    await Promise.all(late);
    assert.deepEqual([rounds.stats.commits, texts()], [2, ['first', 'second']]);
  });

  it('refuses what waited too long for its turn, and changes nothing of it', async (test) => {
    const clock = new FixedClock();
    const { rounds, texts } = openNotes(test, plain, { clock });
    const late: Promise<unknown>[] = [];
    await rounds.write(async (notes) => {
      await notes.add('slow');
      late.push(
        assert.rejects(
          rounds.write((next) => next.add('late')),
          { code: 'store_unavailable' },
        ),
      );
      clock.advance(3_501);
      late.push(rounds.write((next) => next.add('in time')));
    });
    await Promise.all(late);
    assert.deepEqual(texts(), ['slow', 'in time']);
  });

  it('undoes a change that does not end in time, alone, and refuses what it tries later', async (test) => {
    const { rounds, texts } = openNotes(test, plain, { changeLimitMs: 20 });
    const pause = Promise.withResolvers<void>();
    const later = Promise.withResolvers<unknown>();
    const [before, stuck, after] = await Promise.allSettled([
      rounds.write((notes) => notes.add('before')),
      rounds.write(async (notes) => {
        await notes.add('stuck');
        await pause.promise;
        await notes.add('too late').catch(later.resolve);
      }),
      rounds.write((notes) => notes.add('after')),
    ]);
    assert.deepEqual([before.status, after.status], ['fulfilled', 'fulfilled']);
    assert.equal(stuck.status === 'rejected' && stuck.reason.code, 'store_unavailable');
    pause.resolve();
    const refusal = await later.promise;
    assert.ok(refusal instanceof Error && 'code' in refusal);
    assert.equal(refusal.code, 'unexpected');
    assert.deepEqual(texts(), ['before', 'after']);
  });

  it('rejects every change of a group whose commit fails, keeps none of them, and goes on', async (test) => {
    const schema = `create table kinds (name text primary key);
      create table notes (text references kinds (name) deferrable initially deferred);
      insert into kinds values ('known')`;
    const { rounds, texts } = openNotes(test, schema);
    const outcomes = await Promise.allSettled([
      rounds.write((notes) => notes.add('known')),
      rounds.write((notes) => notes.add('unknown')),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.deepEqual([texts(), rounds.stats], [[], { commits: 0, changes: 0 }]);
    await rounds.write((notes) => notes.add('known'));
    assert.deepEqual(texts(), ['known']);
  });

  it('answers store_unavailable when the database is full, and nothing it refused is there', async (test) => {
    const { connection, rounds, texts } = openNotes(test, plain);
    connection.exec('pragma max_page_count = 4');
    const large = 'x'.repeat(40_000);
    const [small, full] = await Promise.allSettled([
      rounds.write((notes) => notes.add('small')),
      rounds.write((notes) => notes.add(large)),
    ]);
    assert.equal(full.status === 'rejected' && full.reason.code, 'store_unavailable');
    assert.deepEqual(texts(), small.status === 'fulfilled' ? ['small'] : []);
    await rounds.write((notes) => notes.add('afterwards'));
    assert.equal(texts().at(-1), 'afterwards');
  });

  it('refuses changes when too many wait already', async (test) => {
    const { rounds, texts } = openNotes(test, plain, { maxWaiting: 2 });
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c'].map((name) => rounds.write((notes) => notes.add(name))),
    );
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected'],
    );
    assert.deepEqual(texts(), ['a', 'b']);
  });
});
