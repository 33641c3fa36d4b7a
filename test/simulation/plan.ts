import type { Dice } from './dice.ts';
import { backJustInTime, type Incident, incidents, type Scene } from './incidents.ts';

/** What goes wrong in a run. */
export interface FaultPlan {
  /** No fault begins after this instant. */
  readonly until: number;
  /** Nothing but this, or null for everything. */
  readonly only: Incident | null;
  /** The mean time from one fault to the next. */
  readonly meanGapMs: number;
}

/** The plan of a seed: mostly everything at once; else one fault alone, which others would so often cut short. */
export function faultPlanOf(dice: Dice): FaultPlan {
  const meanGapMs = dice.pick([150, 400, 900]);
  if (dice.chance(0.55)) return { until: dice.between(1_800, 4_200), only: null, meanGapMs };
  // What takes longest, alone, needs to begin early and end late.
  if (dice.chance(0.55)) return { until: dice.between(3_400, 4_200), only: backJustInTime, meanGapMs: 5_000 };
  const [, only] = dice.pick(incidents);
  return { until: dice.between(1_800, 3_500), only, meanGapMs: 1_500 };
}

/** Plans the faults of a run: some a second, most of them against one and the same host. */
export function planFaults(scene: Scene, { until, only, meanGapMs }: FaultPlan): void {
  const dice = scene.world.dice.fork('faults');
  const victim = dice.pick(scene.hosts);
  for (let at = dice.between(250, 700); at < until; at += dice.between(0, 2 * meanGapMs)) {
    const host = dice.chance(only === null ? 0.7 : 0.9) ? victim : dice.pick(scene.hosts);
    const incident = only ?? draw(dice);
    scene.world.timeline.at(at, () => incident(scene, host, dice));
  }
}

/** Ends every fault: lines mended, machines awake, all nodes running. */
export function endFaults({ database, hosts }: Scene): void {
  database.extraMs = 0;
  for (const host of hosts) {
    host.machine.disarm();
    host.line.slow(0);
    host.line.isDeaf = false;
    host.line.set('open');
    if (!host.isServing) host.start();
  }
}

function draw(dice: Dice): Incident {
  const total = incidents.reduce((sum, [weight]) => sum + weight, 0);
  let left = dice.between(0, total);
  for (const [weight, incident] of incidents) {
    left -= weight;
    if (left < 0) return incident;
  }
  throw new RangeError("the weights don't add up");
}
