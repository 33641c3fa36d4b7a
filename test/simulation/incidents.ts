import type { Database } from './database.ts';
import type { Dice } from './dice.ts';
import type { Host } from './host.ts';
import { channels, type LineState } from './line.ts';
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
export type Incident = (scene: Scene, host: Host, dice: Dice) => void;

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
export const incidents: readonly (readonly [number, Incident])[] = [
  [2, crash],
  [2, crashInside],
  [3, (_, host, dice) => host.machine.freeze(duration(dice))],
  [3, (_, host, dice) => host.machine.arm(dice.whole(1, 30), () => host.machine.freeze(duration(dice)))],
  [1, (_, host, dice) => host.machine.suspend(duration(dice))],
  [3, cut],
  [2, cutWhileSetBack],
  [2, deafen],
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

/** A node that can't renew, and whose wall clock is set back meanwhile, perhaps again and again. */
function cutWhileSetBack(scene: Scene, host: Host, dice: Dice): void {
  cut(scene, host, dice);
  for (let afterMs = dice.between(100, 900); afterMs < 2_000; afterMs += dice.between(200, 900))
    later(scene, afterMs, () => host.machine.jump(-dice.between(50, 600)));
}

/** Notifications don't reach the host for a while. */
function deafen(scene: Scene, host: Host, dice: Dice): void {
  deafenFor(scene, host, duration(dice));
}

function deafenFor({ world }: Scene, host: Host, lastsMs: number): void {
  world.note(() => `${host.name} hears no notification for ${lastsMs.toFixed(0)} ms`);
  host.line.isDeaf = true;
  world.timeline.after(lastsMs, () => {
    host.line.isDeaf = false;
  });
}

/** Everything between a host and the database is slow, or one of its connections. */
function slowLine({ world }: Scene, host: Host, dice: Dice): void {
  const slowed = dice.chance(0.5) ? channels : [dice.pick(channels)];
  const extraMs = dice.pick([50, 200, 700, 1_100]);
  world.note(() => `messages of ${host.name} (${slowed.join(', ')}) take ${extraMs} ms longer`);
  host.line.slow(extraMs, slowed);
  world.timeline.after(duration(dice), () => host.line.slow(0, slowed));
}

function slowDatabase({ world, database }: Scene, _: Host, dice: Dice): void {
  const extraMs = dice.pick([5, 50, 300]);
  world.note(() => `the database takes ${extraMs} ms longer for everything`);
  database.extraMs = extraMs;
  world.timeline.after(duration(dice), () => {
    database.extraMs = 0;
  });
}

/**
 * A node is silent until the others ask for its removal, and renews while that request is on its way. It hears no
 * notification for another second, and half the time its next renewals are slow.
 */
export function backJustInTime(scene: Scene, host: Host, dice: Dice): void {
  const silentMs = dice.between(2_050, 2_700);
  if (dice.chance(0.5)) host.machine.freeze(silentMs);
  else cutFor(scene, host, dice.pick(['closed', 'silent'] as const), silentMs);
  deafenFor(scene, host, silentMs + 1_000);
  for (const other of scene.hosts) if (other !== host) other.line.slow(dice.between(100, 700), ['upkeep']);
  if (dice.chance(0.5)) return;
  const backMs = silentMs + dice.between(10, 120);
  later(scene, backMs, () => host.line.slow(dice.between(300, 900), ['renewals']));
  later(scene, backMs + 1_000, () => host.line.slow(0, ['renewals']));
}

function leave(scene: Scene, host: Host, dice: Dice): void {
  void host.leave();
  restart(scene, host, dice.between(100, 1_500));
}

function later({ world, faultsUntil }: Scene, delayMs: number, fault: () => void): void {
  const at = world.timeline.now + delayMs;
  if (at < faultsUntil) world.timeline.at(at, fault);
}
