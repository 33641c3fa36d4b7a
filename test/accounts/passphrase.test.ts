import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dictionary } from '@zxcvbn-ts/language-common';
import fc from 'fast-check';
import { suggestPassphrase } from '../../src/accounts/passphrase.ts';
import { createPasswordJudge } from '../../src/accounts/password-rules.ts';
import { RollcallError } from '../../src/errors.ts';
import { givenBytes, seededRandom } from '../seeded-random.ts';

const words = new Set(dictionary['diceware-common']);

describe('an offered passphrase', () => {
  it('is five different words of the diceware list, joined by dashes', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const drawn = suggestPassphrase(seededRandom(seed)).split('-');
        assert.equal(drawn.length, 5);
        assert.equal(new Set(drawn).size, 5);
        for (const word of drawn) assert.ok(words.has(word) && /^[a-z]+$/.test(word), word);
      }),
    );
  });

  it('is one of at least 2^64', () => {
    const count = words.size;
    const bits = [0, 1, 2, 3, 4].reduce((sum, gone) => sum + Math.log2(count - gone), 0);
    assert.ok(bits >= 64, `${bits} bits`);
  });

  it('passes the password rules', () => {
    const judge = createPasswordJudge();
    for (let seed = 0; seed < 80; seed += 1) {
      const password = suggestPassphrase(seededRandom(seed));
      const judgement = judge.judge({ password, email: 'x@example.com', hasSecondFactor: false });
      assert.deepEqual({ password, ...judgement }, { password, score: 4, refusal: null, minimumLength: 15 });
    }
  });

  it('is drawn evenly: the uneven rest of two bytes is drawn anew', () => {
    assert.equal(suggestPassphrase(givenBytes([0, 0])), [...words].slice(0, 5).join('-'));
    // 62,207 is the last of eight full rounds of 7,776; 62,208 would make the first word likelier.
    const last = suggestPassphrase(givenBytes([0xf2, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]));
    assert.equal(last.split('-')[0], [...words].at(-1));
    const anew = suggestPassphrase(givenBytes([0xf3, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]));
    assert.equal(anew.split('-')[0], [...words][1]);
  });

  it('is not made with a generator that is stuck', () => {
    const stuck = () => suggestPassphrase(givenBytes([0xff]));
    assert.throws(stuck, (error) => error instanceof RollcallError && error.code === 'unexpected');
  });
});
