import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FixedClock, minute, second } from '../laboratory.ts';
import {
  type ApiAnswer,
  type ApiClient,
  type RunningService,
  startTestService,
  totpCode,
} from '../running-service.ts';
import {
  assertDead,
  cookieOf,
  list,
  newVictim,
  outcomeOf,
  part,
  plausibleBodies,
  publishedOperations,
  text,
  tokenOf,
  type Victim,
} from './attacker.ts';

const clock = new FixedClock();
let service: RunningService;
before(async () => {
  service = await startTestService({ clock });
});
after(() => service.stop());

const secondStep = '/api/sign-in/second-factor';

interface TwoFactorVictim extends Victim {
  readonly recoveryCodes: readonly string[];
  /** The code an authenticator shows now; time passes first, so that it was never used. */
  code(): string;
}

async function newTwoFactorVictim(): Promise<TwoFactorVictim> {
  const victim = await newVictim(service);
  const { key, recoveryCodes } = await victim.client.turnOnTwoFactor(clock.now());
  const code = (): string => {
    clock.advance(30 * second);
    return totpCode(key, clock.now());
  };
  return { ...victim, recoveryCodes, code };
}

/** Someone who knows the password and nothing else. */
async function passwordThief({ email, password }: Victim): Promise<ApiClient> {
  const thief = service.client();
  const answer = await thief.signIn(email, password);
  assert.equal(answer.body['status'], 'second-factor-required', answer.text);
  return thief;
}

function complete(client: ApiClient, code: string, method = 'totp'): Promise<ApiAnswer> {
  return client.send('POST', secondStep, { method, code });
}

test('R-066: the state between password and second factor is no session on any operation or page', async () => {
  const victim = await newTwoFactorVictim();
  const thief = await passwordThief(victim);
  const pending = cookieOf(thief, 'rollcall-pending');
  assert.ok(!thief.cookies.has('rollcall'), 'a session cookie was set');
  const accepted: string[] = [];
  for (const { method, path, isForSession } of await publishedOperations(service)) {
    if (!isForSession) continue;
    const target = path.replace('{id}', victim.sessionId);
    const body = plausibleBodies[`${method} ${path}`];
    const bearer = { authorization: `Bearer ${pending}` };
    const asSession = service.client();
    asSession.cookies.set('rollcall', pending);
    const answers = [
      await thief.send(method, target, body),
      await service.client().send(method, target, body, bearer),
      await asSession.send(method, target, body),
    ];
    for (const answer of answers)
      if (outcomeOf(answer) !== '401 no_active_session')
        accepted.push(`${method} ${target} ${outcomeOf(answer)}`);
  }
  assert.deepEqual(accepted, []);
  assert.equal((await thief.send('GET', '/account/sessions')).headers.get('location'), '/sign-in');
});

test("R-066: it does not appear in the owner's list, tells no open page, and the cookie lasts ten minutes", async () => {
  const victim = await newTwoFactorVictim();
  const thief = service.client();
  const answer = await thief.signIn(victim.email, victim.password);
  const line = answer.headers.getSetCookie().find((each) => each.startsWith('rollcall-pending='));
  assert.match(line ?? '', /; Max-Age=600;.*HttpOnly; SameSite=Lax/);
  assert.equal(list((await victim.client.send('GET', '/api/sessions')).body, 'sessions').length, 1);
  clock.advance(10 * minute);
  assert.equal(outcomeOf(await complete(thief, victim.code())), '401 no_pending_sign_in');
});

test('R-066: it serves once, and from then on nothing made of it does anything', async () => {
  const victim = await newTwoFactorVictim();
  const browser = await passwordThief(victim);
  const copy = service.client();
  copy.cookies.set('rollcall-pending', cookieOf(browser, 'rollcall-pending'));
  assert.equal((await complete(browser, victim.code())).status, 200);
  assert.ok(!browser.cookies.has('rollcall-pending'), 'the cookie stays');
  assert.equal(outcomeOf(await complete(copy, victim.code())), '401 no_pending_sign_in');
  await assertDead(service, cookieOf(copy, 'rollcall-pending'));
});

