import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemRandom } from '../../src/engine/system.ts';
import { cases } from '../../src/store/conformance/cases.ts';
import { createMemoryStore } from '../../src/store/memory.ts';

describe('the memory store', () => {
  for (const { name, run } of cases) {
    it(name, async () => {
      const store = createMemoryStore();
      await run(store, { random: systemRandom });
      await store.close();
    });
  }

  it('finishes the changes it has taken before it closes, and takes none after', async () => {
    const store = createMemoryStore();
    const taken = store.write(async () => 'done');
    const closed = store.close();
    await assert.rejects(
      store.write(async () => 'late'),
      { code: 'shutting_down' },
    );
    assert.equal(await taken, 'done');
    await closed;
    await assert.rejects(store.lookUp('any'), { code: 'shutting_down' });
    await assert.rejects(store.ping(), { code: 'shutting_down' });
  });
});
