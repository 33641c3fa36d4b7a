import { setTimeout as pause } from 'node:timers/promises';
import type { Account, Scene } from './account.ts';
import { until } from './conditions.ts';
import type { Token } from './history.ts';
import { isHit, logOutOnce, moveIn, signedIn, tookMs } from './recovery.ts';
import type { Stage } from './stage.ts';

/** What a log-out costs while one node stands still, in milliseconds. */
export interface StandstillReport {
  /** With all nodes running. */
  readonly before: readonly number[];
  /** Begun within the first two leases after the node was stopped. */
  readonly first: readonly number[];
  /** Begun after that. */
  readonly later: readonly number[];
}

const leaseMs = 1_000;
const logOuts = 8;
const near = 0;
const patienceMs = 10_000;

/**
 * Stops the last node while it answers for devices from memory, ends them at another node, and wakes it under a storm of
 * requests with them. What it wrongly accepts, the recorder of the scene knows.
 */
export async function measureStandstill(stage: Stage, scene: Scene): Promise<StandstillReport> {
  const account = await moveIn(scene, near);
  const asker = await signedIn(account, near);
  const far = scene.ports.length - 1;
  const devices: Token[] = [];
  for (let device = 0; device < logOuts; device += 1) devices.push(await remembered(stage, account, far));
  const before = await repeated(account, asker);
  stage.servers[far]?.pause();
  const stoppedAt = performance.now();
  const ended: Token[] = [];
  const first: number[] = [];
  while (performance.now() - stoppedAt < 2 * leaseMs) {
    const device = devices[ended.length % devices.length];
    if (device === undefined) break;
    first.push(tookMs(await account.revoke(near, asker, device.session)));
    ended.push(device);
    await pause(100);
  }
  const later = await repeated(account, asker);
  await wakeUnderRequests(stage, account, far, ended);
  return { before, first, later };
}

/** A device that the node answers for from memory. */
async function remembered(stage: Stage, account: Account, node: number): Promise<Token> {
  const token = await signedIn(account, near);
  await until('the node answers from memory', patienceMs, () => isHit(stage, account, token, node));
  return token;
}

async function repeated(account: Account, asker: Token): Promise<readonly number[]> {
  const took: number[] = [];
  for (let round = 0; round < logOuts; round += 1) took.push(tookMs(await logOutOnce(account, asker, near)));
  return took;
}

/** Requests wait for the node when it wakes, and more come in its first moments. */
async function wakeUnderRequests(
  stage: Stage,
  account: Account,
  node: number,
  ended: readonly Token[],
): Promise<void> {
  const shown = ended.map((token) => account.use(node, token));
  stage.servers[node]?.wake();
  for (let round = 0; round < 50; round += 1) {
    for (const token of ended.slice(0, 2)) shown.push(account.use(node, token));
    await pause(5);
  }
  await Promise.all(shown);
}

/**
 * Stops the last node when its renewal has just been sent and not yet arrived at the database; how long a log-out at another
 * node took that began in that moment, for each time.
 */
export async function measureHalfRenewal(
  stage: Stage,
  scene: Scene,
  times: number,
): Promise<readonly number[]> {
  const account = await moveIn(scene, near);
  const asker = await signedIn(account, near);
  const far = scene.ports.length - 1;
  const link = stage.links[far];
  const took: number[] = [];
  for (let time = 0; time < times; time += 1) {
    await stage.leased();
    const device = await remembered(stage, account, far);
    link?.set({ delayMs: 30, slow: ['to-database'] });
    await link?.nextRequest('cluster_renew');
    stage.servers[far]?.pause();
    took.push(tookMs(await account.revoke(near, asker, device.session)));
    link?.heal();
    await wakeUnderRequests(stage, account, far, [device]);
  }
  return took;
}
