import assert from 'node:assert/strict';
import type { ConformanceCase } from './case.ts';
import { anEvent, newId, now, system } from './samples.ts';

export const historyCases: readonly ConformanceCase[] = [
  {
    name: 'gives events back as they were appended',
    async run(store, { random }) {
      const userId = newId(random);
      const full = anEvent(random, userId, { type: 'session.terminated', reason: 'revoked', at: now + 1 });
      const sparse = anEvent(random, userId, {
        type: 'sign_in.failed',
        sessionId: null,
        origin: null,
        methods: [],
        actor: system,
      });
      await store.write((transaction) => transaction.appendHistory([sparse, full]));
      await store.write((transaction) => transaction.appendHistory([]));
      assert.deepEqual(await store.historyOf(userId, null, 10), [full, sparse]);
    },
  },
  {
    name: 'pages through history newest first without gap or repeat, also within one millisecond',
    async run(store, { random }) {
      const userId = newId(random);
      const events = Array.from({ length: 230 }, (_, n) =>
        anEvent(random, userId, { at: now + (n % 7 === 0 ? n : 0) }),
      );
      await store.write((transaction) => transaction.appendHistory(events));
      const seen: string[] = [];
      let before: string | null = null;
      for (;;) {
        const page = await store.historyOf(userId, before, 25);
        assert.ok(page.length <= 25);
        seen.push(...page.map(({ id }) => id));
        before = page.at(-1)?.id ?? null;
        if (before === null) break;
      }
      const ids = events.map(({ id }) => id);
      assert.deepEqual(seen, ids.toSorted().toReversed());
    },
  },
  {
    name: "keeps a page stable while newer events arrive, and shows nobody else's",
    async run(store, { random }) {
      const userId = newId(random);
      const older = anEvent(random, userId, { at: now - 2 });
      const newer = anEvent(random, userId, { at: now - 1 });
      await store.write((tx) => tx.appendHistory([older, newer, anEvent(random, newId(random))]));
      const [first] = await store.historyOf(userId, null, 1);
      assert.deepEqual(first, newer);
      await store.write((tx) => tx.appendHistory([anEvent(random, userId, { at: now })]));
      assert.deepEqual(await store.historyOf(userId, newer.id, 10), [older]);
      assert.deepEqual(await store.historyOf(userId, older.id, 10), []);
    },
  },
];
