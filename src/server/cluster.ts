import { ClusterNode, type ClusterNodeOptions } from '../cluster/node.ts';
import type { ClusterLedger, MessageLine, WakeLine } from '../cluster/ports.ts';
import { SignalRelay } from '../cluster/relay.ts';
import { systemTimers } from '../cluster/timers.ts';
import type { Clock, Evictions, Random, SignalSink } from '../engine/ports.ts';
import { RollcallError } from '../errors.ts';
import type { Log } from './log.ts';

/** What the database brings between the nodes. */
export interface ClusterLines {
  readonly ledger: ClusterLedger;
  readonly messages: MessageLine;
  readonly wakes: WakeLine;
}

export interface ClusterParts {
  readonly lines: ClusterLines;
  readonly nodeId: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The open pages of this process. */
  readonly hub: SignalSink;
  /** Takes out of this process's memory what was named. */
  readonly evict: (evictions: Evictions) => void;
  readonly observe: NonNullable<ClusterNodeOptions['observe']>;
  readonly log: Log;
}

/** This process as one node of many. */
export interface Cluster {
  readonly node: ClusterNode;
  /** Brings signals to the open pages of every node. */
  readonly signals: SignalSink;
}

/** After a failure is logged, further ones are counted for so long. */
const quietMs = 10_000;

/** Puts the node together; nothing is sent before `node.start()`. */
export function createCluster(parts: ClusterParts): Cluster {
  const { lines, nodeId, clock, random, hub, evict, observe, log } = parts;
  const node = new ClusterNode({
    ...{ nodeId, ledger: lines.ledger, clock, random, observe },
    timers: systemTimers,
    effects: { evict, signals: hub, report: sparingly(clock, log) },
  });
  lines.wakes.onWake(() => node.wake());
  return { node, signals: new SignalRelay(hub, lines.messages) };
}

/** While the database is away a node fails many times a second: one line says so, now and then. */
function sparingly(clock: Clock, log: Log): (error: unknown) => void {
  let quietUntil = Number.NEGATIVE_INFINITY;
  let failures = 0;
  return (error) => {
    failures += 1;
    if (clock.monotonic() < quietUntil) return;
    quietUntil = clock.monotonic() + quietMs;
    log.warn({ ...causeOf(error), failures }, 'the cluster could not reach the database and goes on trying');
    failures = 0;
  };
}

/** Why, in words; what is no failure of the database in full. */
function causeOf(error: unknown): object {
  if (!(error instanceof RollcallError) || error.code !== 'store_unavailable') return { error };
  const { cause } = error;
  return { reason: cause instanceof Error ? cause.message : error.message };
}