test('R-066: used by many at once with codes that are all right, it makes one session', async () => {
  const victim = await newTwoFactorVictim();
  const thief = await passwordThief(victim);
  const pending = { authorization: `Bearer ${cookieOf(thief, 'rollcall-pending')}` };
  const codes = victim.recoveryCodes.slice(0, 8);
  const answers = await Promise.all(
    codes.map((code) =>
      service.client().send('POST', secondStep, { method: 'recovery-code', code }, pending),
    ),
  );
  assert.deepEqual(answers.map(outcomeOf).toSorted(), ['200', ...Array(7).fill('401 no_pending_sign_in')]);
  assert.equal(list((await victim.client.send('GET', '/api/sessions')).body, 'sessions').length, 2);
});

test("R-066: one's own second factor does not complete another's sign-in", async () => {
  const [victim, thief] = [await newTwoFactorVictim(), await newTwoFactorVictim()];
  const browser = await passwordThief(victim);
  assert.equal(outcomeOf(await complete(browser, thief.code())), '401 invalid_code');
  const own = thief.recoveryCodes[0] ?? '';
  assert.equal(outcomeOf(await complete(browser, own, 'recovery-code')), '401 invalid_code');
  for (const [name, value] of thief.client.cookies) browser.cookies.set(name, value);
  assert.equal(outcomeOf(await complete(browser, thief.code())), '401 invalid_code');
  assert.ok(!(await browser.send('GET', '/api/sessions')).text.includes(victim.sessionId));
});

test('R-066: it ends with ten wrong codes, and asking for another does not win more guesses', async () => {
  const victim = await newTwoFactorVictim();
  const outcomes: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const thief = await passwordThief(victim);
    for (let guess = 0; guess < 8; guess += 1) outcomes.push(outcomeOf(await complete(thief, '000000')));
  }
  assert.equal(outcomes.filter((outcome) => outcome === '401 invalid_code').length, 10);
  assert.equal(outcomes.filter((outcome) => outcome === '429 too_many_attempts').length, 14);
  clock.advance(20 * minute);
  const thief = await passwordThief(victim);
  for (let guess = 0; guess < 10; guess += 1) await complete(thief, '000000');
  clock.advance(5 * minute);
  assert.equal(outcomeOf(await complete(thief, victim.code())), '401 no_pending_sign_in');
});

test('R-066: a hundred guesses at once count no less than one after the other', async () => {
  const victim = await newTwoFactorVictim();
  const thief = await passwordThief(victim);
  const answers = await Promise.all(Array.from({ length: 100 }, () => complete(thief, '000000')));
  const tried = answers.filter(({ body }) => body['code'] === 'invalid_code');
  assert.equal(tried.length, 10);
});

test('R-066: it can neither set up nor remove a factor, nor change the password', async () => {
  const victim = await newTwoFactorVictim();
  const thief = await passwordThief(victim);
  const attempts: readonly (readonly [string, string, object?])[] = [
    ['POST', '/api/two-factor/totp'],
    ['POST', '/api/two-factor/totp/confirm', { code: victim.code() }],
    ['DELETE', '/api/two-factor/totp'],
    ['POST', '/api/two-factor/recovery-codes'],
    [
      'PUT',
      '/api/password',
      { currentPassword: victim.password, newPassword: 'copper meadow signal teapot' },
    ],
    ['POST', '/api/step-up', { password: victim.password }],
    ['POST', '/api/step-up', { method: 'totp', code: victim.code() }],
  ];
  for (const [method, path, body] of attempts)
    assert.equal(
      outcomeOf(await thief.send(method, path, body)),
      '401 no_active_session',
      `${method} ${path}`,
    );
  assert.equal(part((await victim.client.send('GET', '/api/account')).body, 'twoFactor')['totp'], true);
});

test('R-066: it ends with a change of password, with the factor removed, and is not helped by a session cookie', async () => {
  const victim = await newTwoFactorVictim();
  const before = await passwordThief(victim);
  const newPassword = 'copper meadow signal teapot';
  const change = { currentPassword: victim.password, newPassword, revokeOthers: false };
  assert.equal((await victim.client.send('PUT', '/api/password', change)).status, 200);
  assert.equal(outcomeOf(await complete(before, victim.code())), '401 no_pending_sign_in');
  const again = await passwordThief({ ...victim, password: newPassword });
  assert.equal((await victim.client.send('DELETE', '/api/two-factor/totp')).status, 204);
  assert.equal(outcomeOf(await complete(again, victim.code())), '401 no_pending_sign_in');
  const empty = service.client();
  empty.cookies.set('rollcall', tokenOf(victim.client));
  assert.equal(outcomeOf(await complete(empty, victim.code())), '401 no_pending_sign_in');
});

