import type { Registry } from 'prom-client';
import type { MemoryStats } from '../engine/sessions.ts';
import { addCounter, addGauge } from './figures.ts';

/** Adds how often memory answered. */
export function addMemoryMetrics(registry: Registry, stats: () => MemoryStats): void {
  addCounter(registry, {
    name: 'rollcall_memory_hits_total',
    help: 'Checks of a session answered from memory',
    read: () => stats().hits,
  });
  addCounter(registry, {
    name: 'rollcall_memory_misses_total',
    help: 'Checks of a session that asked the database',
    read: () => stats().misses,
  });
  addGauge(registry, {
    name: 'rollcall_memory_sessions',
    help: 'Sessions in memory',
    read: () => stats().size,
  });
}

export interface CommitStats {
  readonly commits: number;
  /** Changes that became durable. */
  readonly changes: number;
}

/** Adds how many changes shared a commit. */
export function addCommitMetrics(registry: Registry, stats: () => CommitStats): void {
  addCounter(registry, {
    name: 'rollcall_commits_total',
    help: 'Commits; changes that arrive together share one',
    read: () => stats().commits,
  });
  addCounter(registry, {
    name: 'rollcall_changes_total',
    help: 'Changes that became durable',
    read: () => stats().changes,
  });
}

export interface ReadStats {
  /** Sessions looked up because memory could not answer. */
  readonly lookUps: number;
  /** Queries that this took. */
  readonly queries: number;
  /** Connections for reads that are open. */
  readonly readers: number;
}

/** Adds how many look-ups shared a query, and over how many connections. */
export function addReadMetrics(registry: Registry, stats: () => ReadStats): void {
  addCounter(registry, {
    name: 'rollcall_look_ups_total',
    help: 'Sessions looked up in the database',
    read: () => stats().lookUps,
  });
  addCounter(registry, {
    name: 'rollcall_look_up_queries_total',
    help: 'Queries for them; look-ups that arrive together share one',
    read: () => stats().queries,
  });
  addGauge(registry, {
    name: 'rollcall_read_connections',
    help: 'Open connections for reads',
    read: () => stats().readers,
  });
}
