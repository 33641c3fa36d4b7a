import { setTimeout as pause } from 'node:timers/promises';
import { Choices } from '../faults/kill-plan.ts';
import type { Account, Scene } from './account.ts';
import { until } from './conditions.ts';
import type { Ended, Token } from './history.ts';
import { isHit, logOutOnce, moveIn, signedIn } from './recovery.ts';
import { Resident } from './resident.ts';
import type { Stage } from './stage.ts';

/** What an outage of the database looked like from outside; instants in milliseconds since the database was gone. */
export interface OutageReport {
  /** Requests that memory answered, and the start of the last of them. */
  readonly accepted: number;
  readonly lastAcceptedAtMs: number;
  readonly unavailable: number;
  /** Anything but 200 and 503. */
  readonly others: readonly string[];
  /** From the database's first answer until every node signed in, answered from memory and logged out again. */
  readonly serviceAfterMs: number;
}

const askEveryMs = 20;
const patienceMs = 30_000;

/** Crashes the database under load and starts it again so many seconds later; every node is asked all the while. */
export async function measureOutage(stage: Stage, scene: Scene, seconds: number): Promise<OutageReport> {
  const over = new AbortController();
  const residents = [1, 2, 3].map((number) => new Resident(scene, new Choices(`outage:${number}`)));
  const lives = residents.map((resident) => resident.live(over.signal));
  const account = await moveIn(scene, 0);
  const token = await signedIn(account, 0);
  for (const node of scene.ports.keys())
    await until('the node answers from memory', patienceMs, () => isHit(stage, account, token, node));
  await stage.postgres.halt('crash');
  const goneAt = performance.now();
  const answers = await askAll(scene, account, token, seconds);
  await stage.postgres.resume();
  const backAt = performance.now();
  await Promise.all([...scene.ports.keys()].map((node) => served(stage, account, token, node)));
  const serviceAfterMs = performance.now() - backAt;
  over.abort();
  await Promise.all(lives);
  await Promise.all(residents.map((resident) => resident.settle()));
  return { ...reportOf(answers, goneAt), serviceAfterMs };
}

async function askAll(
  scene: Scene,
  account: Account,
  token: Token,
  seconds: number,
): Promise<readonly Ended[]> {
  const asked: Promise<Ended>[] = [];
  const endsAt = performance.now() + seconds * 1000;
  while (performance.now() < endsAt) {
    for (const node of scene.ports.keys()) asked.push(account.use(node, token));
    await pause(askEveryMs);
  }
  return Promise.all(asked);
}

function reportOf(answers: readonly Ended[], goneAt: number): Omit<OutageReport, 'serviceAfterMs'> {
  const accepted = answers.filter(({ outcome }) => outcome === 'done');
  const others = answers.filter(({ outcome }) => outcome !== 'done' && outcome !== 'unavailable');
  return {
    accepted: accepted.length,
    lastAcceptedAtMs: Math.max(0, ...accepted.map(({ operation }) => operation.startedAt - goneAt)),
    unavailable: answers.filter(({ outcome }) => outcome === 'unavailable').length,
    others: others.map(({ status, code }) => `${status} ${code}`),
  };
}

/** Resolves when the node does everything again. */
async function served(stage: Stage, account: Account, token: Token, node: number): Promise<void> {
  await until(`node ${node} is in full service`, patienceMs, async () => {
    const isRemembered = await isHit(stage, account, token, node);
    return isRemembered && (await logOutOnce(account, token, node)).outcome === 'done';
  });
}
