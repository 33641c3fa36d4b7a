import type { Database } from './database.ts';
import type { Dice } from './dice.ts';
import type { Host } from './host.ts';
import type { LineState } from './line.ts';
import type { World } from './world.ts';

/** What faults are planned against. */
export interface Scene {
  readonly world: World;
  readonly database: Database;
  readonly hosts: readonly Host[];
  /** No fault begins after this instant. */
  readonly faultsUntil: number;
}

/** One thing that goes wrong on a host. */
type Incident = (scene: Scene, host: Host, dice: Dice) => void;

/** How long something lasts: often shorter than a lease, often longer than a node may be silent. */
function duration(dice: Dice): number {
  const [low, high] = dice.pick([
    [20, 300],
    [300, 1_000],
    [1_000, 1_900],
    [1_900, 2_600],
  ] as const);
  return dice.between(low, high);
}

function jumpOf(dice: Dice): number {
  const size = dice.pick([200, 1_000, 10_000, 3_600_000]);
  return dice.between(-size, size);
}

function restart({ world }: Scene, host: Host, delayMs: number): void {
  world.timeline.after(delayMs, () => {
    if (!host.isServing) host.start();
  });
}

/** The faults, with how often each is chosen. */
const incidents: readonly (readonly [number, Incident])[] = [
  [2, crash],
  [2, crashInside],
  [3, (_, host, dice) => host.machine.freeze(duration(dice))],
  [3, (_, host, dice) => host.machine.arm(dice.whole(1, 30), () => host.machine.freeze(duration(dice)))],
  [1, (_, host, dice) => host.machine.suspend(duration(dice))],
  [3, cut],
  [2, cutWhileClocksJump],
  [2, (_, host, dice) => host.machine.jump(jumpOf(dice))],
  [2, slowLine],
  [1, slowDatabase],
  [1, ({ database }, _, dice) => database.halt(dice.between(10, 600))],
  [2, leave],
  [2, backJustInTime],
  [1, ({ database }) => void database.cluster.trim(true)],
];

function crash(scene: Scene, host: Host, dice: Dice): void {
  host.crash();
  restart(scene, host, dice.pick([1, 30, 600, 1_500]));
}

/** At the n-th thing the process asks of the world. */
function crashInside(scene: Scene, host: Host, dice: Dice): void {
  host.machine.arm(dice.whole(1, 30), () => {
    scene.world.coverage.count('crashesInside');
    crash(scene, host, dice);
  });
}

function cut(scene: Scene, host: Host, dice: Dice): void {
  cutFor(scene, host, dice.pick(['closed', 'silent'] as const), duration(dice));
}

function cutFor({ world }: Scene, host: Host, state: LineState, lastsMs: number): void {
  world.note(() => `the line of ${host.name} is ${state} for ${lastsMs.toFixed(0)} ms`);
  world.coverage.count('cuts');
  host.line.set(state);
  world.timeline.after(lastsMs, () => host.line.set('open'));
}

/** A node that can't renew, and whose wall clock goes back meanwhile: the one case in which believing it does harm. */
function cutWhileClocksJump(scene: Scene, host: Host, dice: Dice): void {
  cut(scene, host, dice);
  later(scene, dice.between(0, 900), () => host.machine.jump(jumpOf(dice)));
}

function slowLine({ world }: Scene, host: Host, dice: Dice): void {
  const extraMs = dice.pick([50, 200, 700, 1_100]);
  world.note(() => `every message of ${host.name} takes ${extraMs} ms longer`);
  host.line.extraMs = extraMs;
  world.timeline.after(duration(dice), () => {
    host.line.extraMs = 0;
  });
}

function slowDatabase({ world, database }: Scene, _: Host, dice: Dice): void {
  const extraMs = dice.pick([5, 50, 300]);
  world.note(() => `the database takes ${extraMs} ms longer for everything`);
  database.extraMs = extraMs;
  world.timeline.after(duration(dice), () => {
    database.extraMs = 0;
  });
}

/** A node is silent until the others ask for its removal, and renews while that request is on its way. */
function backJustInTime(scene: Scene, host: Host, dice: Dice): void {
  const silentMs = dice.between(2_000, 2_700);
  if (dice.chance(0.5)) host.machine.freeze(silentMs);
  else cutFor(scene, host, dice.pick(['closed', 'silent'] as const), silentMs);
  for (const other of scene.hosts) {
    if (other !== host && dice.chance(0.7)) later(scene, 1_900, () => slowLine(scene, other, dice));
  }
}

function leave(scene: Scene, host: Host, dice: Dice): void {
  void host.leave();
  restart(scene, host, dice.between(100, 1_500));
}

/** Plans the faults of a run: some a second, most of them against one and the same host. */
export function planFaults(scene: Scene): void {
  const { world, faultsUntil } = scene;
  const dice = world.dice.fork('faults');
  const victim = dice.pick(scene.hosts);
  const meanGapMs = dice.pick([150, 400, 900]);
  // What takes long has to begin early.
  if (dice.chance(0.3))
    world.timeline.at(dice.between(300, 1_000), () => backJustInTime(scene, victim, dice));
  for (let at = dice.between(200, 700); at < faultsUntil; at += dice.between(0, 2 * meanGapMs)) {
    const host = dice.chance(0.7) ? victim : dice.pick(scene.hosts);
    const incident = draw(dice);
    world.timeline.at(at, () => incident(scene, host, dice));
  }
}

function later({ world, faultsUntil }: Scene, delayMs: number, fault: () => void): void {
  const at = world.timeline.now + delayMs;
  if (at < faultsUntil) world.timeline.at(at, fault);
}

/** Ends every fault: lines mended, machines awake, all nodes running. */
export function endFaults({ database, hosts }: Scene): void {
  database.extraMs = 0;
  for (const host of hosts) {
    host.machine.disarm();
    host.line.extraMs = 0;
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
  return crash;
}
