import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { theSystem } from '../../src/engine/changes.ts';
import type { FeedPlace, Finality, Revocation } from '../../src/engine/ports.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { createLaboratory, day, type Laboratory } from '../laboratory.ts';

/** A finality that a test steers: whether there is a lease, and when the other nodes are done. */
class SteeredFinality implements Finality {
  isLeased = true;
  storeAnswers: boolean | Promise<boolean> = true;
  readonly asked: number[] = [];
  #others = Promise.withResolvers<void>();

  mayAnswerFromMemory(): boolean {
    return this.isLeased;
  }

  mayAnswerFromStore(): boolean | Promise<boolean> {
    return this.storeAnswers;
  }

  settled(sequence: number): Promise<void> {
    this.asked.push(sequence);
    return this.#others.promise;
  }

  /** The other nodes have applied everything. */
  othersAreDone(): void {
    this.#others.resolve();
  }
}

interface SteeredLaboratory extends Laboratory {
  readonly finality: SteeredFinality;
  /** What was published, in order; the place of each is its number in here. */
  readonly published: Revocation[];
  /** Reads of the store since the start. */
  readonly reads: { count: number };
}

function createSteeredLaboratory(): SteeredLaboratory {
  const store = createMemoryStore();
  const finality = new SteeredFinality();
  const published: Revocation[] = [];
  const reads = { count: 0 };
  const [write, lookUp] = [store.write.bind(store), store.lookUp.bind(store)];
  store.lookUp = (id) => {
    reads.count += 1;
    return lookUp(id);
  };
  store.write = (change) =>
    write((tx) =>
      change(
        new Proxy(tx, {
          get: (target, name) => {
            if (name === 'publishRevocation')
              return async (revocation: Revocation): Promise<FeedPlace> => ({
                sequence: published.push(revocation),
              });
            const member: unknown = Reflect.get(target, name);
            return typeof member === 'function' ? member.bind(target) : member;
          },
        }),
      ),
    );
  return { ...createLaboratory({}, store, finality), finality, published, reads };
}

async function hasSettled(promise: Promise<unknown>): Promise<boolean> {
  for (let turn = 0; turn < 10; turn += 1) await nextTurn();
  return Promise.race([promise.then(() => true), Promise.resolve(false)]);
}

describe('verify', () => {
  test('answers from memory under a lease, and asks the store without one', async () => {
    const { sessions, establish, finality, reads } = createSteeredLaboratory();
    const { token } = await establish();
    await sessions.verify(token);
    for (let turn = 0; turn < 100; turn += 1) await sessions.verify(token);
    assert.equal(reads.count, 1);
    finality.isLeased = false;
    assert.equal((await sessions.verify(token)).isActive, true);
    assert.equal(reads.count, 2);
    assert.deepEqual(sessions.memoryStats(), { hits: 100, misses: 2, size: 1 });
  });

  test('refuses without a lease when the store cannot be asked', async () => {
    const { sessions, establish, finality, store } = createSteeredLaboratory();
    const { token } = await establish();
    await sessions.verify(token);
    finality.isLeased = false;
    await store.close();
    await assert.rejects(async () => sessions.verify(token), { code: 'shutting_down' });
  });

  test('accepts nothing of a store that may have been replaced, and refuses as ever', async () => {
    const { sessions, establish, finality } = createSteeredLaboratory();
    const [{ token }, ended] = [await establish(), await establish()];
    finality.othersAreDone();
    await sessions.signOut(ended.session);
    finality.isLeased = false;
    for (const refusal of [false, Promise.resolve(false)]) {
      finality.storeAnswers = refusal;
      await assert.rejects(async () => sessions.verify(token), { code: 'store_unavailable' });
      assert.deepEqual(await sessions.verify(ended.token), { isActive: false, reason: 'signed_out' });
    }
    finality.storeAnswers = Promise.resolve(true);
    assert.equal((await sessions.verify(token)).isActive, true);
  });

  test('asks the store again for what another node ended', async () => {
    const { sessions, establish, reads } = createSteeredLaboratory();
    const { token, session } = await establish();
    const evictions = { sessionIds: [], userIds: [], isEverything: false };
    for (const named of [
      { sessionIds: [session.id] },
      { userIds: [session.userId] },
      { isEverything: true },
    ]) {
      await sessions.verify(token);
      const before = reads.count;
      sessions.evict({ ...evictions, ...named });
      await sessions.verify(token);
      assert.equal(reads.count, before + 1);
    }
  });
});

