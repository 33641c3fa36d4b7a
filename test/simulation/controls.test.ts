/**
 * Negative controls of the simulation: builds of the real code with one rule broken (`mutants.ts`), each of which the same
 * checker must find. To see one fail: `ROLLCALL_MUTANT=no-wait node --import ./test/simulation/mutate.ts
 * test/simulation/replay.ts <seed>`.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { mutants } from './mutants.ts';
import { runSeedsApart } from './seeds-process.ts';

const root = dirname(dirname(import.meta.dirname));
const maxSeeds = 500;

describe('the builds with a broken rule', () => {
  it('replace fragments that are in their files exactly once', () => {
    const edits = mutants.flatMap(({ name, edits }) => edits.map((edit) => ({ name, ...edit })));
    const counts = edits.map(({ name, file, from }) => {
      const text = readFileSync(join(root, file), 'utf8');
      return `${name} in ${file}: ${text.split(from).length - 1}`;
    });
    assert.deepEqual(
      counts.filter((count) => !count.endsWith(': 1')),
      [],
    );
  });
});

describe('the simulation finds a build in which', () => {
  for (const { name, broken } of mutants) {
    it(broken, async (test) => {
      const { seeds, failures } = await runSeedsApart(1, maxSeeds, name);
      const [failure] = failures;
      assert.ok(failure !== undefined, `${name} was not found within ${maxSeeds} seeds`);
      test.diagnostic(`${name}: found by seed ${seeds}: ${failure.violation.sentence}`);
    });
  }
});
