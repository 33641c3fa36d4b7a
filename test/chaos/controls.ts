import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { PostgresServer } from '../postgres-server.ts';
import type { Violation } from './checker.ts';
import { until } from './conditions.ts';
import { bothWays } from './link.ts';
import { SceneOfTwo } from './scene-of-two.ts';
import { Stage } from './stage.ts';

/** Servers with one rule broken, and what must happen for it to do harm. On an unbroken build the same does none. */
export interface Control {
  /** The name in `test/simulation/mutants.ts`. */
  readonly mutant: string;
  provoke(scene: SceneOfTwo): Promise<void>;
}

/** Half a lease, and one with its margin: the times of `src/cluster/times.ts`. */
const leaseMs = 1_000;
/** Provocations need luck with the moment of a renewal, which comes four times a second. */
const attempts = 5;

/** The far node can't reach the database, and still knows the device. */
const noLeaseCheck: Control = {
  mutant: 'no-lease-check',
  provoke: async (scene) => {
    const device = await scene.rememberedDevice();
    scene.link.set({ held: bothWays });
    await scene.logOut(device);
    await scene.show(device, 50);
  },
};

/** The far node hears of everything a little late. */
const noWait: Control = {
  mutant: 'no-wait',
  provoke: async (scene) => {
    const device = await scene.rememberedDevice();
    scene.link.set({ delayMs: 300 });
    await scene.logOut(device);
    await scene.show(device, 100);
  },
};

/** The answer to the far node's first look at the device arrives after the feed that names it. */
const noFillGuard: Control = {
  mutant: 'no-fill-guard',
  provoke: async (scene) => {
    const device = await scene.newDevice();
    scene.link.set({ delayMs: 400, slow: ['to-server'] });
    const first = scene.show(device, 0);
    await pause(60);
    scene.link.set({ delayMs: 0 });
    await scene.logOut(device);
    await first;
    await scene.show(device, 50);
  },
};

/** The answer to the far node's last renewal takes more than half a lease, and after it nothing gets through. */
const leaseFromReply: Control = {
  mutant: 'lease-from-reply',
  provoke: async (scene) => {
    const device = await scene.rememberedDevice();
    const client = await scene.connect();
    scene.link.set({ delayMs: 600, slow: ['to-server'], losesNotifications: true });
    await nextRenewal(scene, client);
    scene.link.set({ held: ['to-database'] });
    await scene.logOut(device);
    await scene.show(device, leaseMs / 2);
    await client.end();
  },
};

/** Resolves as soon as the far node has renewed. */
async function nextRenewal(scene: SceneOfTwo, client: pg.Client): Promise<void> {
  const id = await scene.farNodeId(client);
  const renewal = async (): Promise<unknown> =>
    (await client.query('select renewal from cluster_nodes where node_id = $1', [id])).rows[0]?.renewal;
  const before = await renewal();
  await until('the far node renews', 3 * leaseMs, async () => (await renewal()) !== before);
}

/** The far node's clock goes back while its lease runs out and it can't renew. */
async function setBackAlone(scene: SceneOfTwo): Promise<void> {
  const device = await scene.rememberedDevice();
  scene.link.set({ held: bothWays });
  const acknowledged = scene.logOut(device);
  await pause(700);
  await scene.stage.servers[SceneOfTwo.far]?.shiftClock(-600);
  await acknowledged;
  await scene.show(device, leaseMs / 2);
}

/**
 * The far node's renewal stands in the database between reading the sequence and recording itself, because its row is
 * locked; it has been silent for a lease, so nobody waits for it unless the lock of the renewal is respected.
 */
const noSharedLock: Control = {
  mutant: 'no-shared-lock',
  provoke: async (scene) => {
    const device = await scene.rememberedDevice();
    const client = await scene.connect();
    const id = await scene.farNodeId(client);
    await client.query('begin');
    await client.query('select 1 from cluster_nodes where node_id = $1 for update', [id]);
    await pause(1.3 * leaseMs);
    scene.link.set({ losesNotifications: true });
    await scene.logOut(device);
    const shown = scene.show(device, 300);
    await client.query('commit');
    await client.end();
    await shown;
  },
};

/** Two ask for the same end while the far node can't hear of it. */
const retryWithoutWait: Control = {
  mutant: 'retry-without-wait',
  provoke: async (scene) => {
    const device = await scene.rememberedDevice();
    scene.link.set({ held: bothWays });
    const first = scene.logOut(device);
    await pause(200);
    await scene.logOut(device);
    await scene.show(device, 50);
    await first;
  },
};

/** The far node has been silent for more than half of its lease. */
const impatientSilence: Control = {
  mutant: 'impatient-silence',
  provoke: async (scene) => {
    const device = await scene.rememberedDevice();
    scene.link.set({ held: bothWays });
    await scene.logOut(device);
    await scene.show(device, 50);
  },
};

/** The controls that the protocol was ordered with; the short cut runs these. */
export const controls: readonly Control[] = [
  noLeaseCheck,
  noSharedLock,
  noFillGuard,
  noWait,
  leaseFromReply,
  { mutant: 'database-clock', provoke: setBackAlone },
];

/** Further ones. */
export const moreControls: readonly Control[] = [
  { mutant: 'wall-clock-alone', provoke: setBackAlone },
  retryWithoutWait,
  impatientSilence,
];

/** What a control came to. */
export interface ControlReport {
  /** The first request that was accepted although its session's end was acknowledged; null when there was none. */
  readonly violation: Violation | null;
  readonly attempts: number;
  readonly seconds: number;
}

/** Provokes until something is wrongly accepted, some times at most, on two nodes that are the mutant, or unbroken ones. */
export async function provoke(
  control: Control,
  postgres: PostgresServer,
  build: 'mutant' | 'unbroken',
): Promise<ControlReport> {
  const startedAt = performance.now();
  const mutant = build === 'mutant' ? { mutant: control.mutant } : {};
  const stage = await Stage.set({ nodes: 2, postgres, ...mutant });
  try {
    const scene = await SceneOfTwo.open(stage);
    let attempt = 0;
    while (attempt < attempts && scene.wronglyAccepted === 0) {
      attempt += 1;
      await control.provoke(scene);
      await stage.heal();
    }
    const violation = scene.recorder.counts.violations.find(({ kind }) => kind === 'accepted') ?? null;
    return { violation, attempts: attempt, seconds: (performance.now() - startedAt) / 1000 };
  } finally {
    await stage.strike();
  }
}
