import assert from 'node:assert/strict';
import { argon2Sync } from 'node:crypto';
import { describe, it } from 'node:test';
import { createPasswordHasher } from '../../src/accounts/password-hash.ts';
import { RollcallError } from '../../src/errors.ts';
import { seededRandom } from '../seeded-random.ts';

const hasher = createPasswordHasher({ random: seededRandom('hasher') });

function refuses(code: string): (error: unknown) => boolean {
  return (error) => error instanceof RollcallError && error.code === code;
}

describe('password hashes', () => {
  it('are Argon2id with 19 MiB, two passes, one lane and a salt of 16 bytes from the given randomness', async () => {
    const parts = (await hasher.hash('kettle lamp orange')).split('$');
    assert.deepEqual(parts.slice(1, 4), ['argon2id', 'v=19', 'm=19456,t=2,p=1']);
    assert.equal(Buffer.from(parts[4] ?? '', 'base64').length, 16);
    assert.equal(Buffer.from(parts[5] ?? '', 'base64').length, 32);
  });

  it('agree with an independent implementation', async () => {
    for (const password of ['kettle lamp orange', 'nul\0inside', 'é語\u{1f600}']) {
      const [salt = '', digest = ''] = (await hasher.hash(password)).split('$').slice(4);
      const expected = argon2Sync('argon2id', {
        message: Buffer.from(password, 'utf8'),
        nonce: Buffer.from(salt, 'base64'),
        parallelism: 1,
        tagLength: 32,
        memory: 19_456,
        passes: 2,
      });
      assert.deepEqual(Buffer.from(digest, 'base64'), expected);
    }
  });

  it('follow the given randomness, so that equal passwords have different hashes', async () => {
    const [one, two] = [await hasher.hash('same password'), await hasher.hash('same password')];
    assert.notEqual(one, two);
    const again = () => createPasswordHasher({ random: seededRandom('fixed') }).hash('same password');
    assert.equal(await again(), await again());
  });
});

describe('verify', () => {
  const pairs: readonly (readonly [string, string, string, boolean])[] = [
    ['the password itself', 'kettle lamp orange', 'kettle lamp orange', true],
    ['NFD against NFC', 'café-kettle-Å', 'café-kettle-Å'.normalize('NFD'), true],
    ['NFC against NFD', 'café-kettle-Å'.normalize('NFD'), 'café-kettle-Å', true],
    ['another case', 'Kettle lamp orange', 'kettle lamp orange', false],
    ['a compatibility form', 'ﬁne kettle', 'fine kettle', false],
    ['what differs after a NUL', 'kettle\0lamp', 'kettle\0moon', false],
    ['what ends at a NUL', 'kettle\0lamp', 'kettle', false],
    ['what differs after 72 bytes', `${'k'.repeat(72)}1`, `${'k'.repeat(72)}2`, false],
    ['what differs in the 256th character', `${'語'.repeat(255)}a`, `${'語'.repeat(255)}b`, false],
    ['outer spaces', ' kettle lamp ', 'kettle lamp', false],
    ['nothing', 'kettle lamp', '', false],
    ['a surrogate half against its replacement', 'kettle\ufffd', 'kettle\ud800', false],
    ['257 characters', 'k'.repeat(256), 'k'.repeat(257), false],
    ['a megabyte', 'k'.repeat(256), 'k'.repeat(1_000_000), false],
  ];
  for (const [name, set, offered, expected] of pairs) {
    it(`${expected ? 'accepts' : 'refuses'} ${name}`, async () => {
      assert.equal(await hasher.verify(await hasher.hash(set), offered), expected);
    });
  }

  it('refuses what no password can be even where the account has the empty text', async () => {
    const hash = await hasher.hash('');
    assert.equal(await hasher.verify(hash, '\ud800'), false);
    assert.equal(await hasher.verify(hash, ''), true);
  });

  it('says that a stored hash is damaged, without the hash', async () => {
    for (const damaged of ['', 'not a hash', '$argon2id$v=19$m=19456,t=2,p=1$AAAA']) {
      await assert.rejects(hasher.verify(damaged, 'kettle lamp'), (error) => {
        assert.ok(refuses('unexpected')(error) && error instanceof Error);
        return damaged === '' || !error.message.includes(damaged);
      });
    }
  });
});

