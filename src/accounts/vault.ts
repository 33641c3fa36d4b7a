import { createCipheriv, createDecipheriv, hash } from 'node:crypto';
import type { Random } from '../engine/ports.ts';
import { RollcallError } from '../errors.ts';

const algorithm = 'aes-256-gcm';
const version = 'v1';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** Keeps secrets that must be read again (TOTP keys) so that a copy of the database doesn't reveal them. */
export interface Vault {
  /** `v1.<key id>.<base64url>`, bound to the context: it opens with the same key and context alone. */
  seal(plain: string, context: string): string;
  /** Throws `unexpected` for a text that was changed, moved to another context or sealed with another key. */
  open(sealed: string, context: string): string;
}

export interface VaultParts {
  /** 32 bytes, kept outside the database. Throws `invalid_setting` for any other length. */
  readonly key: Uint8Array;
  readonly random: Random;
}

/** AES-256-GCM with a random nonce for each text: safe for 2^32 texts under one key. */
export function createVault({ key, random }: VaultParts): Vault {
  if (key.length !== keyBytes) {
    throw new RollcallError('invalid_setting', { detail: 'The key of the vault must have 32 bytes.' });
  }
  const secret = key.slice();
  const prefix = `${version}.${keyIdOf(secret)}.`;
  const boundTo = (context: string) => Buffer.from(prefix + context);
  return {
    seal(plain, context) {
      const nonce = random.bytes(nonceBytes);
      const cipher = createCipheriv(algorithm, secret, nonce, { authTagLength: tagBytes });
      cipher.setAAD(boundTo(context));
      const body = [nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return prefix + Buffer.concat(body).toString('base64url');
    },
    open(sealed, context) {
      const body = bodyOf(sealed, prefix);
      const decipher = createDecipheriv(algorithm, secret, body.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      });
      decipher.setAAD(boundTo(context));
      decipher.setAuthTag(body.subarray(-tagBytes));
      const plain = decipher.update(body.subarray(nonceBytes, -tagBytes));
      try {
        return Buffer.concat([plain, decipher.final()]).toString('utf8');
      } catch {
        throw cannotOpen('it was changed or belongs elsewhere');
      }
    },
  };
}

/** Tells keys apart after a change of key; says nothing about the key. */
function keyIdOf(key: Uint8Array): string {
  const domain = Buffer.from('rollcall vault key id\0');
  return hash('sha256', Buffer.concat([domain, key]), 'base64url').slice(0, 8);
}

function bodyOf(sealed: string, prefix: string): Buffer {
  if (!sealed.startsWith(prefix)) throw cannotOpen('it was sealed with another key');
  const text = sealed.slice(prefix.length);
  const body = Buffer.from(text, 'base64url');
  // Decoding forgives characters that carry no bits; a sealed text has one form alone.
  if (body.length < nonceBytes + tagBytes || body.toString('base64url') !== text) {
    throw cannotOpen('it was changed or belongs elsewhere');
  }
  return body;
}

function cannotOpen(reason: string): RollcallError {
  return new RollcallError('unexpected', { detail: `A sealed secret cannot be opened: ${reason}.` });
}
