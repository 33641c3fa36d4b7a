import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Accounts } from '../../src/accounts/accounts.ts';
import { createPasswordHasher, type PasswordHasher } from '../../src/accounts/password-hash.ts';
import { createPasswordJudge } from '../../src/accounts/password-rules.ts';
import type { AccountStore, AccountTransaction } from '../../src/accounts/ports.ts';
import { createVault } from '../../src/accounts/vault.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { createLaboratory, FixedClock, minute, originOf } from '../laboratory.ts';
import {
  type ApiAnswer,
  ownerEmail,
  ownerPassword,
  type RunningService,
  startTestService,
} from '../running-service.ts';
import { cookieOf, freshEmail, list, newVictim, outcomeOf, part, type Victim } from './attacker.ts';

const clock = new FixedClock();
let service: RunningService;
before(async () => {
  service = await startTestService({ clock, trustedProxies: '127.0.0.1' });
});
after(() => service.stop());

let address = 0;

/** A browser in a network nobody has used. */
function stranger() {
  address += 1;
  return service.client({ 'x-forwarded-for': `198.51.${address >> 8}.${address & 255}` });
}

const wrong = 'wrong horse battery staple';

/** Everything in an answer that is not of this one request. */
function shapeOf({ status, headers, body }: ApiAnswer): string {
  const own = ['date', 'rollcall-request-id', 'keep-alive', 'connection'];
  const shown = [...headers].filter(([name]) => !own.includes(name));
  return JSON.stringify([status, shown, { ...body, requestId: '' }]);
}

async function twoFactorVictim(): Promise<Victim> {
  const victim = await newVictim(service);
  await victim.client.turnOnTwoFactor(clock.now());
  return victim;
}

test('R-089: a wrong password and an e-mail that belongs to nobody get the same answer to the byte', async () => {
  const [plain, strong] = [await newVictim(service), await twoFactorVictim()];
  const emails = [
    plain.email,
    plain.email.toUpperCase(),
    strong.email,
    freshEmail(),
    'not an e-mail',
    'a@b',
    `${'x'.repeat(200)}@a.example`,
  ];
  const shapes = new Set<string>();
  for (const email of emails) shapes.add(shapeOf(await stranger().signIn(email, wrong)));
  assert.equal(shapes.size, 1, [...shapes].join('\n'));
  assert.match([...shapes].join(), /invalid_credentials/);
});

test('R-089: the waits after too many guesses are the same for an account that exists and one that does not', async () => {
  const { email } = await newVictim(service);
  const sequences = [];
  for (const tried of [email, freshEmail()]) {
    const shapes: string[] = [];
    for (let guess = 0; guess < 12; guess += 1) shapes.push(shapeOf(await stranger().signIn(tried, wrong)));
    sequences.push(shapes);
  }
  assert.deepEqual(sequences[0], sequences[1]);
  assert.match(sequences[0]?.[11] ?? '', /too_many_attempts/);
});

test("R-089: a device cookie of another's tells nothing about which accounts exist", async () => {
  const [victim, attacker] = [await newVictim(service), await newVictim(service)];
  const shapes = new Set<string>();
  for (const email of [victim.email, freshEmail()]) {
    const browser = stranger();
    browser.cookies.set('rollcall-device', cookieOf(attacker.client, 'rollcall-device'));
    shapes.add(shapeOf(await browser.signIn(email, wrong)));
  }
  assert.equal(shapes.size, 1);
});

test("R-089: a wrong password leaves its mark with the owner alone, and a flood of them doesn't bury the rest", async () => {
  const victim = await newVictim(service);
  clock.advance(minute);
  for (let guess = 0; guess < 60; guess += 1) {
    await stranger().signIn(victim.email, wrong);
    clock.advance(minute);
  }
  const types = list((await victim.client.send('GET', '/api/history')).body, 'events').map(
    ({ type }) => type,
  );
  assert.ok(types.includes('sign_in.failed') && types.includes('account.created'));
  assert.ok(
    types.filter((type) => type === 'sign_in.failed').length < 40,
    'every guess of a flood is written',
  );
});

