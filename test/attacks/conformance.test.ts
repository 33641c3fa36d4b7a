import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

/** The requirements this version answers for. R-031 was never given out. */
const ranges: readonly (readonly [first: number, last: number])[] = [
  [20, 30],
  [40, 50],
  [66, 66],
  [80, 92],
  [110, 118],
  [130, 148],
];
const asked = ranges.flatMap(([first, last]) =>
  Array.from({ length: last - first + 1 }, (_, index) => `R-${String(first + index).padStart(3, '0')}`),
);

/** The ids that names of tests begin with, by file. */
function idsByFile(): ReadonlyMap<string, ReadonlySet<string>> {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'));
  const idsIn = (source: string) =>
    new Set([...source.matchAll(/\btest\(\s*[`'"](R-\d{3}): /g)].map(([, id = '']) => id));
  return new Map(
    files.map((name) => [name, idsIn(readFileSync(join(import.meta.dirname, name), 'utf8'))] as const),
  );
}

/** The rows of the table of requirements: id and state. */
function rows(document: string): ReadonlyMap<string, string> {
  const found = [...document.matchAll(/^\| (R-\d{3}) \| [^|]+ \| ([^|]+) \|$/gm)];
  assert.equal(new Set(found.map(([, id]) => id)).size, found.length, 'an id has two rows');
  return new Map(found.map(([, id = '', state = '']) => [id, state] as const));
}

describe('the table of requirements in docs/conformance.md', () => {
  const states = rows(readFileSync(join(import.meta.dirname, '../../docs/conformance.md'), 'utf8'));
  const files = idsByFile();
  const tested = new Set([...files.values()].flatMap((ids) => [...ids]));

  test('has a row for every requirement and for no other', () => {
    assert.deepEqual([...states.keys()].toSorted(), asked.toSorted());
  });

  test('says "tested" of what a test here begins with, and "not yet" of all else', () => {
    const claimed = asked.filter((id) => states.get(id)?.startsWith('tested: '));
    const open = asked.filter((id) => states.get(id)?.startsWith('not yet: '));
    assert.deepEqual(claimed.toSorted(), [...tested].toSorted());
    assert.deepEqual([...claimed, ...open].toSorted(), asked.toSorted());
  });

  test('names the files in which the tests are', () => {
    for (const id of tested) {
      const named = /^tested: ([^;]+)/.exec(states.get(id) ?? '')?.[1] ?? '';
      const expected = [...files]
        .filter(([, ids]) => ids.has(id))
        .map(([name]) => name.replace('.test.ts', ''));
      assert.deepEqual(named.trim().split(', ').toSorted(), expected.toSorted(), id);
    }
  });
});