/** Every operation that can set a session cookie or hand out a token, and what it asks for. */
const sources = [
  'POST /api/sign-in',
  'POST /api/sign-in/second-factor',
  'POST /api/sign-up',
  'POST /api/step-up',
  'POST /api/two-factor/totp/confirm',
  'PUT /api/password',
];

test('R-081: the operations that hand out a session token are these and no others', async () => {
  const { body } = await service.client().send('GET', '/openapi.json');
  const paths = part(body, 'paths');
  const found: string[] = [];
  for (const { method, path } of await publishedOperations(service)) {
    const victim = await newVictim(service);
    const known: Readonly<Record<string, object>> = {
      ...plausibleBodies,
      'POST /api/sign-in': { email: victim.email, password: victim.password },
      'POST /api/sign-up': { email: `new-${victim.email}`, password: victim.password },
    };
    if (path === '/api/stream') continue;
    const answer = await victim.client.send(
      method,
      path.replace('{id}', victim.deviceId),
      known[`${method} ${path}`],
    );
    const setsCookie = answer.headers.getSetCookie().some((line) => /^rollcall=r/.test(line));
    const documented = JSON.stringify(part(part(paths, path), method.toLowerCase())['responses']);
    const isDocumented = /SignedInAnswer|SignInAnswer|StepUpAnswer|PasswordAnswer|SignUpAnswer/.test(
      documented,
    );
    if (setsCookie || isDocumented || 'token' in answer.body) found.push(`${method} ${path}`);
  }
  // Confirming needs a code that is right, so the bodies above do not reach it.
  found.push('POST /api/two-factor/totp/confirm');
  assert.deepEqual(found.toSorted(), sources);
});

test('R-081: with two-factor on the password alone gives no session by any way of asking', async () => {
  const { email, password, client } = await newTwoFactorVictim();
  const variants: readonly object[] = [
    { email, password },
    { email, password, keepSignedIn: true },
    { email, password, tokenDelivery: 'body' },
    { email: email.toUpperCase(), password },
    { email: ` ${email} `, password },
  ];
  for (const body of variants) {
    for (const browser of [service.client(), knownDeviceOf(client)]) {
      const answer = await browser.send('POST', '/api/sign-in', body);
      assert.equal(answer.body['status'], 'second-factor-required', answer.text);
      assert.ok(!answer.headers.getSetCookie().some((line) => line.startsWith('rollcall=')));
      assert.equal(answer.body['token'], undefined);
      assert.ok(!answer.text.includes(email), 'the answer tells about the account before the factor');
    }
  }
});

/** A browser that has the device cookie of the owner and nothing else: no trusted device skips the factor. */
function knownDeviceOf(owner: ApiClient): ApiClient {
  const browser = service.client();
  browser.cookies.set('rollcall-device', cookieOf(owner, 'rollcall-device'));
  return browser;
}

test('R-081: signing up again with a known address gives no session and changes nothing', async () => {
  const victim = await newTwoFactorVictim();
  for (const email of [victim.email, victim.email.toUpperCase(), ` ${victim.email}`]) {
    const thief = service.client();
    const answer = await thief.signUp(email, 'copper meadow signal teapot');
    assert.equal(outcomeOf(answer), '409 email_taken');
    assert.deepEqual([...thief.cookies], []);
  }
  await passwordThief(victim);
});

test('R-081: the pending token in the body completes in the body, and never sets a cookie elsewhere', async () => {
  const victim = await newTwoFactorVictim();
  const app = service.client();
  const body = { email: victim.email, password: victim.password, tokenDelivery: 'body' };
  const pendingToken = text((await app.send('POST', '/api/sign-in', body)).body, 'pendingToken');
  const bearer = { authorization: `Bearer ${pendingToken}` };
  const answer = await app.send('POST', secondStep, { method: 'totp', code: victim.code() }, bearer);
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.headers.getSetCookie(), []);
  assert.match(text(answer.body, 'token'), /^rc1_/);
});
