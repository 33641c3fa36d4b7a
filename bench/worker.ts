/** The process of one subject: `worker.ts <name> <folder>`. Loads it, says so, and then does what it is told. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Order, Report, Round } from './messages.ts';
import { checkAll, prove, type Subject } from './subject.ts';
import { listings } from './subjects.ts';
import { drawPlaces } from './workload.ts';

/** Checks between two looks at the clock while warming up. */
const warmUpBatch = 200;

async function fulfil(subject: Subject, order: Order): Promise<Report> {
  const below = subject.credentials.length;
  switch (order.kind) {
    case 'warm-up':
      return { kind: 'warmed-up', checksPerSecond: await warmUp(subject, order.milliseconds) };
    case 'prove':
      await prove(subject, drawPlaces(order.checks, below, order.seed));
      return { kind: 'proven' };
    case 'round':
      return { kind: 'measured', round: await measure(subject, drawPlaces(order.checks, below, order.seed)) };
  }
}

/** Runs until the time is up; how many checks a second the second half of it made. */
async function warmUp(subject: Subject, milliseconds: number): Promise<number> {
  const startedAt = performance.now();
  const halfAt = startedAt + milliseconds / 2;
  let checks = 0;
  for (let seed = 1; performance.now() < startedAt + milliseconds; seed += 1) {
    await checkAll(subject, drawPlaces(warmUpBatch, subject.credentials.length, seed));
    if (performance.now() >= halfAt) checks += warmUpBatch;
    // A lease is renewed between turns.
    await nextTurn();
  }
  return (checks / (milliseconds / 2)) * 1000;
}

async function measure(subject: Subject, places: Uint32Array): Promise<Round> {
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const accepted = await checkAll(subject, places);
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  if (accepted !== places.length) throw new Error(`${places.length - accepted} sessions were refused`);
  const checks = places.length;
  return { checks, cpuUs: (user + system) / checks, wallUs: (wallMs * 1000) / checks };
}

function send(report: Report): void {
  // Nobody to send to means that the run was stopped while this process was busy.
  process.send?.(report, (error: Error | null) => {
    if (error !== null) process.exit(1);
  });
}

async function main([name, folder = '']: readonly string[]): Promise<void> {
  process.once('disconnect', () => process.exit());
  const listing = listings.find((each) => each.name === name);
  if (listing === undefined) throw new Error(`there is no subject ${name}`);
  const prepare = await listing.load();
  const subject = await prepare(folder);
  process.on('message', async (order: Order) => send(await fulfil(subject, order)));
  send({ kind: 'ready', sessions: subject.credentials.length });
}

await main(process.argv.slice(2));
