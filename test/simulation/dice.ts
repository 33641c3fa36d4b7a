import { hash } from 'node:crypto';
import type { Random } from '../../src/engine/ports.ts';

/** The one source of chance of a run: everything that could go one way or another is decided here, by the seed alone. */
export class Dice implements Random {
  readonly #seed: string;
  readonly #state: Uint32Array;

  constructor(seed: string) {
    this.#seed = seed;
    const digest = hash('sha256', seed, 'buffer');
    this.#state = Uint32Array.from([0, 4, 8, 12], (offset) => digest.readUInt32LE(offset));
  }

  /** Dice of their own for one part, so that more throws there change nothing elsewhere. */
  fork(part: string): Dice {
    return new Dice(`${this.#seed}/${part}`);
  }

  /** From 0 up to, but not including, 1. The generator is Chris Doty-Humphrey's sfc32. */
  next(): number {
    const state = this.#state;
    const [a = 0, b = 0, c = 0, counter = 0] = state;
    const sum = (a + b + counter) >>> 0;
    state[3] = counter + 1;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + sum;
    return sum / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** A whole number of at least `low` and below `high`. */
  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high));
  }

  /** One of the list, which must not be empty. */
  pick<T>(list: readonly T[]): T {
    const picked = this.pickAny(list);
    if (picked === null) throw new RangeError('there is nothing to pick from');
    return picked;
  }

  /** One of the list, or null when it is empty. */
  pickAny<T>(list: readonly T[]): T | null {
    return list[Math.floor(this.next() * list.length)] ?? null;
  }

  bytes(count: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(count);
    for (let index = 0; index < count; index += 1) bytes[index] = Math.floor(this.next() * 256);
    return bytes;
  }
}
