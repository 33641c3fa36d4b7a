import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { FixedClock, hour, minute, second } from '../laboratory.ts';
import { type ApiAnswer, type ApiClient, type RunningService, startTestService } from '../running-service.ts';
import {
  anotherBrowser,
  assertAlive,
  assertDead,
  list,
  newVictim,
  outcomeOf,
  part,
  publishedOperations,
  text,
  tokenOf,
  type Victim,
} from './attacker.ts';

const clock = new FixedClock();
const step = 30 * second;
let service: RunningService;
before(async () => {
  service = await startTestService({ clock });
});
after(() => service.stop());

/** RFC 6238 by hand, so that our own implementation does not check itself. */
function codeAt(base32: string, now: number): string {
  let bits = '';
  for (const letter of base32.replaceAll(' ', ''))
    bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / step)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
}

interface TwoFactorVictim extends Victim {
  readonly key: string;
  readonly recoveryCodes: readonly string[];
}

async function newTwoFactorVictim(at: RunningService = service): Promise<TwoFactorVictim> {
  const victim = await newVictim(at);
  const key = text((await victim.client.send('POST', '/api/two-factor/totp')).body, 'secret');
  const code = codeAt(key, clock.now());
  const { body, status } = await victim.client.send('POST', '/api/two-factor/totp/confirm', { code });
  assert.equal(status, 200);
  return { ...victim, key, recoveryCodes: body['recoveryCodes'] as readonly string[] };
}

async function pendingBrowser({ email, password }: Victim): Promise<ApiClient> {
  const browser = service.client();
  assert.equal((await browser.signIn(email, password)).body['status'], 'second-factor-required');
  return browser;
}

function complete(browser: ApiClient, code: string, method = 'totp'): Promise<ApiAnswer> {
  return browser.send('POST', '/api/sign-in/second-factor', { method, code });
}

async function signInWith(victim: Victim, code: string, method = 'totp'): Promise<string> {
  return outcomeOf(await complete(await pendingBrowser(victim), code, method));
}

function winners(answers: readonly ApiAnswer[]): number {
  return answers.filter(({ status }) => status === 200).length;
}

test('R-110: a code works once, whichever way it is used first', async () => {
  const victim = await newTwoFactorVictim();
  const used = codeAt(victim.key, clock.now());
  assert.equal(await signInWith(victim, used), '401 invalid_code', 'the code that turned two-factor on');
  clock.advance(step);
  const code = codeAt(victim.key, clock.now());
  const stepUp = () => victim.client.send('POST', '/api/step-up', { method: 'totp', code });
  assert.equal((await stepUp()).status, 200);
  assert.equal(outcomeOf(await stepUp()), '401 invalid_code');
  assert.equal(await signInWith(victim, code), '401 invalid_code');
  clock.advance(step);
  assert.equal(await signInWith(victim, codeAt(victim.key, clock.now())), '200');
});

test('R-110: a code used a hundred times at once, on many sign-ins and a step-up, succeeds once', async () => {
  const victim = await newTwoFactorVictim();
  const browsers = await Promise.all(Array.from({ length: 12 }, () => pendingBrowser(victim)));
  clock.advance(step);
  const code = codeAt(victim.key, clock.now());
  const uses = Array.from({ length: 96 }, (_, index) =>
    complete(browsers[index % 12] ?? service.client(), code),
  );
  const stepUps = Array.from({ length: 4 }, () =>
    victim.client.send('POST', '/api/step-up', { method: 'totp', code }),
  );
  assert.equal(winners(await Promise.all([...uses, ...stepUps])), 1);
});

test('R-111: the current code and the one before are taken, nothing older and nothing from the future', async () => {
  const offsets: Readonly<Record<string, string>> = {
    '-2': '401 invalid_code',
    '-1': '200',
    '0': '200',
    '1': '401 invalid_code',
    '2': '401 invalid_code',
  };
  for (const [offset, expected] of Object.entries(offsets)) {
    const victim = await newTwoFactorVictim();
    clock.advance(5 * minute);
    const code = codeAt(victim.key, clock.now() + Number(offset) * step);
    assert.equal(await signInWith(victim, code), expected, `${offset} steps`);
  }
});

