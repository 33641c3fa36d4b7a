import { Checker, type Violation } from './checker.ts';
import { Clients } from './clients.ts';
import { Coverage } from './coverage.ts';
import { Database } from './database.ts';
import { Dice } from './dice.ts';
import { Host } from './host.ts';
import type { Scene } from './incidents.ts';
import { Machine } from './machine.ts';
import { endFaults, type FaultPlan, faultPlanOf, planFaults } from './plan.ts';
import { checkRecovery } from './recovery.ts';
import { byTick, byTurn, Timeline } from './timeline.ts';
import { Workload } from './workload.ts';
import { climateOf, type World } from './world.ts';

/** What became of one seed. */
export interface RunResult {
  readonly seed: number;
  /** Empty when everything held. */
  readonly violations: readonly Violation[];
  readonly coverage: Coverage;
  readonly events: number;
}

export interface RunOptions {
  /** Receives the trace, line by line. */
  readonly trace?: (line: string) => void;
}

/** One in so many seeds gives every event a whole turn of the event loop, so that no rejection is handled too late unseen. */
const turnEvery = 16;

/** The part of the runs that is watched until the last trace of the faults is gone. */
const wholeRecoveryChance = 0.3;

/** Runs one seed from the start of the cluster to its recovery. Runs must not overlap: they share the process's rejections. */
export async function runSeed(seed: number, options: RunOptions = {}): Promise<RunResult> {
  const world = worldOf(seed, options);
  const database = new Database(world);
  const hosts = hostsOf(world, database);
  const checker = new Checker(world);
  const plan = faultPlanOf(world.dice.fork('plan'));
  const onRejection = (reason: unknown): void =>
    checker.violate('surprise', `an unhandled rejection: ${String(reason)}`);
  process.on('unhandledRejection', onRejection);
  // Nobody reads where a simulated line broke, and finding out takes a tenth of the time.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = options.trace === undefined ? 0 : stackTraceLimit;
  try {
    await play({ world, database, hosts, faultsUntil: plan.until }, plan, checker);
    await byTurn();
  } catch (error) {
    checker.violate('surprise', `the run broke off: ${error instanceof Error ? error.stack : String(error)}`);
  } finally {
    process.off('unhandledRejection', onRejection);
    Error.stackTraceLimit = stackTraceLimit;
  }
  const { coverage, timeline } = world;
  return { seed, violations: checker.violations, coverage, events: timeline.happened };
}

async function play(scene: Scene, plan: FaultPlan, checker: Checker): Promise<void> {
  const { world, hosts, database } = scene;
  const { dice } = world;
  const untilAt = scene.faultsUntil;
  const clients = new Clients(world, hosts, checker);
  database.onStop(() => {
    for (const host of hosts) host.line.reset();
  });
  startAll(scene);
  new Workload(world, { hosts, clients, checker, untilAt }).start();
  planFaults(scene, plan);
  await world.timeline.runTo(untilAt);
  endFaults(scene);
  await checkRecovery(scene, { clients, checker, isWhole: dice.chance(wholeRecoveryChance) });
  for (const host of hosts) host.stop();
}

/** Most nodes start together; sometimes one joins when there is something to miss. */
function startAll({ world, hosts }: Scene): void {
  const { timeline, dice, coverage } = world;
  for (const [index, host] of hosts.entries()) {
    const isLate = index === hosts.length - 1 && dice.chance(0.4);
    if (isLate) coverage.count('lateJoins');
    timeline.after(isLate ? dice.between(300, 1_500) : dice.between(0, 20), () => host.start());
  }
}

function worldOf(seed: number, { trace }: RunOptions): World {
  const timeline = new Timeline(seed % turnEvery === 0 ? byTurn : byTick);
  const dice = new Dice(`rollcall ${seed}`);
  return {
    ...{ timeline, dice, climate: climateOf(dice.fork('climate')), coverage: new Coverage() },
    note: (line) => trace?.(`${timeline.now.toFixed(3).padStart(9)}  ${line()}`),
  };
}

function hostsOf(world: World, database: Database): readonly Host[] {
  const { dice } = world;
  const count = dice.pick([2, 3, 3, 4]);
  return Array.from({ length: count }, (_, index) => {
    const clockFaults = { rate: dice.between(0.99, 1.01), wallOffsetMs: dice.between(-300, 300) };
    return new Host(new Machine(`node${index + 1}`, world, clockFaults), database);
  });
}
