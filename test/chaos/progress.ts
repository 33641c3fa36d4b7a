import type { Recorder } from './recorder.ts';

const terminalEveryMs = 500;
const logEveryMs = 10_000;

/** Says what is going on until it is closed: on one line of a terminal, or a line every ten seconds in a log. */
export function showProgress(what: string, recorder: Recorder): Disposable {
  const { isTTY = false } = process.stdout;
  const startedAt = performance.now();
  const say = (): void => {
    const { operations, logOuts, violations } = recorder.counts;
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const figures = [`${seconds} s`, `${operations} operations`, `${logOuts} log-outs`];
    const line = `${what}: ${figures.join(', ')}, ${violations.length} violations`;
    process.stdout.write(isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  };
  const timer = setInterval(say, isTTY ? terminalEveryMs : logEveryMs);
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      if (isTTY) process.stdout.write('\r\x1b[K');
    },
  };
}
