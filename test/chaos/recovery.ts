import { Account, type Scene } from './account.ts';
import { until } from './conditions.ts';
import type { Ended, Token } from './history.ts';
import type { Stage } from './stage.ts';

/** Without help from anyone all must be well again after this (I-10). */
const limitMs = 30_000;
/** A log-out that waits for nobody's lease takes less, also on a machine that is busy with other things. */
export const fastMs = 500;

/** Opens an account at a node as soon as that works. */
export async function moveIn(scene: Scene, node: number): Promise<Account> {
  let account: Account | null = null;
  await until('an account can be opened', limitMs, async () => {
    account ??= await Account.open(scene, node);
    return account !== null;
  });
  if (account === null) throw new Error('unreachable');
  return account;
}

/** Signs in at a node as soon as that works. */
export async function signedIn(account: Account, node: number): Promise<Token> {
  let issued: Token | null = null;
  await until('a sign-in works', limitMs, async () => {
    issued ??= (await account.signIn(node)).issued;
    return issued !== null;
  });
  if (issued === null) throw new Error('unreachable');
  return issued;
}

/** Signs a second device in and ends it from the first; the answer, with its times. */
export async function logOutOnce(account: Account, asker: Token, node: number): Promise<Ended> {
  const target = await signedIn(account, node);
  return account.revoke(node, asker, target.session);
}

/** How long an operation took, in milliseconds. */
export function tookMs({ endedAt, operation }: Ended): number {
  return endedAt - operation.startedAt;
}

/** Resolves when every node holds a lease and answers from memory, and log-outs are fast on all of them. */
export async function recovered(stage: Stage, scene: Scene): Promise<void> {
  await stage.leased();
  const account = await moveIn(scene, 0);
  const asker = await signedIn(account, 0);
  for (const node of scene.ports.keys()) {
    await until(`node ${node} answers from memory`, limitMs, () => isHit(stage, account, asker, node));
    await until(`a log-out at node ${node} is fast`, limitMs, async () => {
      const ended = await logOutOnce(account, asker, node);
      return ended.outcome === 'done' && tookMs(ended) < fastMs;
    });
  }
}

/** Whether memory answered while a session was shown to the node. */
export async function isHit(stage: Stage, account: Account, token: Token, node: number): Promise<boolean> {
  const before = await stage.figure(node, 'rollcall_memory_hits_total');
  await account.use(node, token);
  return (await stage.figure(node, 'rollcall_memory_hits_total')) > before;
}
