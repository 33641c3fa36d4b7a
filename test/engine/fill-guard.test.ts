import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Established } from '../../src/engine/changes.ts';
import { theSystem } from '../../src/engine/changes.ts';
import { createLaboratory, type Laboratory } from '../laboratory.ts';

/** Everything that makes a token unacceptable (design, section 7, rule 9). */
const endings: Record<string, (laboratory: Laboratory, target: Established) => Promise<unknown>> = {
  'a sign-out': ({ sessions }, { session }) => sessions.signOut(session),
  'a rotation': ({ sessions }, { session }) => sessions.rotate(session, []),
  'a raised epoch': ({ sessions }, { session }) => sessions.revokeAll(session.userId, 'revoked', theSystem()),
  'a disabled user': ({ sessions }, { session }) => sessions.putDisabled(session.userId, true, theSystem()),
  'a raised instance epoch': ({ sessions }) => sessions.revokeEverything(),
};

/** Holds the next read of the store back, after it has read and before it answers. */
function holdNextLookUp({ store }: Laboratory): { readonly hasRead: Promise<void>; release(): void } {
  const lookUp = store.lookUp.bind(store);
  const read = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  store.lookUp = async (id) => {
    store.lookUp = lookUp;
    const found = await lookUp(id);
    read.resolve();
    await released.promise;
    return found;
  };
  return { hasRead: read.promise, release: released.resolve };
}

describe('a row that was read before a session ended', () => {
  for (const [name, end] of Object.entries(endings)) {
    test(`does not come back into memory after ${name}`, async () => {
      const laboratory = createLaboratory();
      const target = await laboratory.establish();
      const held = holdNextLookUp(laboratory);
      const running = laboratory.sessions.verify(target.token);
      await held.hasRead;
      await end(laboratory, target);
      held.release();
      // The request began before the end was acknowledged, so either answer is right; the next ones began after it.
      await running;
      for (let turn = 0; turn < 3; turn += 1) {
        assert.equal((await laboratory.sessions.verify(target.token)).isActive, false);
      }
    });
  }
});

describe('a commit whose result is unknown', () => {
  for (const [name, end] of Object.entries(endings)) {
    test(`leaves nothing in memory that ${name} may have ended`, async () => {
      const laboratory = createLaboratory();
      const { store, sessions } = laboratory;
      const target = await laboratory.establish();
      await sessions.verify(target.token);
      const write = store.write.bind(store);
      store.write = async (change) => {
        store.write = write;
        await write(change);
        await sessions.verify(target.token);
        throw new Error('the connection broke after the commit');
      };
      await assert.rejects(end(laboratory, target));
      assert.equal((await sessions.verify(target.token)).isActive, false);
    });
  }
});
