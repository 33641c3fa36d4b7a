import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NodeStatus } from '../../src/cluster/node.ts';
import { addClusterMetrics } from '../../src/server/cluster-metrics.ts';
import { createMetrics, type Metrics } from '../../src/server/metrics.ts';
import { addCommitMetrics, addMemoryMetrics } from '../../src/server/store-metrics.ts';

/** The figures whose name begins with the prefix, as a scraper reads them. */
async function figures(
  metrics: Metrics,
  prefix: string,
): Promise<Readonly<Record<string, string | undefined>>> {
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith(prefix));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), line.split(' ').at(-1)]),
  );
}

describe('metrics', () => {
  it('read memory and commits at every scrape', async () => {
    const metrics = createMetrics();
    const memory = { hits: 7, misses: 2, size: 3 };
    addMemoryMetrics(metrics.registry, () => memory);
    addCommitMetrics(metrics.registry, () => ({ commits: 4, changes: 9 }));
    memory.hits = 8;
    const expected = {
      rollcall_memory_hits_total: '8',
      rollcall_memory_misses_total: '2',
      rollcall_memory_sessions: '3',
    };
    assert.deepEqual(await figures(metrics, 'rollcall_memory_'), expected);
    assert.deepEqual(await figures(metrics, 'rollcall_memory_'), expected);
    assert.deepEqual(await figures(metrics, 'rollcall_c'), {
      rollcall_commits_total: '4',
      rollcall_changes_total: '9',
    });
  });

  it('tell how a node stands among the others, and how long log-outs waited', async () => {
    const metrics = createMetrics();
    let status: NodeStatus = {
      ...{ isLeased: true, isLeaseNeeded: false, leaseAgeMs: 125, applied: 40, known: 42, nodes: 3 },
      ...{ renewals: 100, failures: 2, removals: 1 },
    };
    const { acknowledged } = addClusterMetrics(metrics.registry, () => status);
    acknowledged(4);
    acknowledged(1_050);
    assert.deepEqual(await figures(metrics, 'rollcall_lease'), {
      rollcall_lease_held: '1',
      rollcall_lease_age_seconds: '0.125',
    });
    assert.deepEqual(await figures(metrics, 'rollcall_feed'), {
      rollcall_feed_applied: '40',
      rollcall_feed_lag: '2',
    });
    assert.deepEqual(await figures(metrics, 'rollcall_nodes'), {
      rollcall_nodes: '3',
      rollcall_nodes_removed_total: '1',
    });
    assert.deepEqual(await figures(metrics, 'rollcall_renewals'), {
      'rollcall_renewals_total{result="renewed"}': '100',
      'rollcall_renewals_total{result="failed"}': '2',
    });
    const waits = await figures(metrics, 'rollcall_acknowledgement_seconds');
    assert.equal(waits['rollcall_acknowledgement_seconds_bucket{le="0.005"}'], '1');
    assert.equal(waits['rollcall_acknowledgement_seconds_count'], '2');
    status = { ...status, isLeased: false, leaseAgeMs: null };
    assert.deepEqual(await figures(metrics, 'rollcall_lease'), { rollcall_lease_held: '0' });
  });
});
