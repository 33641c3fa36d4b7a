import type { Scene } from './account.ts';
import { milliseconds, quantile } from './figures.ts';
import { measureOutage } from './outage.ts';
import type { Stage } from './stage.ts';
import { measureHalfRenewal, measureStandstill } from './standstill.ts';

/** What was measured, in sentences, and what of it is beyond its bound. */
export interface Measured {
  readonly notes: readonly string[];
  readonly wrongs: readonly string[];
}

/** Something with a bound, measured under a fault. */
export interface Measurement {
  readonly name: string;
  measure(stage: Stage, scene: Scene, extent: Extent): Promise<Measured>;
}

/** How long and how often. */
export interface Extent {
  /** How long the database is gone. */
  readonly outageSeconds: number;
  /** How often a node is stopped in the middle of a renewal. */
  readonly halfRenewals: number;
}

const leaseMs = 1_000;
/** What a log-out may take over the lease, and over what it takes without the fault. */
const overLeaseMs = 100;
const fullServiceMs = 2_000;
/** How far two medians of one thing lie apart on a machine that does other things, too. */
const jitterMs = 100;

const standstill: Measurement = {
  name: 'one node stands still',
  measure: async (stage, scene) => {
    const { before, first, later } = await measureStandstill(stage, scene);
    const slowest = Math.max(...first);
    const [usual, after] = [quantile(before, 0.5), quantile(later, 0.5)];
    const notes = [
      `with one node stopped a log-out takes ${milliseconds(slowest)} ms at most; two leases later ` +
        `${milliseconds(after)} ms (median), before ${milliseconds(usual)} ms`,
    ];
    const limit = leaseMs + overLeaseMs + Math.max(...before);
    return {
      notes,
      wrongs: [
        ...beyond('a log-out with one node stopped', slowest, limit),
        ...beyond('a log-out two leases after one node stopped', after, usual + jitterMs),
      ],
    };
  },
};

const halfRenewal: Measurement = {
  name: 'one node is stopped in the middle of a renewal',
  measure: async (stage, scene, { halfRenewals }) => {
    const took = await measureHalfRenewal(stage, scene, halfRenewals);
    const slowest = Math.max(...took);
    return {
      notes: [
        `with a node stopped in the middle of a renewal a log-out takes ${milliseconds(slowest)} ms at most, of ${took.length}`,
      ],
      wrongs: beyond('a log-out during a stopped renewal', slowest, leaseMs + overLeaseMs + jitterMs),
    };
  },
};

const outage: Measurement = {
  name: 'the database is gone and comes back',
  measure: async (stage, scene, { outageSeconds }) => {
    const report = await measureOutage(stage, scene, outageSeconds);
    const { accepted, lastAcceptedAtMs, unavailable, others, serviceAfterMs } = report;
    const notes = [
      `without a database for ${outageSeconds} s memory accepted ${accepted} requests, the last begun ` +
        `${milliseconds(lastAcceptedAtMs)} ms after it was gone, and ${unavailable} got 503; full service on every node ` +
        `${milliseconds(serviceAfterMs)} ms after it was back`,
    ];
    return {
      notes,
      wrongs: [
        ...(accepted === 0 ? ['memory did not answer within the lease'] : []),
        ...(others.length === 0
          ? []
          : [`answers other than 200 and 503: ${[...new Set(others)].join(', ')}`]),
        ...beyond('acceptance without a database', lastAcceptedAtMs, leaseMs),
        ...beyond('full service', serviceAfterMs, fullServiceMs),
      ],
    };
  },
};

/** All of them, in the order they run. */
export const measurements: readonly Measurement[] = [standstill, halfRenewal, outage];

function beyond(what: string, value: number, limitMs: number): readonly string[] {
  if (value <= limitMs) return [];
  return [`${what} took ${milliseconds(value)} ms, of at most ${milliseconds(limitMs)}`];
}
