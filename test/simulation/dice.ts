import { hash } from 'node:crypto';
import type { Random } from '../../src/engine/ports.ts';

/** The one source of chance of a run: everything that could go one way or another is decided here, by the seed alone. */
export class Dice implements Random {
  readonly #seed: string;
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(seed: string) {
    this.#seed = seed;
    const digest = hash('sha256', seed, 'buffer');
    this.#a = digest.readInt32LE(0);
    this.#b = digest.readInt32LE(4);
    this.#c = digest.readInt32LE(8);
    this.#counter = digest.readInt32LE(12);
  }

  /** Dice of their own for one part, so that more throws there change nothing elsewhere. */
  fork(part: string): Dice {
    return new Dice(`${this.#seed}/${part}`);
  }

  /** From 0 up to, but not including, 1. */
  next(): number {
    return this.#word() / 2 ** 32;
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
    let word = 0;
    for (let index = 0; index < count; index += 1) {
      word = index % 4 === 0 ? this.#word() : word >>> 8;
      bytes[index] = word;
    }
    return bytes;
  }

  /** 32 random bits, by Chris Doty-Humphrey's sfc32. */
  #word(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}
