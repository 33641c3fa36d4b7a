import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { canonicalEmail } from '../../src/accounts/email.ts';

function canonicalOf(text: unknown): string | null {
  return canonicalEmail(text)?.canonicalEmail ?? null;
}

describe('canonicalEmail', () => {
  const accepted: readonly (readonly [string, string, string])[] = [
    ['anna@example.com', 'anna@example.com', 'anna@example.com'],
    ['  Anna.Kettle@Example.COM ', 'Anna.Kettle@Example.COM', 'anna.kettle@example.com'],
    ["O'Brien+shop@mail.example.org", "O'Brien+shop@mail.example.org", "o'brien+shop@mail.example.org"],
    ['anna@localhost', 'anna@localhost', 'anna@localhost'],
    ['анна@пример.рф', 'анна@пример.рф', 'анна@xn--e1afmkfd.xn--p1ai'],
    ['anna@XN--E1AFMKFD.xn--p1ai', 'anna@XN--E1AFMKFD.xn--p1ai', 'anna@xn--e1afmkfd.xn--p1ai'],
    ['anna@faß.de', 'anna@faß.de', 'anna@xn--fa-hia.de'],
    ['anna@ｅxample.com', 'anna@ｅxample.com', 'anna@example.com'],
    ['\u00a0anna@example.com\u3000', 'anna@example.com', 'anna@example.com'],
    ['e\u0301va@example.com', '\u00e9va@example.com', '\u00e9va@example.com'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  ];
  for (const [typed, email, canonical] of accepted) {
    it(`reads ${JSON.stringify(typed)}`, () => {
      assert.deepEqual(canonicalEmail(typed), { email, canonicalEmail: canonical });
    });
  }

  const label = 'd'.repeat(60);
  const refused: readonly (readonly [string, unknown])[] = [
    ['nothing', ''],
    ['spaces', '   '],
    ['null', null],
    ['a number', 5],
    ['an array', ['anna@example.com']],
    ['an object', { toString: () => 'anna@example.com' }],
    ['no @', 'anna.example.com'],
    ['two @', 'anna@evil.example@example.com'],
    ['a full-width @', 'anna\uff20example.com'],
    ['no local part', '@example.com'],
    ['no domain', 'anna@'],
    ['CR LF and a header', 'anna@example.com\r\nBcc: eve@example.com'],
    ['a trailing line feed', 'anna@example.com\n'],
    ['a leading tab', '\tanna@example.com'],
    ['a NUL', 'anna\0@example.com'],
    ['a comma list', 'anna@example.com,eve@example.com'],
    ['a semicolon list', 'anna@example.com;eve@example.com'],
    ['a comma in the local part', 'anna,eve@example.com'],
    ['a space inside', 'anna kettle@example.com'],
    ['a comment', 'anna(eve)@example.com'],
    ['a comment in the domain', 'anna@example.com(eve)'],
    ['a quoted local part', '"anna"@example.com'],
    ['a quoted @', '"anna@eve"@example.com'],
    ['a display name', 'Anna <anna@example.com>'],
    ['angle brackets', '<anna@example.com>'],
    ['a mailto address', 'mailto:anna@example.com'],
    ['a backslash', 'an\\na@example.com'],
    ['a leading dot', '.anna@example.com'],
    ['a trailing dot', 'anna.@example.com'],
    ['two dots', 'an..na@example.com'],
    ['a leading combining mark', '\u0301anna@example.com'],
    ['an address literal', 'anna@[192.0.2.1]'],
    ['an IPv6 literal', 'anna@[IPv6:2001:db8::1]'],
    ['an IPv4 address', 'anna@192.0.2.1'],
    ['an IPv4 address in hexadecimal', 'anna@0xc0.0x0.0x2.0x1'],
    ['an IPv4 address as a number', 'anna@3221225985'],
    ['a port', 'anna@example.com:25'],
    ['a path', 'anna@example.com/x'],
    ['a query', 'anna@example.com?x'],
    ['a percent sign in the domain', 'anna@%65xample.com'],
    ['an underscore in the domain', 'anna@exa_mple.com'],
    ['an empty label', 'anna@example..com'],
    ['a dot at the end', 'anna@example.com.'],
    ['a dot at the start', 'anna@.example.com'],
    ['a dash at the start of a label', 'anna@-example.com'],
    ['a dash at the end of a label', 'anna@example-.com'],
    ['a label of 64', `anna@${'d'.repeat(64)}.com`],
    ['a right-to-left override', 'anna\u202e@example.com'],
    ['an isolate in the domain', 'anna@\u2066example.com'],
    ['a zero-width space', 'an\u200bna@example.com'],
    ['a zero-width joiner in the domain', 'anna@exam\u200dple.com'],
    ['a soft hyphen', 'an\u00adna@example.com'],
    ['a byte order mark', '\ufeffanna@example.com'],
    ['a Hangul filler', 'anna\u3164@example.com'],
    ['a grapheme joiner', 'an\u034fna@example.com'],
    ['a variation selector', 'anna\ufe0f@example.com'],
    ['a blank Braille pattern', 'anna\u2800@example.com'],
    ['a tag character', 'anna\u{e0041}@example.com'],
    ['a surrogate half', 'anna\ud800@example.com'],
    ['a private character', 'anna\ue000@example.com'],
    ['a local part of 65', `${'a'.repeat(65)}@example.com`],
    ['a local part of 66 octets', `${'é'.repeat(33)}@example.com`],
    ['255 characters', `anna@${`${label}.`.repeat(4)}${'d'.repeat(6)}`],
    ['320 characters', `${'a'.repeat(64)}@${`${label}.`.repeat(4)}${'d'.repeat(11)}`],
    ['a megabyte', `${'a'.repeat(1_000_000)}@example.com`],
  ];
  for (const [name, value] of refused) {
    it(`refuses ${name} (X-24)`, () => assert.equal(canonicalEmail(value), null));
  }

  it('accepts 254 characters', () => {
    const longest = `anna@${`${label}.`.repeat(4)}${'d'.repeat(5)}`;
    assert.equal(longest.length, 254);
    assert.equal(canonicalOf(longest), longest);
  });

  const same: readonly (readonly [string, string])[] = [
    ['Anna@Example.com', 'anna@example.com'],
    ['\u00e9va@example.com', 'e\u0301va@example.com'],
    ['ΟΔΟΣ@example.gr', 'οδος@example.gr'],
    ['οδοσ@example.gr', 'οδος@example.gr'],
    ['anna@BÜCHER.example', 'anna@xn--bcher-kva.example'],
    ['\u0130\u0327@example.com', 'i\u0327\u0307@example.com'],
    ['STRA\u1e9eE@example.com', 'straße@example.com'],
  ];
  for (const [one, other] of same) {
    it(`has one form for ${one} and ${other} (X-25)`, () => {
      assert.notEqual(canonicalOf(one), null);
      assert.equal(canonicalOf(one), canonicalOf(other));
    });
  }

  const different: readonly (readonly [string, string, string])[] = [
    ['sharp s', 'strasse@example.com', 'straße@example.com'],
    ['dotless i', 'kıng@example.com', 'king@example.com'],
    ['dotted capital I', 'KİNG@example.com', 'king@example.com'],
    ['a Cyrillic a', 'аnna@example.com', 'anna@example.com'],
    ['a Cyrillic letter in the domain', 'anna@exаmple.com', 'anna@example.com'],
    ['a full-width letter', 'ａnna@example.com', 'anna@example.com'],
    ['a ligature', 'ﬁne@example.com', 'fine@example.com'],
    ['a superscript', 'anna²@example.com', 'anna2@example.com'],
    ['a long s', 'ſam@example.com', 'sam@example.com'],
    ['a tag after a plus', 'anna+shop@example.com', 'anna@example.com'],
    ['a dot', 'an.na@example.com', 'anna@example.com'],
    ['an accent', 'ánna@example.com', 'anna@example.com'],
  ];
  for (const [name, one, other] of different) {
    it(`keeps accounts apart that differ in ${name} (X-25)`, () => {
      assert.notEqual(canonicalOf(one), null);
      assert.notEqual(canonicalOf(one), canonicalOf(other));
    });
  }

  it('is its own canonical form, in NFC and NFD, whatever was typed', () => {
    const letters = fc.constantFrom(...'abYZ09.+-_éÉßẞıİΣσςǅåÅ\u0301\u0323\u0327語ж');
    const local = fc.string({ unit: letters, minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(local, fc.constantFrom('example.com', 'Bücher.Example', 'пример.рф'), (name, domain) => {
        const canonical = canonicalOf(`${name}@${domain}`);
        fc.pre(canonical !== null);
        assert.equal(canonicalOf(canonical), canonical);
        assert.equal(canonicalOf(`${name}@${domain}`.normalize('NFD')), canonical);
        assert.equal(canonicalOf(`${name}@${domain}`.toLowerCase()), canonical);
      }),
      { numRuns: 1000 },
    );
  });

  it('never throws, and what it accepts has one @ and a domain in ASCII', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom('anna', 'example.com', '@', '.'),
    );
    const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, (typed) => {
        const address = canonicalEmail(typed);
        if (address === null) return;
        assert.equal(address.email.split('@').length, 2);
        assert.match(address.canonicalEmail, /^[^@\s,<>"]+@[a-z0-9.-]+$/);
      }),
      { numRuns: 3000 },
    );
  });
});
