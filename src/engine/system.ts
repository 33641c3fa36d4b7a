import { randomBytes } from 'node:crypto';
import type { Clock, Random } from './ports.ts';

/** The clock of the machine. With `random` below, the only reader of either in Rollcall. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** The platform's cryptographic generator. */
export const systemRandom: Random = {
  bytes: (count) => new Uint8Array(randomBytes(count)),
};