describe('hash', () => {
  it('refuses what no password can be', async () => {
    for (const password of ['kettle\ud800', 'k'.repeat(257)]) {
      await assert.rejects(hasher.hash(password), refuses('invalid_request'));
    }
  });
});

describe('verifyNothing', () => {
  it('is false for every password', async () => {
    for (const password of ['', 'kettle lamp orange', '\ud800'])
      assert.equal(await hasher.verifyNothing(password), false);
  });

  it('takes a turn like any other', async () => {
    const narrow = createPasswordHasher({ random: seededRandom('nothing'), concurrency: 1, queueLimit: 0 });
    const nothing = narrow.verifyNothing('kettle lamp orange');
    await assert.rejects(narrow.hash('kettle lamp orange'), refuses('too_busy'));
    assert.equal(await nothing, false);
    await narrow.hash('kettle lamp orange');
  });
});

describe('the queue of hashes', () => {
  it('refuses what is more than it holds, at once and with a time to wait, and serves the rest', async () => {
    const narrow = createPasswordHasher({ random: seededRandom('queue'), concurrency: 1, queueLimit: 2 });
    const served = [narrow.hash('one'), narrow.verifyNothing('two'), narrow.hash('three')];
    await assert.rejects(narrow.hash('four'), (error) => {
      assert.ok(refuses('too_busy')(error) && error instanceof RollcallError);
      return (error.facts.retryAfterSeconds ?? 0) >= 1;
    });
    assert.equal((await Promise.all(served)).length, 3);
    assert.equal(await narrow.verify(await narrow.hash('five'), 'five'), true);
  });

  it('frees its turn after a failure', async () => {
    const narrow = createPasswordHasher({ random: seededRandom('failure'), concurrency: 1, queueLimit: 1 });
    for (let round = 0; round < 3; round += 1) {
      const results = await Promise.allSettled([
        narrow.verify('damaged', 'a'),
        narrow.verify('damaged', 'b'),
      ]);
      assert.ok(results.every(({ status }) => status === 'rejected'));
    }
    assert.equal(await narrow.verifyNothing('c'), false);
  });

  it('leaves the event loop free', async () => {
    let turns = 0;
    let isDone = false;
    const count = () => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    await Promise.all([hasher.hash('one'), hasher.hash('two'), hasher.hash('three')]);
    isDone = true;
    assert.ok(turns > 3, `the loop turned ${turns} times`);
  });
});

describe('needsRehash', () => {
  const salt = 'A'.repeat(22);
  const digest = 'B'.repeat(43);
  const hashes: readonly (readonly [string, string, boolean])[] = [
    ['today', `$argon2id$v=19$m=19456,t=2,p=1$${salt}$${digest}`, false],
    ['less memory', `$argon2id$v=19$m=4096,t=2,p=1$${salt}$${digest}`, true],
    ['more passes', `$argon2id$v=19$m=19456,t=3,p=1$${salt}$${digest}`, true],
    ['another variant', `$argon2i$v=19$m=19456,t=2,p=1$${salt}$${digest}`, true],
    ['an older version', `$argon2id$v=16$m=19456,t=2,p=1$${salt}$${digest}`, true],
    ['a short salt', `$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAA$${digest}`, true],
    ['a short output', `$argon2id$v=19$m=19456,t=2,p=1$${salt}$BBBB`, true],
    ['another scheme', '$2b$10$abcdefghijklmnopqrstuv', true],
  ];
  for (const [name, hash, expected] of hashes) {
    it(`is ${expected} for a hash with ${name}`, () => assert.equal(hasher.needsRehash(hash), expected));
  }

  it('is false for a hash of its own', async () => {
    assert.equal(hasher.needsRehash(await hasher.hash('kettle lamp orange')), false);
  });
});
