/** Runs the task again and again, `width` at a time, until `until` says so; how often it ended in time, a second. */
export async function perSecond(
  width: number,
  milliseconds: number,
  task: (turn: number) => Promise<unknown>,
): Promise<number> {
  const startedAt = performance.now();
  const endsAt = startedAt + milliseconds;
  let started = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      started += 1;
      await task(started - 1);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return (done * 1000) / (performance.now() - startedAt);
}

/** The value below which this share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
