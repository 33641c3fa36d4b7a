import assert from 'node:assert/strict';
import { createDecipheriv } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createVault } from '../../src/accounts/vault.ts';
import { RollcallError } from '../../src/errors.ts';
import { seededRandom } from '../seeded-random.ts';

const key = seededRandom('vault key').bytes(32);
const vault = createVault({ key, random: seededRandom('nonces') });
const context = 'totp:01h2xcejqtf2nbrexx3vqjhp41';
const plain = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function refusesToOpen(sealed: string, from = vault, of = context): void {
  assert.throws(
    () => from.open(sealed, of),
    (error) => {
      assert.ok(error instanceof RollcallError);
      assert.equal(error.code, 'unexpected');
      assert.equal(error.cause, undefined);
      assert.match(error.message, /^A sealed secret cannot be opened: [^.]+\.$/);
      return sealed.length < 8 || !error.message.includes(sealed.slice(0, 8));
    },
  );
}

describe('the vault', () => {
  it('opens what it sealed, for every text and context', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 200 }).filter((each) => each.isWellFormed());
    fc.assert(
      fc.property(text, text, (secret, boundTo) => {
        assert.equal(vault.open(vault.seal(secret, boundTo), boundTo), secret);
      }),
    );
  });

  it('seals into a versioned text that names its key and shows nothing of the secret', () => {
    const sealed = vault.seal(plain, context);
    assert.match(sealed, /^v1\.[\w-]{8}\.[\w-]+$/);
    assert.equal(sealed.includes(plain), false);
    assert.equal(sealed.includes(Buffer.from(plain).toString('base64url').slice(0, 20)), false);
  });

  it('is AES-256-GCM with the nonce first, the tag last and prefix and context bound to it', () => {
    const sealed = vault.seal(plain, context);
    const body = Buffer.from(sealed.split('.')[2] ?? '', 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, 12), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(sealed.slice(0, 12) + context)).setAuthTag(body.subarray(-16));
    assert.equal(decipher.update(body.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8'), plain);
  });

  it('never seals the same secret into the same text', () => {
    const sealed = Array.from({ length: 100 }, () => vault.seal(plain, context));
    assert.equal(new Set(sealed.map((text) => text.slice(12, 28))).size, 100);
  });

  it('opens with the same key elsewhere, whatever became of the bytes it was given', () => {
    const given = key.slice();
    const other = createVault({ key: given, random: seededRandom('other nonces') });
    given.fill(0);
    assert.equal(other.open(vault.seal(plain, context), context), plain);
  });

  it('refuses a text with any one character changed', () => {
    const sealed = vault.seal(plain, context);
    const places = fc.nat(sealed.length - 1);
    fc.assert(
      fc.property(places, fc.constantFrom(...base64url), (place, character) => {
        fc.pre(sealed[place] !== character);
        refusesToOpen(sealed.slice(0, place) + character + sealed.slice(place + 1));
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a text that was cut, lengthened or padded', () => {
    const sealed = vault.seal(plain, context);
    for (let length = 0; length < sealed.length; length += 1) refusesToOpen(sealed.slice(0, length));
    for (const more of ['A', '=', ' ', '\n', '.', '.AAAA']) refusesToOpen(sealed + more);
    refusesToOpen(` ${sealed}`);
  });

  it('refuses a text of another context, so that it serves no other user', () => {
    for (const other of ['', 'totp:01h2xcejqtf2nbrexx3vqjhp42', `${context} `, 'recovery']) {
      refusesToOpen(vault.seal(plain, context), vault, other);
    }
  });

  it('refuses a text of another key, by its name and without it', () => {
    const other = createVault({ key: seededRandom('another key').bytes(32), random: seededRandom('nonces') });
    const sealed = other.seal(plain, context);
    refusesToOpen(sealed);
    const renamed = vault.seal(plain, context).slice(0, 12) + sealed.slice(12);
    refusesToOpen(renamed);
  });

  it('refuses anything else', () => {
    const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.base64String());
    fc.assert(fc.property(anything, (text) => refusesToOpen(text)));
  });

  it('refuses a key of any other length', () => {
    for (const length of [0, 16, 31, 33, 64]) {
      assert.throws(
        () => createVault({ key: new Uint8Array(length), random: seededRandom('nonces') }),
        (error) => error instanceof RollcallError && error.code === 'invalid_setting',
      );
    }
  });
});