test('R-111: at the edge of a step the older code goes as soon as its step is over', async () => {
  const victim = await newTwoFactorVictim();
  clock.advance(5 * minute - (clock.now() % step));
  const code = codeAt(victim.key, clock.now());
  clock.advance(2 * step - 1);
  assert.equal(await signInWith(victim, code), '200');
  clock.advance(1 + step);
  const next = codeAt(victim.key, clock.now());
  clock.advance(2 * step);
  assert.equal(await signInWith(victim, next), '401 invalid_code');
});

test('R-111: after a newer code an older one of the window is refused', async () => {
  const victim = await newTwoFactorVictim();
  clock.advance(5 * minute);
  const older = codeAt(victim.key, clock.now() - step);
  assert.equal(await signInWith(victim, codeAt(victim.key, clock.now())), '200');
  assert.equal(await signInWith(victim, older), '401 invalid_code');
});

test('R-112: a clock that steps back does not open used steps again', async () => {
  const victim = await newTwoFactorVictim();
  clock.advance(5 * minute);
  const code = codeAt(victim.key, clock.now());
  assert.equal(await signInWith(victim, code), '200');
  clock.advance(-2 * minute);
  assert.equal(await signInWith(victim, code), '401 invalid_code', 'the used code');
  assert.equal(
    await signInWith(victim, codeAt(victim.key, clock.now())),
    '401 invalid_code',
    'a step before it',
  );
  clock.advance(2 * minute + step);
  assert.equal(await signInWith(victim, codeAt(victim.key, clock.now())), '200');
});

test('R-112: what a client says of the time changes nothing', async () => {
  const victim = await newTwoFactorVictim();
  clock.advance(5 * minute);
  const browser = await pendingBrowser(victim);
  const body = { method: 'totp', code: codeAt(victim.key, clock.now() + hour) };
  const headers = { date: new Date(clock.now() + hour).toUTCString(), 'x-time': String(clock.now() + hour) };
  const answer = await browser.send('POST', '/api/sign-in/second-factor', body, headers);
  assert.equal(outcomeOf(answer), '401 invalid_code');
});

test('R-113: a key has 160 bits and is told once, by no other answer after', async () => {
  const victim = await newTwoFactorVictim();
  assert.match(victim.key, /^[A-Z2-7]{32}$/);
  for (const { method, path } of await publishedOperations(service)) {
    if (path === '/api/stream' || method !== 'GET') continue;
    const answer = await victim.client.send(method, path);
    assert.ok(!answer.text.includes(victim.key), path);
  }
  assert.equal(outcomeOf(await victim.client.send('POST', '/api/two-factor/totp')), '409 two_factor_on');
  const other = await newTwoFactorVictim();
  assert.notEqual(other.key, victim.key);
});

test("R-113: a stored key opens for its own user alone: moved to another's row it lets nobody in", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-attack-'));
  const first = await startTestService({ clock, folder });
  const [victim, thief] = [await newTwoFactorVictim(first), await newTwoFactorVictim(first)];
  await first.stop();
  const database = new DatabaseSync(join(folder, 'rollcall.db'));
  database
    .prepare(
      'update totp set last_step = 0, sealed_key = (select sealed_key from totp where user_id = ?) where user_id = ?',
    )
    .run(thief.userId, victim.userId);
  database.close();
  const again = await startTestService({ clock, folder });
  try {
    const browser = again.client();
    await browser.signIn(victim.email, victim.password);
    const answer = await complete(browser, codeAt(thief.key, clock.now() + step));
    clock.advance(step);
    const later = await complete(browser, codeAt(thief.key, clock.now()));
    for (const { status, headers } of [answer, later]) {
      assert.ok(status === 500 || status === 401, String(status));
      assert.deepEqual(headers.getSetCookie(), []);
    }
  } finally {
    await again.stop();
    rmSync(folder, { recursive: true });
  }
});

