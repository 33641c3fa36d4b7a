import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { BenchDatabase } from './database.ts';
import { quantile } from './lanes.ts';
import { startNode } from './node.ts';

/** How long log-outs took with so many live nodes, in milliseconds. */
export interface AcknowledgementTimes {
  readonly nodes: number;
  readonly logOuts: number;
  /** From the commit to the answer: what the protocol adds. */
  readonly overCommit: { readonly p50: number; readonly p99: number };
  readonly whole: { readonly p50: number; readonly p99: number };
}

const nodeProcess = join(import.meta.dirname, 'node-process.ts');
/** Nodes in processes of their own beside the one that logs out. */
const others = 2;

/** Logs out sessions one after another on one node while the others are idle. */
export async function measureAcknowledgements(
  database: BenchDatabase,
  tokens: readonly string[],
): Promise<AcknowledgementTimes> {
  const processes = await Promise.all(Array.from({ length: others }, () => startOther(database.url)));
  const { sessions, node, waits } = await startNode(await database.open());
  const whole: number[] = [];
  for (const token of tokens) {
    const answer = await sessions.verify(token);
    if (!answer.isActive) throw new Error('a session was not loaded');
    const startedAt = performance.now();
    await sessions.signOut(answer.session);
    whole.push(performance.now() - startedAt);
  }
  await node.leave();
  await Promise.all(processes.map(stopOther));
  return {
    nodes: others + 1,
    logOuts: tokens.length,
    overCommit: { p50: quantile(waits, 0.5), p99: quantile(waits, 0.99) },
    whole: { p50: quantile(whole, 0.5), p99: quantile(whole, 0.99) },
  };
}

async function startOther(url: string): Promise<ChildProcess> {
  const child = fork(nodeProcess, [url], { execArgv: ['--disable-warning=ExperimentalWarning'] });
  await once(child, 'message');
  return child;
}

async function stopOther(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.disconnect();
  await exited;
}
