import type { AccountTransaction } from '../../src/accounts/ports.ts';
import { ClusterNode } from '../../src/cluster/node.ts';
import { systemTimers } from '../../src/cluster/timers.ts';
import { policyOf } from '../../src/engine/policy.ts';
import { Sessions } from '../../src/engine/sessions.ts';
import { systemClock, systemRandom } from '../../src/engine/system.ts';
import type { OpenNode } from './database.ts';

/** The engine as one node of many, as the server wires it, with nobody listening. */
export interface BenchNode {
  readonly sessions: Sessions<AccountTransaction>;
  readonly node: ClusterNode;
  /** How long each acknowledgement waited after its commit, in milliseconds. */
  readonly waits: number[];
}

/** Starts a node on an open store; it holds a lease when this resolves. */
export async function startNode({ nodeId, store }: OpenNode): Promise<BenchNode> {
  const [clock, random] = [systemClock, systemRandom];
  const waits: number[] = [];
  const signals = { publish: () => {} };
  const node = new ClusterNode({
    ...{ nodeId, ledger: store.cluster, clock, random, timers: systemTimers },
    effects: {
      evict: (evictions) => sessions.evict(evictions),
      signals,
      report: (error) => console.error(error),
    },
    observe: { acknowledged: (ms) => void waits.push(ms) },
  });
  const policy = policyOf('standard');
  const sessions = new Sessions({ store, clock, random, policy, signals, finality: node });
  store.wakes.onWake(() => node.wake());
  await node.start();
  return { sessions, node, waits };
}
