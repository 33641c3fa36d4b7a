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

/** Adds how many changes shared a commit. */
export function addCommitMetrics(
  registry: Registry,
  stats: () => { readonly commits: number; readonly changes: number },
): void {
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
