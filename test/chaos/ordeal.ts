import { Choices } from '../faults/kill-plan.ts';
import type { Scene } from './account.ts';
import type { Fault } from './faults.ts';
import type { Counts, Recorder } from './recorder.ts';
import { recovered } from './recovery.ts';
import { Resident } from './resident.ts';
import type { Stage } from './stage.ts';

/** What came of one kind of fault. */
export interface OrdealReport {
  readonly fault: string;
  readonly seconds: number;
  readonly strikes: number;
  readonly counts: Counts;
  /** From the end of the faults until every node held a lease and log-outs were as fast as ever. */
  readonly recoveryMs: number;
}

export interface OrdealOptions {
  readonly seconds: number;
  readonly residents: number;
  /** Decides the faults and what the residents do, to the accuracy of timers. */
  readonly seed: string;
}

/**
 * Residents live on the stage while one kind of fault strikes again and again; then everything is healed, and it is seen
 * that all came back by itself. Rejects when something did not.
 */
export async function endure(
  stage: Stage,
  recorder: Recorder,
  fault: Fault,
  { seconds, residents: count, seed }: OrdealOptions,
): Promise<OrdealReport> {
  const startedAt = performance.now();
  const scene: Scene = { recorder, requests: stage.requests, ports: stage.ports };
  const residents = Array.from(
    { length: count },
    (_, index) => new Resident(scene, new Choices(`${seed}:${fault.name}:${index}`)),
  );
  const over = new AbortController();
  const lives = residents.map((resident) => resident.live(over.signal));
  const strikes = await strikeUntil(stage, fault, new Choices(`${seed}:${fault.name}`), seconds);
  const healedAt = performance.now();
  await stage.heal();
  await recovered(stage, scene);
  const recoveryMs = performance.now() - healedAt;
  over.abort();
  await Promise.all(lives);
  await Promise.all(residents.map((resident) => resident.settle()));
  await Promise.all(residents.map((resident) => resident.showEnded()));
  const elapsed = (performance.now() - startedAt) / 1000;
  return { fault: fault.name, seconds: elapsed, strikes, counts: recorder.takeCounts(), recoveryMs };
}

async function strikeUntil(stage: Stage, fault: Fault, choices: Choices, seconds: number): Promise<number> {
  const signal = AbortSignal.timeout(seconds * 1000);
  let strikes = 0;
  while (!signal.aborted) {
    await fault.strike(stage, choices, signal);
    strikes += 1;
  }
  return strikes;
}
