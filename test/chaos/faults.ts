import type { Choices } from '../faults/kill-plan.ts';
import { rest } from './conditions.ts';
import { bothWays, type Tear } from './link.ts';
import type { Stage } from './stage.ts';

/** One kind of thing that goes wrong. */
export interface Fault {
  readonly name: string;
  /** Lets it happen once and mends it again, unless the signal comes first: then the stage is healed from outside. */
  strike(stage: Stage, choices: Choices, signal: AbortSignal): Promise<void>;
}

/** Pauses and silences straddle the lease of a second and the two after which a node counts as dead. */
const shortestMs = 300;
const longestMs = 3_200;

function someTime(choices: Choices, from: number = shortestMs, to: number = longestMs): number {
  return from + choices.below(to - from);
}

const calm: Fault = {
  name: 'none',
  strike: (_stage, _choices, signal) => rest(1_000, signal),
};

const crash: Fault = {
  name: 'SIGKILL of a server',
  strike: async ({ servers }, choices, signal) => {
    const server = choices.of(servers);
    await server.crash();
    await rest(choices.below(1_500), signal);
    await server.start();
    await rest(choices.below(500), signal);
  },
};

const standstill: Fault = {
  name: 'SIGSTOP longer than the lease',
  strike: async ({ servers }, choices, signal) => {
    const server = choices.of(servers);
    server.pause();
    await rest(someTime(choices, 1_100, 3_500), signal);
    server.wake();
    await rest(choices.below(800), signal);
  },
};

const cutLink: Fault = {
  name: 'connections to the database reset',
  strike: async ({ links }, choices, signal) => {
    const link = choices.of(links);
    link.set({ refuses: choices.isLikely(0.6) });
    link.cut();
    await rest(someTime(choices, 0, 2_500), signal);
    link.set({ refuses: false });
    await rest(choices.below(600), signal);
  },
};

const silence: Fault = {
  name: 'link silent, both ways or one',
  strike: async ({ links }, choices, signal) => {
    const link = choices.of(links);
    link.set({ held: choices.of([bothWays, ['to-database'], ['to-server']] as const) });
    await rest(someTime(choices), signal);
    // A silence can end with all that was sent arriving late, or with the connections gone.
    if (choices.isLikely(0.3)) link.cut();
    link.set({ held: [] });
    await rest(choices.below(800), signal);
  },
};

const slowness: Fault = {
  name: 'link slow by 0.1 to 3 s',
  strike: async ({ links }, choices, signal) => {
    const link = choices.of(links);
    const slow = choices.of([bothWays, ['to-database'], ['to-server']] as const);
    link.set({ delayMs: choices.of([100, 300, 600, 900, 1_500, 3_000]), slow });
    await rest(someTime(choices, 800, 3_500), signal);
    link.set({ delayMs: 0 });
    await rest(choices.below(800), signal);
  },
};

const deafness: Fault = {
  name: 'notifications lost',
  strike: async ({ links }, choices, signal) => {
    for (const link of links) link.set({ losesNotifications: choices.isLikely(0.7) });
    await rest(someTime(choices), signal);
  },
};

const tornCommit: Fault = {
  name: 'connection lost between COMMIT and its answer',
  strike: async ({ links }, choices, signal) => {
    const where: Tear = choices.isLikely(0.7) ? 'after-commit' : 'before-commit';
    await Promise.race([choices.of(links).tearNextCommit(where), rest(1_000, signal)]);
    await rest(choices.below(300), signal);
  },
};

const databaseCrash: Fault = {
  name: 'database crash and restart',
  strike: async ({ postgres }, choices, signal) => {
    await postgres.halt(choices.isLikely(0.7) ? 'crash' : 'fast');
    await rest(choices.below(1_500), signal);
    await postgres.resume();
    await rest(1_000 + choices.below(2_000), signal);
  },
};

const jump: Fault = {
  name: 'wall clock of a server jumps',
  strike: async ({ servers, links }, choices, signal) => {
    const place = choices.below(servers.length);
    const size = choices.of([400, 1_500, 20_000, 3_600_000]) * (choices.isLikely(0.5) ? 1 : -1);
    // A clock that goes back does harm only to who can't renew and believes it.
    const isAlone = choices.isLikely(0.5);
    if (isAlone) links[place]?.set({ held: bothWays });
    await rest(choices.below(600), signal);
    await servers[place]?.shiftClock(size);
    await rest(someTime(choices, 200, 1_800), signal);
    links[place]?.set({ held: [] });
    await rest(choices.below(800), signal);
    if (choices.isLikely(0.5)) await servers[place]?.shiftClock(0);
  },
};

const single = [
  crash,
  standstill,
  cutLink,
  silence,
  slowness,
  deafness,
  tornCommit,
  databaseCrash,
  jump,
] as const;

const mixture: Fault = {
  name: 'several at once',
  strike: async (stage, choices, signal) => {
    const others = [standstill, cutLink, silence, slowness, deafness, tornCommit, jump];
    const chosen = Array.from({ length: 3 }, () => choices.of(others));
    await Promise.all(chosen.map((fault) => fault.strike(stage, choices, signal)));
    for (const link of stage.links) link.heal();
  },
};

/** Every kind of fault, the calm first and all together last. */
export const faults: readonly Fault[] = [calm, ...single, mixture];