const endings: Record<string, (laboratory: Laboratory) => Promise<unknown>> = {
  'a sign-out': async ({ sessions, establish }) => sessions.signOut((await establish()).session),
  'a log-out of another session': async ({ sessions, establish }) => {
    const [asking, target] = [await establish(), await establish()];
    await sessions.revoke(asking.session, target.session.id);
  },
  'a log-out of a session that has ended already': async ({ sessions, establish, store }) => {
    const [asking, target] = [await establish(), await establish()];
    const termination = { at: 1, reason: 'revoked', actor: theSystem() } as const;
    await store.write((tx) => tx.terminateSessions([target.session.id], termination));
    await sessions.revoke(asking.session, target.session.id);
  },
  'a log-out of all others': async ({ sessions, establish }) =>
    sessions.revokeOthers((await establish()).session),
  'a sign-in that replaces a session': async ({ establish }) =>
    establish({ replaces: (await establish()).session }),
  'a sign-in that replaces a session which has ended already': async ({ establish, store }) => {
    const { session } = await establish();
    const termination = { at: 1, reason: 'revoked', actor: theSystem() } as const;
    await store.write((tx) => tx.terminateSessions([session.id], termination));
    await establish({ replaces: session });
  },
  'a rotation': async ({ sessions, establish }) => sessions.rotate((await establish()).session, []),
  'a raised epoch': ({ sessions }) => sessions.revokeAll('mara', 'revoked', theSystem()),
  'a disabled user': ({ sessions }) => sessions.putDisabled('mara', true, theSystem()),
  'a raised instance epoch': ({ sessions }) => sessions.revokeEverything(),
  'an expired session': async ({ sessions, establish, clock }) => {
    await establish();
    clock.advance(15 * day);
    await sessions.sweep();
  },
};

describe('with other nodes', () => {
  for (const [name, end] of Object.entries(endings)) {
    test(`${name} is answered only when they can't answer for it any more`, async () => {
      const laboratory = createSteeredLaboratory();
      const ending = end(laboratory);
      assert.equal(await hasSettled(ending), false);
      const { finality, published } = laboratory;
      assert.deepEqual(finality.asked, [published.length]);
      finality.othersAreDone();
      await ending;
    });
  }

  test('a new session and a label are answered at once', async () => {
    const { sessions, establish, finality, published } = createSteeredLaboratory();
    const { session, device } = await establish();
    await sessions.labelDevice(session, device.id, 'Kitchen');
    assert.deepEqual([finality.asked, published], [[], []]);
  });

  test('open pages here are told before the other nodes are waited for', async () => {
    const laboratory = createSteeredLaboratory();
    const { sessions, establish, signals } = laboratory;
    const { session } = await establish();
    void sessions.signOut(session);
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    assert.deepEqual(
      signals.map(({ type }) => type),
      ['session.established', 'session.terminated'],
    );
  });

  test('the feed names a user whose other sessions ended by the user, whatever their number', async () => {
    const { sessions, establish, published, finality } = createSteeredLaboratory();
    finality.othersAreDone();
    const { session } = await establish();
    const others = [await establish(), await establish(), await establish()].map((other) => other.session.id);
    assert.equal(await sessions.revokeOthers(session), 3);
    assert.deepEqual(published[0]?.evictions.userIds, ['mara']);
    assert.deepEqual(published[0]?.ends.map(({ sessionId }) => sessionId).toSorted(), others.toSorted());
  });
});
