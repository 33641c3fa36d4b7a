import { hash } from 'node:crypto';
import type { Random } from '../src/engine/ports.ts';

/** A generator whose bytes follow from its seed: the same in every run. */
export function seededRandom(seed: string | number): Random {
  let block = 0;
  return {
    bytes(count) {
      const bytes = new Uint8Array(count);
      for (let start = 0; start < count; start += 32) {
        block += 1;
        const digest = hash('sha256', `${seed}:${block}`, 'buffer');
        bytes.set(digest.subarray(0, Math.min(32, count - start)), start);
      }
      return bytes;
    },
  };
}

/** A generator that hands out the given bytes in turn, again and again. */
export function givenBytes(given: readonly number[]): Random {
  let next = 0;
  return {
    bytes(count) {
      const bytes = new Uint8Array(count);
      for (let index = 0; index < count; index += 1) {
        bytes[index] = given[next % given.length] ?? 0;
        next += 1;
      }
      return bytes;
    },
  };
}
