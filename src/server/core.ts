import { Accounts } from '../accounts/accounts.ts';
import { createPasswordHasher } from '../accounts/password-hash.ts';
import { createPasswordJudge } from '../accounts/password-rules.ts';
import type { AccountStore } from '../accounts/ports.ts';
import { createVault } from '../accounts/vault.ts';
import { systemTimers } from '../cluster/timers.ts';
import { policyOf } from '../engine/policy.ts';
import type { Clock, Evictions, Random } from '../engine/ports.ts';
import { Sessions } from '../engine/sessions.ts';
import type { Readiness } from '../http/ports.ts';
import { SignalHub } from '../signals/hub.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { addClusterMetrics } from './cluster-metrics.ts';
import type { OpenDatabase } from './database.ts';
import { type Jobs, startJobs } from './jobs.ts';
import type { Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { DatabaseProbe, readinessOf } from './readiness.ts';
import type { InstanceSecret } from './secret.ts';
import { addCommitMetrics, addMemoryMetrics, addReadMetrics } from './store-metrics.ts';

export interface CoreParts {
  readonly database: OpenDatabase;
  readonly secret: InstanceSecret;
  /** Of this process alone, never used again. */
  readonly nodeId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Everything behind the handler, put together on an open database. */
export interface Core {
  readonly sessions: Sessions<Parameters<Parameters<AccountStore['write']>[0]>[0]>;
  readonly accounts: Accounts;
  readonly hub: SignalHub;
  readonly metrics: Metrics;
  readonly readiness: () => Promise<Readiness>;
  /** Joins the other nodes, if there are others, and starts the jobs. Also without a lease everything can be answered. */
  start(): Promise<void>;
  /** Writes activity, leaves the other nodes and closes the database. Call it when nothing is answered any more. */
  stop(): Promise<void>;
}

/** Puts the parts together; nothing runs before `start`. */
export function assemble(parts: CoreParts): Core {
  const { database, clock, random, log } = parts;
  const { store } = database;
  const hub = new SignalHub();
  const metrics = createMetrics();
  const cluster = clusterOf(parts, hub, metrics, (evictions) => sessions.evict(evictions));
  const sessions = new Sessions({
    ...{ store, clock, random, policy: policyOf('standard'), signals: cluster?.signals ?? hub },
    ...(cluster === null ? {} : { finality: cluster.node }),
  });
  const accounts = accountsOn(parts, sessions);
  addMemoryMetrics(metrics.registry, () => sessions.memoryStats());
  addCommitMetrics(metrics.registry, database.commits);
  if (database.shared !== null) addReadMetrics(metrics.registry, database.shared.reads);
  const probe = new DatabaseProbe(() => store.ping(), systemTimers);
  let jobs = noJobs;
  return {
    ...{ sessions, accounts, hub, metrics },
    readiness: async () => readinessOf(await probe.isAnswering(), cluster?.node.status() ?? null),
    start: async () => {
      await cluster?.node.start();
      jobs = startJobs({ sessions, accounts, clock, random, timers: systemTimers }, (job, error) =>
        log.error({ job, error }, 'a job failed and will be tried again'),
      );
    },
    stop: async () => {
      await Promise.all([jobs.stop(), cluster?.node.leave()]);
      await store.close();
    },
  };
}

const noJobs: Jobs = { stop: () => Promise.resolve() };

function clusterOf(
  { database: { shared }, nodeId, clock, random, log }: CoreParts,
  hub: SignalHub,
  { registry }: Metrics,
  evict: (evictions: Evictions) => void,
): Cluster | null {
  if (shared === null) return null;
  const { lines } = shared;
  const observe = addClusterMetrics(registry, () => cluster.node.status());
  const cluster = createCluster({ lines, nodeId, clock, random, hub, evict, observe, log });
  return cluster;
}

function accountsOn(
  { database: { store }, secret, clock, random }: CoreParts,
  sessions: Core['sessions'],
): Accounts {
  return new Accounts({
    ...{ sessions, store, clock, random },
    hasher: createPasswordHasher({ random, queueLimit: 256 }),
    judge: createPasswordJudge(),
    vault: createVault({ key: secret.keyFor('totp keys'), random }),
    issuer: 'Rollcall',
  });
}