test('R-114: a factor counts only after a right code', async () => {
  const victim = await newVictim(service);
  const started = await victim.client.send('POST', '/api/two-factor/totp');
  assert.equal((await service.client().signIn(victim.email, victim.password)).body['status'], 'signed-in');
  const wrong = await victim.client.send('POST', '/api/two-factor/totp/confirm', { code: '000000' });
  assert.equal(outcomeOf(wrong), '401 invalid_code');
  assert.equal((await service.client().signIn(victim.email, victim.password)).body['status'], 'signed-in');
  clock.advance(hour);
  const code = codeAt(text(started.body, 'secret'), clock.now());
  const late = await victim.client.send('POST', '/api/two-factor/totp/confirm', { code });
  assert.equal(outcomeOf(late), '409 no_pending_enrolment');
});

test('R-114: an older session without a recent proof can neither set up, remove nor renew a factor', async () => {
  const [plain, strong] = [await newVictim(service), await newTwoFactorVictim()];
  clock.advance(11 * minute);
  const attempts: readonly (readonly [Victim, string, string])[] = [
    [plain, 'POST', '/api/two-factor/totp'],
    [strong, 'DELETE', '/api/two-factor/totp'],
    [strong, 'POST', '/api/two-factor/recovery-codes'],
  ];
  for (const [{ client }, method, path] of attempts)
    assert.equal(outcomeOf(await client.send(method, path)), '403 step_up_required', `${method} ${path}`);
  const { password } = strong;
  assert.equal(
    outcomeOf(await strong.client.send('POST', '/api/step-up', { password })),
    '403 step_up_required',
  );
});

test('R-114: a factor that is on is replaced only by removing it first', async () => {
  const { client } = await newTwoFactorVictim();
  assert.equal(outcomeOf(await client.send('POST', '/api/two-factor/totp')), '409 two_factor_on');
  const again = await client.send('POST', '/api/two-factor/totp/confirm', { code: '000000' });
  assert.equal(outcomeOf(again), '409 two_factor_on');
});

test('R-114: guesses at the first code are counted', async () => {
  const { client } = await newVictim(service);
  await client.send('POST', '/api/two-factor/totp');
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => client.send('POST', '/api/two-factor/totp/confirm', { code: '000000' })),
  );
  assert.equal(answers.filter(({ body }) => body['code'] === 'invalid_code').length, 10);
});

test('R-115: ten recovery codes of 120 random bits, stored as digests alone', async () => {
  const { recoveryCodes, userId } = await newTwoFactorVictim();
  assert.equal(new Set(recoveryCodes).size, 10);
  for (const code of recoveryCodes)
    assert.match(code, /^(?:[0-9a-hjkmnp-tv-z]{4}-){5}[0-9a-hjkmnp-tv-z]{4}$/);
  const database = new DatabaseSync(join(service.folder, 'rollcall.db'), { readOnly: true });
  const rows = database.prepare('select digest from recovery_codes where user_id = ?').all(userId);
  database.close();
  assert.equal(rows.length, 10);
  for (const { digest } of rows) assert.match(String(digest), /^[\w-]{43}$/);
});

test('R-115: a recovery code used a hundred times at once, on many sign-ins and a step-up, succeeds once', async () => {
  const victim = await newTwoFactorVictim();
  const code = victim.recoveryCodes[3] ?? '';
  const browsers = await Promise.all(Array.from({ length: 12 }, () => pendingBrowser(victim)));
  const uses = Array.from({ length: 96 }, (_, index) =>
    complete(browsers[index % 12] ?? service.client(), code, 'recovery-code'),
  );
  const stepUps = Array.from({ length: 4 }, () =>
    victim.client.send('POST', '/api/step-up', { method: 'recovery-code', code }),
  );
  assert.equal(winners(await Promise.all([...uses, ...stepUps])), 1);
  clock.advance(hour);
  assert.equal(await signInWith(victim, code, 'recovery-code'), '401 invalid_code');
});

test("R-115: a used code, one of an older set and one of another user's are refused", async () => {
  const [victim, other] = [await newTwoFactorVictim(), await newTwoFactorVictim()];
  const [first = '', next = ''] = victim.recoveryCodes;
  assert.equal(await signInWith(victim, first.toUpperCase().replaceAll('-', ' '), 'recovery-code'), '200');
  assert.equal(await signInWith(victim, first, 'recovery-code'), '401 invalid_code');
  assert.equal(await signInWith(victim, other.recoveryCodes[0] ?? '', 'recovery-code'), '401 invalid_code');
  assert.equal((await victim.client.send('POST', '/api/two-factor/recovery-codes')).status, 200);
  assert.equal(await signInWith(victim, next, 'recovery-code'), '401 invalid_code');
});

