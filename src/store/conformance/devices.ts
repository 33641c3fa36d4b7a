import assert from 'node:assert/strict';
import type { ConformanceCase } from './case.ts';
import { aDevice, givenSession, newId } from './samples.ts';

export const deviceCases: readonly ConformanceCase[] = [
  {
    name: 'finds a device of its user by id and by digest',
    async run(store, { random }) {
      const device = aDevice(random, { label: 'Kitchen tablet' });
      await store.write((transaction) => transaction.insertDevice(device));
      const { userId, id, digest } = device;
      assert.deepEqual(await store.device(userId, id), device);
      assert.deepEqual(await store.write((tx) => tx.findDevice(userId, id)), device);
      assert.deepEqual(await store.write((tx) => tx.findDeviceByDigest(userId, digest)), device);
    },
  },
  {
    name: 'shows a device to no other user',
    async run(store, { random }) {
      const device = aDevice(random);
      const other = newId(random);
      await store.write((transaction) => transaction.insertDevice(device));
      assert.equal(await store.device(other, device.id), null);
      const found = await store.write(async (tx) => [
        await tx.findDevice(other, device.id),
        await tx.findDeviceByDigest(other, device.digest),
        await tx.labelDevice(other, device.id, 'Mine now'),
      ]);
      assert.deepEqual(found, [null, null, false]);
      assert.equal((await store.device(device.userId, device.id))?.label, null);
    },
  },
  {
    name: 'keeps devices with the same cookie apart by user, and refuses one twice for the same user',
    async run(store, { random }) {
      const device = aDevice(random);
      const ofOther = aDevice(random, { digest: device.digest });
      const again = aDevice(random, { userId: device.userId, digest: device.digest });
      await store.write(async (transaction) => {
        await transaction.insertDevice(device);
        await transaction.insertDevice(ofOther);
      });
      await assert.rejects(
        store.write((tx) => tx.insertDevice(again)),
        { code: 'unexpected' },
      );
      assert.deepEqual(await store.device(ofOther.userId, ofOther.id), ofOther);
      assert.equal(await store.device(again.userId, again.id), null);
    },
  },
  {
    name: 'labels a device, and takes the label away again',
    async run(store, { random }) {
      const { userId, deviceId } = await givenSession(store, random);
      assert.equal(await store.write((tx) => tx.labelDevice(userId, deviceId, 'Büro "1"')), true);
      assert.equal((await store.sessionsOf(userId))[0]?.device.label, 'Büro "1"');
      assert.equal(await store.write((tx) => tx.labelDevice(userId, deviceId, null)), true);
      assert.equal((await store.device(userId, deviceId))?.label, null);
      assert.equal(await store.write((tx) => tx.labelDevice(userId, newId(random), 'x')), false);
    },
  },
];
