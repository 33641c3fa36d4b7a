import assert from 'node:assert/strict';
import type { ConformanceCase } from './case.ts';
import { aTotp, countTrue, givenUser, newId, now } from './samples.ts';

export const totpCases: readonly ConformanceCase[] = [
  {
    name: 'keeps one enrolment a user, the last one put',
    async run(store, { random }) {
      const { id } = await givenUser(store, random);
      assert.equal(await store.totpOf(id), null);
      await store.write((tx) => tx.putTotp(aTotp(id, { confirmedAt: now, lastStep: 9 })));
      const second = aTotp(id, { sealedKey: 'another.sealed.key', createdAt: now + 1 });
      await store.write((tx) => tx.putTotp(second));
      assert.deepEqual(await store.totpOf(id), second);
      assert.deepEqual(await store.write((tx) => tx.findTotp(id)), second);
    },
  },
  {
    name: 'refuses an enrolment of a user that does not exist',
    async run(store, { random }) {
      const totp = aTotp(newId(random));
      await assert.rejects(
        store.write((tx) => tx.putTotp(totp)),
        { code: 'unexpected' },
      );
      assert.equal(await store.totpOf(totp.userId), null);
    },
  },
  {
    name: 'confirms and removes an enrolment',
    async run(store, { random }) {
      const { id } = await givenUser(store, random);
      await store.write((tx) => tx.putTotp(aTotp(id)));
      await store.write((tx) => tx.confirmTotp(id, now + 3));
      assert.deepEqual(await store.totpOf(id), aTotp(id, { confirmedAt: now + 3 }));
      await store.write((tx) => tx.removeTotp(id));
      assert.equal(await store.totpOf(id), null);
      await store.write(async (tx) => {
        await tx.confirmTotp(id, now);
        await tx.removeTotp(id);
      });
      assert.equal(await store.totpOf(id), null);
    },
  },
  {
    name: 'accepts a time step once however many ask at once, and never an older one',
    async run(store, { random }) {
      const { id } = await givenUser(store, random);
      await store.write((tx) => tx.putTotp(aTotp(id)));
      const accept = (step: number) => () => store.write((tx) => tx.acceptTotpStep(id, step));
      assert.equal(await countTrue(100, accept(60_000_000)), 1);
      assert.equal(await countTrue(1, accept(59_999_999)), 0);
      assert.equal(await countTrue(1, accept(60_000_001)), 1);
      assert.equal((await store.totpOf(id))?.lastStep, 60_000_001);
    },
  },
  {
    name: 'accepts no time step without an enrolment',
    async run(store, { random }) {
      const { id } = await givenUser(store, random);
      assert.equal(await store.write((tx) => tx.acceptTotpStep(id, 1)), false);
    },
  },
];
