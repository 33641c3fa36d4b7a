/** Repeats things. A port, so that tests decide when time passes. */
export interface Timers {
  /** Runs the task again and again with this many milliseconds between, until the returned function is called. */
  every(intervalMs: number, task: () => void): () => void;
}

/** The timers of the process. They don't keep it alive. */
export const systemTimers: Timers = {
  every: (intervalMs, task) => {
    const timer = setInterval(task, intervalMs);
    timer.unref();
    return () => clearInterval(timer);
  },
};
