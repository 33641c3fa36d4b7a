import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { ClusterNode } from '../../src/cluster/node.ts';
import { systemTimers } from '../../src/cluster/timers.ts';
import type { Established } from '../../src/engine/changes.ts';
import { policyOf } from '../../src/engine/policy.ts';
import { Sessions } from '../../src/engine/sessions.ts';
import { systemClock, systemRandom } from '../../src/engine/system.ts';
import { openPostgresStore, type PostgresStore } from '../../src/store/postgres.ts';
import { originOf } from '../laboratory.ts';

/** The engine as one of many nodes. */
export interface TestNode {
  readonly sessions: Sessions;
  readonly node: ClusterNode;
  readonly store: PostgresStore;
}

let started = 0;

/** Starts a node on a database, wired as the server does it, until the test ends. */
export async function startNode(test: TestContext, url: string): Promise<TestNode> {
  started += 1;
  const nodeId = `node-${started}`;
  const store = await openPostgresStore({ url, nodeId });
  const [clock, random, signals] = [systemClock, systemRandom, { publish: () => undefined }];
  const node = new ClusterNode({
    ...{ nodeId, ledger: store.cluster, clock, random, timers: systemTimers },
    effects: { signals, evict: (evictions) => sessions.evict(evictions), report: () => undefined },
  });
  const sessions = new Sessions({
    ...{ store, clock, random, signals, policy: policyOf('standard'), finality: node },
  });
  store.wakes.onWake(() => node.wake());
  await node.start();
  test.after(async () => {
    await node.leave();
    await store.close();
  });
  return { sessions, node, store };
}

/** A new session of one user, on a device of its own. */
export async function establish({ sessions }: TestNode): Promise<Established> {
  const established = await sessions.establish({
    ...{ userId: 'mara', origin: originOf(), persistence: 'browser', deviceToken: null, replaces: null },
    proofs: [{ method: 'pwd', at: systemClock.now() }],
  });
  assert.ok(established);
  return established;
}
