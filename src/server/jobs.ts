import type { Accounts } from '../accounts/accounts.ts';
import type { Clock } from '../engine/ports.ts';
import type { Sessions } from '../engine/sessions.ts';

const sweepEveryMs = 5_000;
const purgeEveryMs = 60 * 60_000;
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
  },
  report: (job: string, error: unknown) => void,
): Jobs {
  const sweep = every(sweepEveryMs, 'sweep', () => parts.sessions.sweep(), report);
  const purge = every(purgeEveryMs, 'purge', () => purgeOnce(parts), report);
  return {
    stop: async () => {
      await Promise.all([sweep.stop(), purge.stop()]);
      await parts.sessions.sweep().catch((error: unknown) => report('sweep', error));
    },
  };
}

async function purgeOnce(parts: Parameters<typeof startJobs>[0]): Promise<void> {
  await parts.accounts.purge();
  await parts.sessions.purge(parts.clock.now() - retentionMs);
}

function every(
  intervalMs: number,
  name: string,
  run: () => Promise<unknown>,
  report: (job: string, error: unknown) => void,
): { stop(): Promise<void> } {
  let running: Promise<unknown> = Promise.resolve();
  let isIdle = true;
  const timer = setInterval(() => {
    if (!isIdle) return;
    isIdle = false;
    running = run()
      .catch((error: unknown) => report(name, error))
      .finally(() => {
        isIdle = true;
      });
  }, intervalMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