test('R-115: a recovery code is not taken as a code of the app, nor the other way round', async () => {
  const victim = await newTwoFactorVictim();
  clock.advance(step);
  assert.equal(await signInWith(victim, victim.recoveryCodes[0] ?? '', 'totp'), '401 invalid_code');
  assert.equal(
    await signInWith(victim, codeAt(victim.key, clock.now()), 'recovery-code'),
    '401 invalid_code',
  );
  assert.equal(await signInWith(victim, victim.recoveryCodes[0] ?? '', 'recovery-code'), '200');
});

test('R-116: using a recovery code is told in the history, leaves nine, and leaves two-factor on', async () => {
  const victim = await newTwoFactorVictim();
  assert.equal(await signInWith(victim, victim.recoveryCodes[0] ?? '', 'recovery-code'), '200');
  const events = list((await victim.client.send('GET', '/api/history')).body, 'events').map(
    ({ type }) => type,
  );
  assert.ok(events.includes('recovery_code.used'));
  const twoFactor = part((await victim.client.send('GET', '/api/account')).body, 'twoFactor');
  assert.deepEqual([twoFactor['totp'], twoFactor['recoveryCodesLeft']], [true, 9]);
  const fresh = await victim.client.send('POST', '/api/two-factor/recovery-codes');
  assert.equal((fresh.body['recoveryCodes'] as readonly string[]).length, 10);
});

test('R-117: the owner removes the factor after a step-up, also with a recovery code when the app is lost', async () => {
  const victim = await newTwoFactorVictim();
  clock.advance(11 * minute);
  assert.equal(outcomeOf(await victim.client.send('DELETE', '/api/two-factor/totp')), '403 step_up_required');
  const proof = { method: 'recovery-code', code: victim.recoveryCodes[0] };
  assert.equal((await victim.client.send('POST', '/api/step-up', proof)).status, 200);
  assert.equal((await victim.client.send('DELETE', '/api/two-factor/totp')).status, 204);
  assert.equal((await service.client().signIn(victim.email, victim.password)).body['status'], 'signed-in');
  const left = { method: 'recovery-code', code: victim.recoveryCodes[1] };
  assert.equal(outcomeOf(await victim.client.send('POST', '/api/step-up', left)), '401 invalid_code');
});

test('R-118: turning two-factor on ends every session that never proved it, and only the asking one goes on', async () => {
  const victim = await newVictim(service);
  const others = await Promise.all([1, 2, 3].map(() => anotherBrowser(service, victim)));
  const { body } = await victim.client.send('POST', '/api/two-factor/totp');
  const code = codeAt(text(body, 'secret'), clock.now());
  const confirmed = await victim.client.send('POST', '/api/two-factor/totp/confirm', { code });
  assert.equal(confirmed.body['revoked'], 3);
  for (const { client } of others) await assertDead(service, tokenOf(client));
  await assertAlive(service, tokenOf(victim.client));
});

test('R-118: a password sign-in that races the turning on leaves no session without the factor', async () => {
  for (let round = 0; round < 6; round += 1) {
    const victim = await newVictim(service);
    const { body } = await victim.client.send('POST', '/api/two-factor/totp');
    const code = codeAt(text(body, 'secret'), clock.now());
    const racers = [service.client(), service.client(), service.client()];
    const [confirmed] = await Promise.all([
      victim.client.send('POST', '/api/two-factor/totp/confirm', { code }),
      ...racers.map((racer) => racer.signIn(victim.email, victim.password)),
    ]);
    assert.equal(confirmed.status, 200);
    for (const racer of racers)
      if (racer.cookies.has('rollcall')) await assertDead(service, tokenOf(racer), `round ${round}`);
    assert.equal(list((await victim.client.send('GET', '/api/sessions')).body, 'sessions').length, 1);
  }
});
