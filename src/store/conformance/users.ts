import assert from 'node:assert/strict';
import type { ConformanceCase } from './case.ts';
import { aUser, countTrue, givenUser, newId, now } from './samples.ts';

export const userCases: readonly ConformanceCase[] = [
  {
    name: 'finds a user by id and by canonical e-mail',
    async run(store, { random }) {
      const user = aUser(random, { name: null, email: 'Käthe@Example.org' });
      assert.equal(await store.write((tx) => tx.insertUser(user)), true);
      assert.deepEqual(await store.user(user.id), user);
      assert.deepEqual(await store.userByEmail(user.canonicalEmail), user);
      assert.deepEqual(await store.write((tx) => tx.findUser(user.id)), user);
      assert.deepEqual(await store.write((tx) => tx.findUserByEmail(user.canonicalEmail)), user);
    },
  },
  {
    name: 'knows no user of an id or e-mail never used',
    async run(store, { random }) {
      const id = newId(random);
      assert.equal(await store.user(id), null);
      assert.equal(await store.userByEmail('nobody@example.org'), null);
      assert.equal(await store.write((tx) => tx.findUser(id)), null);
    },
  },
  {
    name: 'inserts one of two users with the same e-mail sent at once',
    async run(store, { random }) {
      const canonicalEmail = 'same@example.org';
      const insert = () => store.write((tx) => tx.insertUser(aUser(random, { canonicalEmail })));
      assert.equal(await countTrue(2, insert), 1);
      assert.equal(await countTrue(2, insert), 0);
    },
  },
  {
    name: 'changes the password of that user alone, with its instant',
    async run(store, { random }) {
      const user = await givenUser(store, random);
      const other = await givenUser(store, random);
      await store.write((tx) => tx.putPassword(user.id, '$argon2id$new', now + 5));
      const changed = { ...user, passwordHash: '$argon2id$new', passwordChangedAt: now + 5 };
      assert.deepEqual(await store.user(user.id), changed);
      assert.deepEqual(await store.userByEmail(user.canonicalEmail), changed);
      assert.deepEqual(await store.user(other.id), other);
      await store.write((tx) => tx.putPassword(newId(random), '$argon2id$new', now));
    },
  },
];
