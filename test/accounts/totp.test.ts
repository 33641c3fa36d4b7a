import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { URI } from 'otpauth';
import { matchTotpStep, newTotpKey, totpUri } from '../../src/accounts/totp.ts';
import { givenBytes, seededRandom } from '../seeded-random.ts';

const stepMs = 30_000;
const rfcKey = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

/** Base32 of RFC 4648, section 6, written for these tests. */
function bytesOf(base32: string): Buffer {
  let bits = '';
  for (const character of base32) {
    bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(character).toString(2).padStart(5, '0');
  }
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** HOTP of RFC 4226, section 5.3, written for these tests. */
function codeOf(key: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', bytesOf(key)).update(counter).digest();
  const offset = mac.readUInt8(19) & 0x0f;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

describe('matchTotpStep', () => {
  const vectors: readonly (readonly [number, string])[] = [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ];
  for (const [seconds, digits] of vectors) {
    it(`accepts the last six digits of the vector of RFC 6238 for second ${seconds}`, () => {
      const answer = matchTotpStep({ key: rfcKey, code: digits.slice(2), now: seconds * 1000 });
      assert.equal(answer, Math.floor(seconds / 30));
    });
  }

  it('agrees with an independent implementation for every key and time, and takes one earlier step', () => {
    const instants = fc.integer({ min: 10 * stepMs, max: 4_000_000_000_000 });
    fc.assert(
      fc.property(fc.nat(), instants, fc.integer({ min: -3, max: 3 }), (seed, now, distance) => {
        const key = newTotpKey(seededRandom(seed));
        const step = Math.floor(now / stepMs);
        const code = codeOf(key, step + distance);
        const expected = [step, step - 1].find((tolerated) => codeOf(key, tolerated) === code) ?? null;
        assert.equal(matchTotpStep({ key, code, now }), expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes a code to the last millisecond of the step after its own, and no longer (R-111)', () => {
    const step = 41_152_263;
    const code = codeOf(rfcKey, step);
    const at = (now: number) => matchTotpStep({ key: rfcKey, code, now });
    assert.equal(at(step * stepMs - 1), null);
    assert.equal(at(step * stepMs), step);
    assert.equal(at((step + 2) * stepMs - 1), step);
    assert.equal(at((step + 2) * stepMs), null);
  });

  it('answers at the beginning of time', () => {
    assert.equal(matchTotpStep({ key: rfcKey, code: codeOf(rfcKey, 0), now: 0 }), 0);
  });

  const now = 1_111_111_111_000;
  const code = codeOf(rfcKey, Math.floor(now / stepMs));
  for (const spaced of [code, ` ${code} `, `${code.slice(0, 3)} ${code.slice(3)}`]) {
    it(`forgives plain spaces: "${spaced}"`, () => {
      assert.equal(matchTotpStep({ key: rfcKey, code: spaced, now }), Math.floor(now / stepMs));
    });
  }

  const fullWidth = [...code].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('');
  const arabic = [...code].map((digit) => String.fromCodePoint(0x660 + Number(digit))).join('');
  const refused: readonly (readonly [string, unknown])[] = [
    ['nothing', ''],
    ['null', null],
    ['undefined', undefined],
    ['true', true],
    ['a number', Number(code)],
    ['an array', [code]],
    ['an object', { code }],
    ['a lost leading zero', code.replace(/^0/, '')],
    ['five digits', code.slice(1)],
    ['seven digits', `${code}0`],
    ['eight digits of the same time', '14050471'],
    ['full-width digits', fullWidth],
    ['digits of another script', arabic],
    ['a line feed', `${code}\n`],
    ['a no-break space', `${code}\u00a0`],
    ['a NUL', `${code}\0`],
    ['a sign', `+${code.slice(1)}`],
    ['an exponent', '1e5000'],
    ['a dash', `${code.slice(0, 3)}-${code.slice(3)}`],
    ['a kilobyte', code.padEnd(1024, ' ')],
    ['000000', '000000'],
  ];
  for (const [name, value] of refused) {
    it(`refuses ${name} (X-27)`, () => assert.equal(matchTotpStep({ key: rfcKey, code: value, now }), null));
  }

  it('accepts a code with leading zeros', () => {
    const step =
      Array.from({ length: 200 }, (_, index) => index + 1).find((each) =>
        codeOf(rfcKey, each).startsWith('0'),
      ) ?? 0;
    assert.equal(matchTotpStep({ key: rfcKey, code: codeOf(rfcKey, step), now: step * stepMs }), step);
  });
});

describe('a TOTP key', () => {
  it('is 160 bits of the given randomness in base32', () => {
    const given = Array.from({ length: 20 }, (_, index) => index * 13 + 1).map((byte) => byte & 255);
    const key = newTotpKey(givenBytes(given));
    assert.match(key, /^[A-Z2-7]{32}$/);
    assert.deepEqual([...bytesOf(key)], given);
  });

  it('is made of its own bytes alone when the generator hands out a window of a larger buffer', () => {
    const pool = new Uint8Array(64).map((_, index) => index);
    const key = newTotpKey({ bytes: (count) => pool.subarray(8, 8 + count) });
    assert.deepEqual(bytesOf(key), Buffer.from(pool.subarray(8, 28)));
  });
});

describe('totpUri', () => {
  it('carries key, address and issuer as authenticator apps read them', () => {
    for (const [email, given, issuer] of [
      ['anna@example.com', 'Rollcall', 'Rollcall'],
      ['anna+shop@exämple.com', 'My Shop & Co: Riga?', 'My Shop & Co Riga?'],
    ] as const) {
      const uri = totpUri({ key: rfcKey, email, issuer: given });
      const read = URI.parse(uri);
      assert.deepEqual([read.label, read.issuer, read.secret.base32], [email, issuer, rfcKey]);
      const parameters = Object.fromEntries(new URL(uri).searchParams);
      assert.deepEqual(parameters, { issuer, secret: rfcKey, algorithm: 'SHA1', digits: '6', period: '30' });
    }
  });
});
