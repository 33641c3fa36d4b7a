import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { newRecoveryCodes, recoveryCodeDigest } from '../../src/accounts/recovery-codes.ts';
import { givenBytes, seededRandom } from '../seeded-random.ts';

const codes = newRecoveryCodes(seededRandom('codes'));
const [code = ''] = codes;

describe('newRecoveryCodes', () => {
  it('gives ten different codes of 120 bits in an alphabet without look-alikes', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const set = newRecoveryCodes(seededRandom(seed));
        assert.equal(new Set(set).size, 10);
        for (const each of set) assert.match(each, /^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){5}$/);
      }),
    );
  });

  it('draws every character equally often from evenly drawn bytes', () => {
    const everyByte = Array.from({ length: 256 }, (_, byte) => byte);
    const random = givenBytes(everyByte);
    const counts = new Map<string, number>();
    // 16 sets of 240 characters are 15 rounds of 256 bytes.
    for (let set = 0; set < 16; set += 1) {
      for (const character of newRecoveryCodes(random).join('').replaceAll('-', '')) {
        counts.set(character, (counts.get(character) ?? 0) + 1);
      }
    }
    assert.deepEqual([...new Set(counts.values())], [120]);
    assert.equal(counts.size, 32);
  });
});

describe('recoveryCodeDigest', () => {
  it('is a digest in base64url that differs for every code', () => {
    const digests = codes.map(recoveryCodeDigest);
    assert.equal(new Set(digests).size, 10);
    for (const digest of digests) assert.match(digest ?? '', /^[\w-]{43}$/);
  });

  it('is of its own domain: no plain SHA-256 of the code', () => {
    for (const text of [code, code.replaceAll('-', '')]) {
      assert.notEqual(recoveryCodeDigest(code), hash('sha256', text, 'base64url'));
    }
  });

  it('never changes, for it is what is stored', () => {
    const digest = recoveryCodeDigest('0123-4567-89ab-cdef-ghjk-mnpq');
    assert.equal(digest, 'v1O0JIHUZIbovIaUphDrRQIGVFbr377bPWz1L1HfJTU');
  });

  it('forgives case, spaces, dashes and look-alikes, in any mixture', () => {
    const mixture = fc.array(fc.nat(), { minLength: 24, maxLength: 24 });
    const lookAlikes: Readonly<Record<string, readonly string[]>> = {
      0: ['0', 'o', 'O'],
      1: ['1', 'i', 'I', 'l', 'L'],
    };
    const separators = ['', '', '-', ' ', '\u2013', '\u00a0'];
    fc.assert(
      fc.property(fc.constantFrom(...codes), mixture, (original, choices) => {
        const typed = [...original.replaceAll('-', '')].map((character, index) => {
          const choice = choices[index] ?? 0;
          const written = lookAlikes[character] ?? [character, character.toUpperCase()];
          return (written[choice % written.length] ?? '') + (separators[choice % separators.length] ?? '');
        });
        assert.equal(recoveryCodeDigest(typed.join('')), recoveryCodeDigest(original));
      }),
    );
  });

  const refused: readonly (readonly [string, unknown])[] = [
    ['nothing', ''],
    ['null', null],
    ['a boolean', true],
    ['a number', 123456],
    ['an array', [code]],
    ['a TOTP code', '000000'],
    ['a code cut short', code.slice(0, -1)],
    ['a code with one more', `${code}0`],
    ['the letter u', `${code.slice(0, -1)}u`],
    ['full-width digits', `${code.slice(0, -1)}\uff10`],
    ['a Kelvin sign for k', '\u212a'.repeat(24)],
    ['a dotted capital I', '\u0130'.repeat(24)],
    ['an invisible character', `${code}\u200b`],
    ['an underscore', code.replaceAll('-', '_')],
    ['a NUL', `${code}\0`],
    ['a kilobyte', code.padEnd(1024, '-')],
  ];
  for (const [name, value] of refused) {
    it(`is null for ${name} (X-27)`, () => assert.equal(recoveryCodeDigest(value), null));
  }
});
