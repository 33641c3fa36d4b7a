import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { systemRandom } from '../../src/engine/system.ts';
import {
  digestOf,
  hasEqualDigest,
  hasShape,
  isId,
  mintId,
  mintToken,
  parseToken,
  tokenLength,
} from '../../src/engine/token.ts';

const now = Date.UTC(2026, 10, 23);

function mint(kind: 'session' | 'pendingSignIn' | 'device' = 'session') {
  return mintToken(kind, mintId(now, systemRandom), systemRandom);
}

describe('a token', () => {
  test('is read back with the id it was minted for and the digest that is stored', () => {
    const { id, token, digest } = mint();
    assert.deepEqual(parseToken('session', token), { id, digest });
    assert.equal(token.length, tokenLength);
    assert.match(token, /^rc1_[0-9a-hjkmnp-tv-z]{26}\.[\w-]{49}$/);
  });

  test('is refused when any one character is another', () => {
    const { token } = mint();
    for (let index = 0; index < token.length; index += 1) {
      const other = token.charAt(index) === 'x' ? 'y' : 'x';
      assert.equal(parseToken('session', token.slice(0, index) + other + token.slice(index + 1)), null);
    }
  });

  test('is never taken for one of another kind', () => {
    const kinds = ['session', 'pendingSignIn', 'device'] as const;
    for (const minted of kinds) {
      for (const asked of kinds) {
        const parsed = parseToken(asked, mint(minted).token);
        assert.equal(parsed !== null, minted === asked, `${minted} as ${asked}`);
      }
    }
  });

  test('of any other text is refused without a throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        assert.equal(parseToken('session', text), null);
        assert.equal(hasShape('session', text), false);
      }),
    );
  });

  test('is never the same twice in twenty thousand', () => {
    const seen = new Set<string>();
    for (let count = 0; count < 20_000; count += 1) seen.add(mint().token);
    assert.equal(seen.size, 20_000);
  });

  test('carries a secret whose bits are even', () => {
    const ones = new Array<number>(256).fill(0);
    const rounds = 2000;
    for (let round = 0; round < rounds; round += 1) {
      const secret = Buffer.from(mint().token.slice(31, 74), 'base64url');
      for (const bit of ones.keys())
        ones[bit] = (ones[bit] ?? 0) + (((secret[bit >> 3] ?? 0) >> (bit & 7)) & 1);
    }
    // Six standard deviations: one false alarm in millions of runs.
    const bound = 6 * Math.sqrt(rounds / 4);
    for (const count of ones) assert.ok(Math.abs(count - rounds / 2) < bound, `${count} of ${rounds}`);
  });
});

describe('a public id', () => {
  test('sorts by the time it was made', () => {
    const ids = [1, 1000, now, now + 1, now + 86_400_000].map((at) => mintId(at, systemRandom));
    assert.deepEqual(ids.toSorted(), ids);
    for (const id of ids) assert.ok(isId(id));
  });

  test('is not one where its form is broken', () => {
    for (const text of [
      '',
      'x',
      '01k9xt4b2h',
      '../../../../../../../etc/pwd',
      '0'.repeat(25),
      'i'.repeat(26),
      '0'.repeat(27),
    ]) {
      assert.equal(isId(text), false, text);
    }
  });
});

describe('comparing digests', () => {
  test('tells equal from unequal whatever the lengths', () => {
    const digest = digestOf(mint().token);
    assert.ok(hasEqualDigest(digest, digest));
    assert.equal(hasEqualDigest(digest, digestOf(mint().token)), false);
    assert.equal(hasEqualDigest(digest, digest.slice(1)), false);
    assert.equal(hasEqualDigest('', digest), false);
  });
});
