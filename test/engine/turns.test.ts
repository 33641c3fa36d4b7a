import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createTurns, TurnsByKey } from '../../src/engine/turns.ts';
import { RollcallError } from '../../src/errors.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { createLaboratory, type Laboratory } from '../laboratory.ts';

/** Work that a test ends, and the order in which it began. */
function createWork() {
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  return {
    begun,
    begin: (name: string) => (): Promise<string> => {
      begun.push(name);
      const end = Promise.withResolvers<string>();
      ends.set(name, end);
      return end.promise;
    },
    async end(name: string): Promise<void> {
      ends.get(name)?.resolve(name);
      await nextTurn();
    },
    async fail(name: string): Promise<void> {
      ends.get(name)?.reject(new Error(name));
      await nextTurn();
    },
  };
}

describe('turns', () => {
  test('run so many at once, the others first come, first served', async () => {
    const { begun, begin, end } = createWork();
    const turns = createTurns({ concurrency: 2, queueLimit: 3 });
    const all = ['a', 'b', 'c', 'd', 'e'].map((name) => turns(begin(name)));
    assert.deepEqual(begun, ['a', 'b']);
    await end('b');
    assert.deepEqual(begun, ['a', 'b', 'c']);
    await end('a');
    await end('c');
    await end('d');
    await end('e');
    assert.deepEqual(await Promise.all(all), ['a', 'b', 'c', 'd', 'e']);
  });

  test('refuse what finds the queue full, without beginning it', async () => {
    const { begun, begin, end } = createWork();
    const turns = createTurns({ concurrency: 1, queueLimit: 1 });
    const taken = [turns(begin('a')), turns(begin('b'))];
    await assert.rejects(
      turns(begin('c')),
      (error) =>
        error instanceof RollcallError && error.code === 'too_busy' && error.facts.retryAfterSeconds === 1,
    );
    await end('a');
    await end('b');
    await Promise.all(taken);
    assert.deepEqual(begun, ['a', 'b']);
  });

  test('go on after work that fails, even before it has a promise', async () => {
    const { begin, end, fail } = createWork();
    const turns = createTurns({ concurrency: 1, queueLimit: 2 });
    const failing = assert.rejects(turns(begin('a')), /a/);
    const throwing = assert.rejects(
      turns(() => {
        throw new Error('at once');
      }),
      /at once/,
    );
    const last = turns(begin('b'));
    await fail('a');
    await Promise.all([failing, throwing]);
    await end('b');
    assert.equal(await last, 'b');
  });

  test('hand on the promise of work that need not wait', () => {
    const promise = Promise.resolve();
    assert.equal(
      new TurnsByKey({ concurrency: 1, queueLimit: 0 }).run('key', () => promise),
      promise,
    );
  });

  test('by key leave other keys alone, and keep nothing of a key that is done', async () => {
    const { begun, begin, end } = createWork();
    const turns = new TurnsByKey({ concurrency: 1, queueLimit: 1 });
    const taken = [turns.run('x', begin('a')), turns.run('x', begin('b')), turns.run('y', begin('c'))];
    assert.deepEqual(begun, ['a', 'c']);
    assert.equal(turns.size, 2);
    await assert.rejects(turns.run('x', begin('d')));
    for (const name of ['a', 'b', 'c']) await end(name);
    await Promise.all(taken);
    assert.equal(turns.size, 0);
  });
});

interface HeldLaboratory extends Laboratory {
  /** From now on changes wait. */
  hold(): void;
  /** How many changes wait. */
  waiting(): number;
  /** Commits the first of those waiting, so many at most. */
  commitGroup(size: number): Promise<void>;
  /** From now on nothing waits. */
  commitAll(): Promise<void>;
}

/** The engine on a store that commits when a test says so. */
function createHeldLaboratory(): HeldLaboratory {
  const store = createMemoryStore();
  const write = store.write.bind(store);
  const queue: { readonly open: () => void; readonly written: Promise<unknown> }[] = [];
  let isHeld = false;
  store.write = (change) => {
    if (!isHeld) return write(change);
    const gate = Promise.withResolvers<void>();
    const written = gate.promise.then(() => write(change));
    queue.push({ open: gate.resolve, written });
    return written;
  };
  const commitGroup = async (size: number): Promise<void> => {
    const group = queue.splice(0, size);
    for (const { open } of group) open();
    await Promise.allSettled(group.map(({ written }) => written));
    await nextTurn();
  };
  return {
    ...createLaboratory({}, store),
    hold: () => {
      isHeld = true;
    },
    waiting: () => queue.length,
    commitGroup,
    commitAll: () => {
      isHeld = false;
      return commitGroup(queue.length);
    },
  };
}

describe('changes', () => {
  test('of a user who asks for a hundred at once are few before the log-out of another', async () => {
    const { sessions, establish, hold, commitGroup, commitAll } = createHeldLaboratory();
    const [busy, other] = [await establish(), await establish({ userId: 'noor' })];
    hold();
    const flood = Array.from({ length: 100 }, (_, index) =>
      sessions.labelDevice(busy.session, busy.device.id, `name ${index}`),
    );
    const answers = Promise.allSettled(flood);
    const signedOut = sessions.signOut(other.session);
    await commitGroup(5);
    await signedOut;
    assert.equal((await sessions.verify(other.token)).isActive, false);
    await commitAll();
    const refused = (await answers).filter(({ status }) => status === 'rejected');
    assert.equal(refused.length, 32);
    for (const answer of refused)
      assert.ok(
        answer.status === 'rejected' &&
          answer.reason instanceof RollcallError &&
          answer.reason.code === 'too_many_attempts' &&
          answer.reason.facts.retryAfterSeconds === 1,
      );
    assert.equal((await sessions.list('mara'))[0]?.device.label, 'name 67');
  });

  test('of a session whose queue is full do not keep the owner from ending it', async () => {
    const { sessions, establish, hold, waiting, commitGroup, commitAll } = createHeldLaboratory();
    const [stolen, own] = [await establish(), await establish()];
    hold();
    const flood = Array.from({ length: 100 }, () =>
      sessions.labelDevice(stolen.session, stolen.device.id, 'mine'),
    );
    const answers = Promise.allSettled(flood);
    const revoked = sessions.revoke(own.session, stolen.session.id);
    assert.equal(waiting(), 4);
    await commitGroup(4);
    await commitGroup(4);
    await revoked;
    assert.equal((await sessions.verify(stolen.token)).isActive, false);
    await commitAll();
    const fates = (await answers).map((answer) =>
      answer.status === 'fulfilled' ? 'done' : (answer.reason as RollcallError).code,
    );
    assert.ok(fates.includes('no_active_session'), 'what waited is refused');
  });
});