test('R-089: signing up with a taken address is refused after the same checks as a new one', async () => {
  const victim = await newVictim(service);
  for (const email of [victim.email, freshEmail()]) {
    assert.equal(outcomeOf(await stranger().signUp(email, 'short')), '422 password_too_short');
    assert.equal(outcomeOf(await stranger().signUp(email, 'password1234567')), '422 password_common');
  }
  const assess = { password: wrong, email: victim.email };
  const known = await stranger().send('POST', '/api/password/assess', assess);
  const unknown = await stranger().send('POST', '/api/password/assess', { ...assess, email: freshEmail() });
  assert.equal(shapeOf(known), shapeOf(unknown));
});

/** What a sign-in does that takes time: hashes, transactions and the writes inside them, in their order. */
interface Work {
  readonly steps: string[];
  readonly accounts: Accounts;
}

function measured(): Work {
  const steps: string[] = [];
  const store = countingStore(createMemoryStore(), steps);
  const { sessions, clock: time, random } = createLaboratory({}, store);
  const hasher = countingHasher(createPasswordHasher({ random }), steps);
  const vault = createVault({ key: random.bytes(32), random });
  const parts = { sessions, store, hasher, vault, clock: time, random, issuer: 'Rollcall' };
  return { steps, accounts: new Accounts({ ...parts, judge: createPasswordJudge() }) };
}

function countingHasher(hasher: PasswordHasher, steps: string[]): PasswordHasher {
  const count = <T>(work: Promise<T>): Promise<T> => {
    steps.push('hash');
    return work;
  };
  return {
    hash: (password) => count(hasher.hash(password)),
    verify: (hash, password) => count(hasher.verify(hash, password)),
    verifyNothing: (password) => count(hasher.verifyNothing(password)),
    needsRehash: (hash) => hasher.needsRehash(hash),
  };
}

function countingStore(store: AccountStore, steps: string[]): AccountStore {
  const counting = <Target extends object>(target: Target, prefix: string): Target =>
    new Proxy(target, {
      get: (of, name) => {
        const member: unknown = Reflect.get(of, name);
        if (typeof member !== 'function') return member;
        return (...args: readonly unknown[]) => {
          steps.push(`${prefix}${String(name)}`);
          return Reflect.apply(member, of, args) as unknown;
        };
      },
    });
  const counted = counting(store, 'store.');
  return Object.assign(Object.create(counted) as AccountStore, {
    write: <T>(change: (tx: AccountTransaction) => Promise<T>) =>
      counted.write((tx) => change(counting(tx, 'tx.'))),
  });
}

test('R-089: both do the same work: as many hashes, transactions and reads, and one note more where there is a history', async () => {
  const { steps, accounts } = measured();
  const context = { origin: originOf(), deviceToken: null, replaces: null };
  await accounts.signUp({ ...context, email: ownerEmail, password: ownerPassword, name: null }, 'network');
  const workOf = async (email: string): Promise<readonly string[]> => {
    steps.length = 0;
    const input = { ...context, email, password: wrong, persistence: 'browser' } as const;
    assert.equal((await accounts.signIn(input, 'network')).status, 'refused');
    return [...steps];
  };
  const known = await workOf(ownerEmail);
  const unknown = await workOf('nobody@attacks.example');
  assert.deepEqual(
    known.filter((step) => step !== 'tx.appendHistory'),
    unknown,
  );
  assert.equal(known.filter((step) => step === 'hash').length, 1);
  assert.equal(known.filter((step) => step === 'store.write').length, 2);
  assert.equal(await workOf('not an e-mail').then((work) => work.join()), unknown.join());
});

test('R-089: account answers are given to a session alone, so that nobody can ask about an address', async () => {
  const { text: document } = await service.client().send('GET', '/openapi.json');
  const paths = part(JSON.parse(document) as Record<string, unknown>, 'paths');
  const withEmail = Object.keys(paths).filter((path) => /email|user|exists|lookup|account\//i.test(path));
  assert.deepEqual(withEmail, []);
});
