import assert from 'node:assert/strict';
import type { ConformanceCase } from './case.ts';
import { countTrue, digestFor, givenUser, newId, now } from './samples.ts';

const set = (name: string): readonly string[] =>
  Array.from({ length: 10 }, (_, n) => digestFor(`${name} ${n}`));

export const recoveryCodeCases: readonly ConformanceCase[] = [
  {
    name: 'uses a recovery code once however many ask at once',
    async run(store, { random }) {
      const { id } = await givenUser(store, random);
      const digests = set('codes');
      await store.write((tx) => tx.putRecoveryCodes(id, digests));
      assert.equal(await store.recoveryCodesLeft(id), 10);
      const use = () => store.write((tx) => tx.useRecoveryCode(id, digestFor('codes 3'), now));
      assert.equal(await countTrue(100, use), 1);
      assert.equal(await store.recoveryCodesLeft(id), 9);
    },
  },
  {
    name: 'refuses unknown recovery codes and those of another user',
    async run(store, { random }) {
      const owner = await givenUser(store, random);
      const other = await givenUser(store, random);
      await store.write((tx) => tx.putRecoveryCodes(owner.id, set('owner')));
      await store.write((tx) => tx.putRecoveryCodes(other.id, set('other')));
      const outcomes = await store.write(async (tx) => [
        await tx.useRecoveryCode(owner.id, digestFor('never issued'), now),
        await tx.useRecoveryCode(owner.id, digestFor('other 1'), now),
        await tx.useRecoveryCode(newId(random), digestFor('owner 1'), now),
      ]);
      assert.deepEqual(outcomes, [false, false, false]);
      assert.equal(await store.recoveryCodesLeft(owner.id), 10);
      assert.equal(await store.recoveryCodesLeft(other.id), 10);
    },
  },
  {
    name: 'replaces the whole set, and removes it with an empty one',
    async run(store, { random }) {
      const { id } = await givenUser(store, random);
      await store.write((tx) => tx.putRecoveryCodes(id, set('first')));
      await store.write((tx) => tx.useRecoveryCode(id, digestFor('first 0'), now));
      await store.write((tx) => tx.putRecoveryCodes(id, set('second')));
      assert.equal(await store.recoveryCodesLeft(id), 10);
      assert.equal(await store.write((tx) => tx.useRecoveryCode(id, digestFor('first 1'), now)), false);
      await store.write((tx) => tx.putRecoveryCodes(id, []));
      assert.equal(await store.recoveryCodesLeft(id), 0);
      assert.equal(await store.write((tx) => tx.useRecoveryCode(id, digestFor('second 1'), now)), false);
    },
  },
  {
    name: 'makes a used code of a set that is put again usable once more',
    async run(store, { random }) {
      const { id } = await givenUser(store, random);
      await store.write((tx) => tx.putRecoveryCodes(id, set('same')));
      await store.write((tx) => tx.useRecoveryCode(id, digestFor('same 0'), now));
      await store.write((tx) => tx.putRecoveryCodes(id, set('same')));
      assert.equal(await store.recoveryCodesLeft(id), 10);
    },
  },
];
