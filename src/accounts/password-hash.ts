import { hash as argon2Hash, hashSync as argon2HashSync, verify as argon2Verify } from '@node-rs/argon2';
import type { Random } from '../engine/ports.ts';
import { createTurns } from '../engine/turns.ts';
import { RollcallError } from '../errors.ts';
import { passwordText } from './password-text.ts';

/** Argon2id with 19 MiB, two passes and one lane: the floor of OWASP's cheat sheet and ASVS 11.4.2. */
const cost = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;
const saltBytes = 16;

/** PHC form of the parameters above, with 16 bytes of salt and 32 of output. */
const currentForm = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/;

export interface PasswordHasherParts {
  readonly random: Random;
  /** Hashes under way at once, 19 MiB and one thread of the pool each. Default 2, so that files and names still get threads. */
  readonly concurrency?: number;
  /** Hashes waiting for their turn. Default 64: about a second of waiting; more would only time out. */
  readonly queueLimit?: number;
}

/**
 * Hashes and verifies passwords off the main thread. Every password is put into NFC once, here, and nothing else is
 * done to it. When the queue is full every method rejects with `too_busy`, having done no work.
 */
export interface PasswordHasher {
  /** Argon2id in PHC form with a salt of its own. Rejects with `invalid_request` for a text no password can be. */
  hash(password: string): Promise<string>;
  /** Whether the password is the one of the hash. Costs the same for a text no password can be. Rejects with `unexpected` for a damaged hash. */
  verify(hash: string, password: string): Promise<boolean>;
  /** The work of `verify` for an account that isn't there: always false. */
  verifyNothing(password: string): Promise<false>;
  /** Whether a hash was made with other parameters than today's; replace it at the next right password. */
  needsRehash(hash: string): boolean;
}

/** Makes a hasher with its own queue; one per process. Takes the time of one hash to make its dummy. */
export function createPasswordHasher(parts: PasswordHasherParts): PasswordHasher {
  const { random, concurrency = 2, queueLimit = 64 } = parts;
  const inTurn = createTurns({ concurrency, queueLimit });
  const salted = () => ({ ...cost, salt: random.bytes(saltBytes) });
  const dummy = argon2HashSync(random.bytes(32), salted());

  async function verify(hash: string, password: string): Promise<boolean> {
    const text = passwordText(password);
    const isRight = await inTurn(() => compare(hash, text ?? ''));
    return isRight && text !== null;
  }
  return {
    async hash(password) {
      const text = passwordText(password);
      if (text === null) throw new RollcallError('invalid_request', { detail: 'This cannot be a password.' });
      return inTurn(() => argon2Hash(text, salted()));
    },
    verify,
    async verifyNothing(password) {
      await verify(dummy, password);
      return false;
    },
    needsRehash: (hash) => !currentForm.test(hash),
  };
}

async function compare(hash: string, text: string): Promise<boolean> {
  try {
    return await argon2Verify(hash, text);
  } catch (cause) {
    throw new RollcallError('unexpected', { detail: 'A stored password hash cannot be read.', cause });
  }
}
