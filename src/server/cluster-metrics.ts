import { Counter, Histogram, type Registry } from 'prom-client';
import type { ClusterNodeOptions, NodeStatus } from '../cluster/node.ts';
import { addCounter, addGauge } from './figures.ts';

/** Adds how this node stands among the others. Each figure is explained in docs/clustering.md. */
export function addClusterMetrics(
  registry: Registry,
  status: () => NodeStatus,
): NonNullable<ClusterNodeOptions['observe']> {
  addLease(registry, status);
  addFeed(registry, status);
  addNodes(registry, status);
  const waits = new Histogram({
    name: 'rollcall_acknowledgement_seconds',
    help: 'Time from the commit of a log-out until it was final on every node',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.1],
    registers: [registry],
  });
  return { acknowledged: (waitedMs) => waits.observe(waitedMs / 1000) };
}

function addLease(registry: Registry, status: () => NodeStatus): void {
  addGauge(registry, {
    name: 'rollcall_lease_held',
    help: '1 while this node may answer from memory',
    read: () => (status().isLeased ? 1 : 0),
  });
  addGauge(registry, {
    name: 'rollcall_lease_age_seconds',
    help: 'Time since the renewal was sent that the lease counts from; it ends at 1',
    read: () => secondsOf(status().leaseAgeMs),
  });
  const registers = [registry];
  new Counter({
    name: 'rollcall_renewals_total',
    help: 'Renewals of the lease by result',
    labelNames: ['result'] as const,
    registers,
    collect() {
      const { renewals, failures } = status();
      this.reset();
      this.inc({ result: 'renewed' }, renewals);
      this.inc({ result: 'failed' }, failures);
    },
  });
}

function addFeed(registry: Registry, status: () => NodeStatus): void {
  addGauge(registry, {
    name: 'rollcall_feed_applied',
    help: 'Revocation sequence up to which nothing revoked is in memory',
    read: () => status().applied,
  });
  addGauge(registry, {
    name: 'rollcall_feed_lag',
    help: 'Revocation sequences this node has heard of and not applied',
    read: () => lagOf(status()),
  });
}

function addNodes(registry: Registry, status: () => NodeStatus): void {
  addGauge(registry, {
    name: 'rollcall_nodes',
    help: 'Nodes in the table, this one included',
    read: () => status().nodes,
  });
  addCounter(registry, {
    name: 'rollcall_nodes_removed_total',
    help: 'Silent nodes that this one removed from the table',
    read: () => status().removals,
  });
}

function lagOf({ known, applied }: NodeStatus): number {
  return Math.max(0, known - applied);
}

function secondsOf(milliseconds: number | null): number | null {
  return milliseconds === null ? null : milliseconds / 1000;
}
