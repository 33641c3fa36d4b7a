import type { Timers } from './ports.ts';

/** The timers of the process. They don't keep it alive. */
export const systemTimers: Timers = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
