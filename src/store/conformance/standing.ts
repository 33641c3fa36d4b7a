import assert from 'node:assert/strict';
import type { ConformanceCase } from './case.ts';
import { givenSession, newId } from './samples.ts';

export const standingCases: readonly ConformanceCase[] = [
  {
    name: 'holds epoch 0 and enabled for a user never heard of',
    async run(store, { random }) {
      const userId = newId(random);
      const unknown = { epoch: 0, isDisabled: false };
      assert.deepEqual(await store.standingOf(userId), unknown);
      assert.deepEqual(await store.write((tx) => tx.standing(userId)), unknown);
    },
  },
  {
    name: 'replaces a standing, for that user alone',
    async run(store, { random }) {
      const userId = newId(random);
      await store.write((tx) => tx.putStanding(userId, { epoch: 1, isDisabled: false }));
      await store.write((tx) => tx.putStanding(userId, { epoch: 2, isDisabled: true }));
      assert.deepEqual(await store.standingOf(userId), { epoch: 2, isDisabled: true });
      assert.deepEqual(await store.standingOf(newId(random)), { epoch: 0, isDisabled: false });
    },
  },
  {
    name: 'starts the instance at epoch 0 and keeps what is put',
    async run(store) {
      assert.equal(await store.instanceEpochNow(), 0);
      const seen = await store.write(async (tx) => {
        await tx.putInstanceEpoch(5);
        return tx.instanceEpoch();
      });
      assert.equal(seen, 5);
      assert.equal(await store.instanceEpochNow(), 5);
    },
  },
  {
    name: "gives the user's standing and the instance's epoch with a session looked up",
    async run(store, { random }) {
      const session = await givenSession(store, random);
      const bare = { session, standing: { epoch: 0, isDisabled: false }, instanceEpoch: 0 };
      assert.deepEqual(await store.lookUp(session.id), bare);
      await store.write(async (transaction) => {
        await transaction.putStanding(session.userId, { epoch: 4, isDisabled: true });
        await transaction.putInstanceEpoch(2);
      });
      const raised = { session, standing: { epoch: 4, isDisabled: true }, instanceEpoch: 2 };
      assert.deepEqual(await store.lookUp(session.id), raised);
    },
  },
];
