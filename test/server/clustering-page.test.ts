import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { addClusterMetrics } from '../../src/server/cluster-metrics.ts';
import { createMetrics } from '../../src/server/metrics.ts';
import { addCommitMetrics, addMemoryMetrics, addReadMetrics } from '../../src/server/store-metrics.ts';
import { mutants } from '../simulation/mutants.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/clustering.md'), 'utf8');

/** The cells of each row about a rule. */
const rules = page
  .split('\n')
  .filter((line) => /^\| \d+ /.test(line))
  .map((line) => line.split('|'));

function testSources(): readonly string[] {
  const folder = join(import.meta.dirname, '..');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => readFileSync(join(folder, path), 'utf8'));
}

/** The names of all metrics of a node, ours alone. */
async function metricNames(): Promise<ReadonlySet<string>> {
  const { registry } = createMetrics();
  addMemoryMetrics(registry, () => ({ hits: 0, misses: 0, size: 0 }));
  addCommitMetrics(registry, () => ({ commits: 0, changes: 0 }));
  addReadMetrics(registry, () => ({ lookUps: 0, queries: 0, readers: 0 }));
  addClusterMetrics(registry, () => ({
    ...{ isLeased: false, isLeaseNeeded: false, leaseAgeMs: null, applied: 0, known: 0, nodes: 0 },
    ...{ renewals: 0, failures: 0, removals: 0 },
  }));
  const metrics = await registry.getMetricsAsJSON();
  return new Set(metrics.map(({ name }) => name).filter((name) => name.startsWith('rollcall_')));
}

describe('the page for operators of many nodes', () => {
  it('names every control, and quotes tests that are there', () => {
    const controls = rules.flatMap((row) => row.at(-2)?.match(/(?<=`)[a-z-]+/g) ?? []);
    assert.deepEqual(new Set(controls), new Set(mutants.map(({ name }) => name)));
    const quoted = rules.flatMap((row) =>
      [...(row.at(-3) ?? '').matchAll(/"([^"]+)"/g)].map(([, sentence = '']) => sentence),
    );
    assert.deepEqual(
      quoted.filter((sentence) => !testSources().some((text) => text.includes(sentence))),
      [],
    );
  });

  it('explains every metric, and none that is not there', async () => {
    const explained = page.match(/(?<=`)rollcall_[a-z_]+/g) ?? [];
    assert.deepEqual(new Set(explained), await metricNames());
  });
});
