import { RollcallError } from '../errors.ts';
import type { Timers } from './ports.ts';

/** The answer, or `store_unavailable` once the time is over: an answer after it is dropped. */
export function within<T>(timers: Timers, limitMs: number, answer: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = timers.after(limitMs, () => reject(tooLate(limitMs)));
    answer.then(resolve, reject).finally(cancel);
  });
}

function tooLate(limitMs: number): RollcallError {
  return new RollcallError('store_unavailable', {
    detail: `The database did not answer the cluster's request within ${limitMs} ms.`,
  });
}
