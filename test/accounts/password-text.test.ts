import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { characterCount, longestPassword, passwordText } from '../../src/accounts/password-text.ts';

describe('passwordText', () => {
  it('puts a password into NFC and changes nothing else', () => {
    const password = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(password, (text) => {
        assert.equal(passwordText(text), text.normalize('NFC'));
        assert.equal(passwordText(text.normalize('NFD')), text.normalize('NFC'));
      }),
    );
  });

  it('keeps case, outer spaces, controls and NUL', () => {
    for (const text of ['PassWord', '  spaced  ', '\ttab\n', 'a\0b', '', ' '])
      assert.equal(passwordText(text), text);
  });

  it('accepts 256 code points of any width and refuses 257', () => {
    for (const unit of ['a', 'ß', '語', '\u{1f600}', '\u1f82'.normalize('NFD')]) {
      const longest = unit.repeat(longestPassword);
      assert.equal(passwordText(longest), longest.normalize('NFC'));
      assert.equal(passwordText(longest + unit), null);
    }
  });

  it('refuses half of a surrogate pair', () => {
    for (const text of ['\ud800', 'abc\udfffdef', '\udc00\ud800']) assert.equal(passwordText(text), null);
  });
});

describe('characterCount', () => {
  it('counts code points, not UTF-16 units', () => {
    assert.equal(characterCount(''), 0);
    assert.equal(characterCount('aé語\u{1f600}'), 4);
  });
});
