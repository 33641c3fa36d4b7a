import { hash } from 'node:crypto';
import type { Random } from '../engine/ports.ts';

/** Crockford's base32: no i, l, o or u. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const codeCount = 10;
/** 24 characters are 120 bits: enough to store a plain digest. */
const codeCharacters = 24;
const codeForm = /^[0-9a-hjkmnp-tv-z]{24}$/;
/** A code with a separator after every character; longer texts are not looked at. */
const longestTyped = 2 * codeCharacters;

/** A new set of ten codes like `7k2m-…`, to be shown once. Secrets. */
export function newRecoveryCodes(random: Random): readonly string[] {
  return Array.from({ length: codeCount }, () => newCode(random));
}

/**
 * What is stored of a recovery code: SHA-256 in base64url. The code is as received: case, spaces, dashes and letters
 * that look like digits (o, i, l) are forgiven; null for anything else.
 */
export function recoveryCodeDigest(code: unknown): string | null {
  if (typeof code !== 'string' || code.length > longestTyped) return null;
  const plain = code
    .replace(/[\s\p{Dash_Punctuation}]/gu, '')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replaceAll('o', '0')
    .replace(/[il]/g, '1');
  return codeForm.test(plain) ? hash('sha256', `rollcall recovery code\0${plain}`, 'base64url') : null;
}

function newCode(random: Random): string {
  let characters = '';
  // 256 is a multiple of 32, so five bits of each byte are drawn evenly.
  for (const byte of random.bytes(codeCharacters)) characters += alphabet.charAt(byte & 31);
  return (characters.match(/.{4}/g) ?? []).join('-');
}
