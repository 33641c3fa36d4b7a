/**
 * SIGKILL at random moments (F-01). It proves what a killed process leaves behind, not what a power cut does: the kernel
 * still writes what the process had handed over, so that not even `synchronous=off` would fail here. What is planted
 * instead, to show that the checker sees, is a worker that acknowledges before its commit.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after as afterAll, describe, it } from 'node:test';
import { addTallies, Lane, type Tally } from './kill-lane.ts';
import { after, judge, nothing, type Verdict } from './kill-ledger.ts';
import { Planner } from './kill-plan.ts';
import { buildWorker, WorkerProcess } from './kill-process.ts';
import type { OperationKind } from './kill-protocol.ts';

/** Even, for two lanes share them. `npm run chaos` asks for 300. */
const rounds = Number(process.env['ROUNDS'] ?? 40);
/** `SEED=… node --test test/faults/kill.test.ts` makes the choices of another run again. */
const seed = process.env['SEED'] ?? String(Date.now());

const folder = mkdtempSync(join(tmpdir(), 'rollcall-kill-'));
const over = new AbortController();
const program = { script: await buildWorker(folder), signal: over.signal };
afterAll(() => {
  over.abort();
  rmSync(folder, { recursive: true, force: true });
});

describe('a process killed at any moment', () => {
  it(`keeps every acknowledged change and halves none, ${rounds} times`, async (test) => {
    const lanes = ['left', 'right'].map((name) => new Lane(join(folder, name), `${seed}:${name}`, program));
    const startedAt = performance.now();
    await Promise.all(lanes.map((lane) => lane.run(rounds / lanes.length)));
    const tally = lanes.map((lane) => lane.tally).reduce(addTallies);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    test.diagnostic(`seed ${seed}: ${describeTally(tally)}; ${seconds} s`);
    assert.equal(tally.kills, rounds);
    assert.ok(tally.inside >= rounds / 2, `only ${tally.inside} kills inside an operation`);
    for (const kind of operationKinds) {
      assert.ok((tally.kinds.get(kind) ?? 0) >= rounds / 30, `${kind} was hardly hit`);
    }
  });
});

const operationKinds: readonly OperationKind[] = [
  'sign-in',
  'step-up',
  'revoke',
  'sign-out',
  'change-password',
];
const email = 'mara@example.com';

/** An acknowledgement before the commit, of one operation of the kind, and a kill: what the ledger says of it. */
async function lieAbout(kind: OperationKind): Promise<Verdict> {
  const path = join(folder, `early-${kind}`, 'rollcall.db');
  const planner = new Planner(seed);
  const worker = await WorkerProcess.start(path, program);
  worker.begin(planner.signUps([email]));
  await worker.idle();
  worker.begin(planner.moreSessions([email], 3));
  await worker.idle();
  const flight = planner.flight(email, worker.changes().reduce(after, nothing));
  const known = worker.countOf('acknowledged');
  worker.begin(flight.filter(({ operation }) => operation.kind === kind).slice(0, 1), true);
  await worker.told('acknowledged', known + 1);
  await worker.crash();
  const next = await WorkerProcess.start(path, program);
  const changes = worker.changes();
  const credentials = changes.flatMap(({ operation }) => {
    if (operation.kind === 'sign-up') return [{ email, password: operation.password }];
    return operation.kind === 'change-password' ? [{ email, password: operation.newPassword }] : [];
  });
  const tokens = changes.flatMap(({ issued }) => (issued === null ? [] : [issued.token]));
  const observation = await next.look({ tokens, emails: [email], credentials });
  await next.leave();
  const acknowledged = worker.acknowledged();
  return judge({
    ...{ before: nothing, changes, acknowledged, observation },
    ...{ emails: new Set([email]), credentials },
  });
}

describe('a worker that acknowledges before its commit', () => {
  const sentences: readonly (readonly [OperationKind, RegExp])[] = [
    ['sign-in', /a live session is refused/],
    ['step-up', /a replaced secret is accepted/],
    ['revoke', /an ended session is accepted/],
    ['sign-out', /an ended session is accepted/],
    ['change-password', /a password not in force signs in/],
  ];
  for (const [kind, sentence] of sentences) {
    it(`is caught at a ${kind}`, async () => {
      assert.match((await lieAbout(kind)).violations.join('\n'), sentence);
    });
  }
});

function describeTally({ kills, inside, undecided, durable, lost, kinds }: Tally): string {
  const each = [...kinds].map(([kind, count]) => `${kind} ${count}`).join(', ');
  return (
    `${kills} kills, ${inside} inside an operation (${each}), ${undecided} between decision and acknowledgement ` +
    `(${durable} unacknowledged changes durable, ${lost} lost)`
  );
}
