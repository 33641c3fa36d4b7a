import { setTimeout as pause } from 'node:timers/promises';

const lookEveryMs = 20;

/** Resolves when the condition is true; rejects, naming it, when it is not within the time. */
export async function until(
  what: string,
  limitMs: number,
  isTrue: () => Promise<boolean> | boolean,
): Promise<void> {
  const startedAt = performance.now();
  while (!(await isTrue())) {
    if (performance.now() - startedAt > limitMs) throw new Error(`Not within ${limitMs} ms: ${what}.`);
    await pause(lookEveryMs);
  }
}

/** Waits, less long when the signal comes first: how long a fault lasts, or a client rests. */
export async function rest(milliseconds: number, signal?: AbortSignal): Promise<void> {
  const options = signal === undefined ? {} : { signal };
  await pause(milliseconds, undefined, options).catch(() => undefined);
}
