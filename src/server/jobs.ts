import type { Accounts } from '../accounts/accounts.ts';
import type { Timers } from '../cluster/ports.ts';
import type { Clock, Random } from '../engine/ports.ts';
import type { Sessions } from '../engine/sessions.ts';

/** At the longest; the pauses are up to two fifths shorter, by chance, so that many nodes don't all ask at once. */
const sweepEveryMs = 5_000;
const purgeEveryMs = 60 * 60_000;
const mostShortened = 0.4;
/** Terminated sessions and history are kept for 90 days. */
const retentionMs = 90 * 24 * 60 * 60_000;

/** What recurs beside the requests. */
export interface Jobs {
  /** Stops, after writing the activity that is still in memory. */
  stop(): Promise<void>;
}

/** Starts writing activity, ending overdue sessions and purging old records. A failure is reported and tried again next time. */
export function startJobs(
  parts: {
    readonly sessions: Pick<Sessions, 'sweep' | 'purge'>;
    readonly accounts: Pick<Accounts, 'purge'>;
    readonly clock: Clock;
    readonly random: Random;
    readonly timers: Timers;
  },
  report: (job: string, error: unknown) => void,
): Jobs {
  const { sessions } = parts;
  const sweep = repeat({ ...parts, everyMs: sweepEveryMs, run: () => sessions.sweep() }, (error) =>
    report('sweep', error),
  );
  const purge = repeat({ ...parts, everyMs: purgeEveryMs, run: () => purgeOnce(parts) }, (error) =>
    report('purge', error),
  );
  return {
    stop: async () => {
      await Promise.all([sweep.stop(), purge.stop()]);
      await sessions.sweep().catch((error: unknown) => report('sweep', error));
    },
  };
}

async function purgeOnce(parts: Parameters<typeof startJobs>[0]): Promise<void> {
  await parts.accounts.purge();
  await parts.sessions.purge(parts.clock.now() - retentionMs);
}

interface Repeated {
  /** At the longest. */
  readonly everyMs: number;
  readonly random: Random;
  readonly timers: Timers;
  run(): Promise<unknown>;
}

/** Runs again and again, each time a pause after it ended. */
function repeat({ everyMs, random, timers, run }: Repeated, report: (error: unknown) => void): Jobs {
  let running: Promise<unknown> = Promise.resolve();
  let cancel: () => void = () => undefined;
  let isStopped = false;
  const wait = (): void => {
    if (isStopped) return;
    const pauseMs = everyMs * (1 - mostShortened * chance(random));
    cancel = timers.after(pauseMs, () => {
      running = run().catch(report).then(wait);
    });
  };
  wait();
  return {
    stop: async () => {
      isStopped = true;
      cancel();
      await running;
    },
  };
}

/** From 0 to 1. */
function chance(random: Random): number {
  return (random.bytes(1)[0] ?? 0) / 255;
}
