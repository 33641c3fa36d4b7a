import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Random } from './ports.ts';

/**
 * Tokens: `<marker>_<id>.<secret><checksum>`. The id is public; the secret is 32 random bytes and alone authenticates;
 * the checksum lets garbage be refused before the store is asked, and leaks be found by scanners.
 */
const kinds = { session: 'rc1', pendingSignIn: 'rp1', device: 'rd1' } as const;

/** Which kind of token; one is never accepted for another. */
export type TokenKind = keyof typeof kinds;

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const idLength = 26;
const idStart = 4;
const secretStart = idStart + idLength + 1;
const secretBytes = 32;
const checksumLength = 6;

/** Characters of every token: marker, id, secret and checksum. */
export const tokenLength: number = secretStart + 43 + checksumLength;

const idForm = /^[0-9a-hjkmnp-tv-z]{26}$/;
const secretForm = /^[\w-]{49}$/;

/** A token as its holder gets it, and what is stored of it. */
export interface MintedToken {
  readonly id: string;
  /** Secret: hand it to its holder, never store or log it. */
  readonly token: string;
  readonly digest: string;
}

export interface ParsedToken {
  readonly id: string;
  readonly digest: string;
}

/** A public id: 48 bits of time and 80 random bits, so that ids sort by time and can't be guessed. */
export function mintId(now: number, random: Random): string {
  let rest = BigInt(now);
  for (const byte of random.bytes(10)) rest = (rest << 8n) | BigInt(byte);
  let id = '';
  for (let digit = 0; digit < idLength; digit += 1) {
    id = alphabet.charAt(Number(rest & 31n)) + id;
    rest >>= 5n;
  }
  return id;
}

/** Whether a text has the form of an id. */
export function isId(text: string): boolean {
  return idForm.test(text);
}

/** A new token for a public id. */
export function mintToken(kind: TokenKind, id: string, random: Random): MintedToken {
  const head = `${kinds[kind]}_${id}.${Buffer.from(random.bytes(secretBytes)).toString('base64url')}`;
  const token = head + checksumOf(head);
  return { id, token, digest: digestOf(token) };
}

/** Reads a token's form and promises nothing about it; null for garbage and for other kinds. Its counterpart is `mintToken`. */
export function parseToken(kind: TokenKind, token: string): ParsedToken | null {
  if (!hasShape(kind, token)) return null;
  const id = idOf(token);
  const body = token.length - checksumLength;
  if (!idForm.test(id) || !secretForm.test(token.slice(secretStart))) return null;
  return checksumOf(token.slice(0, body)) === token.slice(body) ? { id, digest: digestOf(token) } : null;
}

/** Whether length, marker and separator are right: all that is asked before memory is looked at. */
export function hasShape(kind: TokenKind, token: string): boolean {
  return (
    token.length === tokenLength && token.startsWith(kinds[kind]) && token.charCodeAt(secretStart - 1) === 46
  );
}

/** The public id inside a token that has the shape. */
export function idOf(token: string): string {
  return token.slice(idStart, idStart + idLength);
}

/** SHA-256 of the whole token, base64url: what is stored of it. All of it but the secret is public. */
export function digestOf(token: string): string {
  return hash('sha256', token, 'base64url');
}

/** The same digest as one character a byte, a fifth cheaper to make: what memory is searched by. */
export function memoryKeyOf(token: string): string {
  return hash('sha256', token, 'binary');
}

/** The memory key of a stored digest. */
export function memoryKeyOfDigest(digest: string): string {
  return Buffer.from(digest, 'base64url').toString('latin1');
}

/** Compares two digests in a time that depends on their length alone. */
export function hasEqualDigest(left: string, right: string): boolean {
  let difference = left.length ^ right.length;
  for (let index = 0; index < right.length; index += 1) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  }
  return difference === 0;
}

function checksumOf(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return bytes.toString('base64url');
}
