import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { hash as argon2Hash } from '@node-rs/argon2';
import { dictionary } from '@zxcvbn-ts/language-common';
import { createPasswordJudge } from '../../src/accounts/password-rules.ts';
import { day, FixedClock, minute } from '../laboratory.ts';
import { ownerPassword, type RunningService, startTestService, totpCode } from '../running-service.ts';
import { assertAlive, cookieOf, freshEmail, newVictim, outcomeOf, text, tokenOf } from './attacker.ts';

const clock = new FixedClock();
let service: RunningService;
before(async () => {
  service = await startTestService({ clock, trustedProxies: '127.0.0.1' });
});
after(() => service.stop());

const newPassword = 'copper meadow signal teapot';
let address = 0;

/** A browser in a network nobody has used. */
function stranger() {
  address += 1;
  return service.client({ 'x-forwarded-for': `198.51.${address >> 8}.${address & 255}` });
}

async function signInOutcome(email: string, password: string): Promise<string> {
  return outcomeOf(await stranger().signIn(email, password));
}

/** What many guesses give, forty under way at once, each from a network of its own. */
async function guessFromEverywhere(email: string, guesses: number): Promise<readonly string[]> {
  const outcomes: string[] = [];
  let left = guesses;
  const guess = async (): Promise<void> => {
    for (; left > 0; ) {
      left -= 1;
      outcomes.push(await signInOutcome(email, 'wrong horse battery staple'));
    }
  };
  await Promise.all(Array.from({ length: 40 }, guess));
  return outcomes;
}

test('R-080: whoever guesses from hundreds of networks at once never locks the owner out', async () => {
  const victim = await newVictim(service);
  const outcomes = await guessFromEverywhere(victim.email, 250);
  const countOf = (outcome: string) => outcomes.filter((each) => each === outcome).length;
  assert.equal(countOf('401 invalid_credentials'), 10, 'guesses that were checked');
  assert.equal(countOf('429 too_many_attempts'), 240, 'guesses that were not');
  await assertAlive(service, tokenOf(victim.client), 'the open session suffers');
  assert.equal((await victim.client.send('POST', '/api/step-up', { password: victim.password })).status, 200);
  await victim.client.send('POST', '/api/sign-out');
  assert.equal((await victim.client.signIn(victim.email, victim.password)).status, 200, 'the known device');
  assert.equal(await signInOutcome(victim.email, victim.password), '429 too_many_attempts', 'a stranger');
});

test("R-080: a device cookie of someone else's does not open the owner's way in", async () => {
  const [victim, attacker] = [await newVictim(service), await newVictim(service)];
  for (let guess = 0; guess < 10; guess += 1) await signInOutcome(victim.email, 'wrong horse battery staple');
  const browser = stranger();
  browser.cookies.set('rollcall-device', cookieOf(attacker.client, 'rollcall-device'));
  assert.equal(
    outcomeOf(await browser.signIn(victim.email, 'another guess of mine')),
    '429 too_many_attempts',
  );
});

test('R-080: a stolen device cookie gives ten guesses and then a wait, at sign-in and inside the session together', async () => {
  const victim = await newVictim(service);
  const thief = stranger();
  thief.cookies.set('rollcall-device', cookieOf(victim.client, 'rollcall-device'));
  const outcomes: string[] = [];
  for (let guess = 0; guess < 6; guess += 1)
    outcomes.push(outcomeOf(await thief.signIn(victim.email, 'wrong horse battery staple')));
  for (let guess = 0; guess < 6; guess += 1)
    outcomes.push(outcomeOf(await victim.client.send('POST', '/api/step-up', { password: 'wrong horse' })));
  assert.equal(outcomes.filter((outcome) => outcome.startsWith('401')).length, 10);
  assert.deepEqual(outcomes.slice(10), ['429 too_many_attempts', '429 too_many_attempts']);
});

test("R-080: right passwords of one's own do not refill what guesses at others used up", async () => {
  const attacker = await newVictim(service);
  const browser = stranger();
  const outcomes: string[] = [];
  for (let round = 0; round < 70; round += 1) {
    outcomes.push(outcomeOf(await browser.signIn(`nobody-${round}@attacks.example`, newPassword)));
    if (round % 10 === 0) await browser.signIn(attacker.email, attacker.password);
  }
  assert.ok(outcomes.filter((outcome) => outcome.startsWith('401')).length <= 60, 'guesses in one network');
  assert.equal(outcomes.at(-1), '429 too_many_attempts');
});

/** Distinct unrelated characters, so that nothing but the length decides. */
function distinct(count: number): string {
  return Array.from({ length: count }, (_, index) =>
    String.fromCodePoint(0x1f300 + ((index * 7919) % 700)),
  ).join('');
}

test('R-082: 15 characters are enough and 14 are not, counted as a person counts', async () => {
  assert.equal(outcomeOf(await stranger().signUp(freshEmail(), distinct(14))), '422 password_too_short');
  const email = freshEmail();
  assert.equal((await stranger().signUp(email, distinct(15))).status, 201);
  assert.equal(await signInOutcome(email, distinct(15)), '200');
});

test('R-082: 256 characters are taken whole, 257 are refused with a sentence, a megabyte is not even read', async () => {
  const email = freshEmail();
  assert.equal((await stranger().signUp(email, distinct(256))).status, 201);
  assert.equal(await signInOutcome(email, distinct(256)), '200');
  assert.equal(await signInOutcome(email, distinct(255)), '401 invalid_credentials');
  const tooLong = await stranger().signUp(freshEmail(), distinct(257));
  assert.equal(outcomeOf(tooLong), '422 password_too_long');
  assert.match(text(tooLong.body, 'detail'), /at most 256/);
  assert.equal(outcomeOf(await stranger().signUp(freshEmail(), 'x'.repeat(5000))), '400 invalid_request');
  assert.equal(
    outcomeOf(await stranger().signUp(freshEmail(), 'x'.repeat(1 << 20))),
    '413 content_too_large',
  );
});

test('R-082: eight characters do once a second factor is on, and not before', async () => {
  const { client, password } = await newVictim(service);
  const short = { currentPassword: password, newPassword: 'v9#Lq2-tR' };
  assert.equal(outcomeOf(await client.send('PUT', '/api/password', short)), '422 password_too_short');
  await client.turnOnTwoFactor(clock.now());
  assert.equal((await client.send('PUT', '/api/password', { ...short, newPassword: 'v9#Lq2-' })).status, 422);
  assert.equal((await client.send('PUT', '/api/password', short)).status, 200);
});

test('R-083: nothing is cut, folded or trimmed, and one visual password is one password', async () => {
  const long = `${'violet harbour lantern '.repeat(4)}quartz`;
  const cases: readonly (readonly [string, string, string])[] = [
    ['after 72 bytes', long, `${long.slice(0, 80)}another end`],
    ['after a NUL', 'lantern quartz\u0000violet harbour', 'lantern quartz\u0000another ending'],
    ['a NUL itself', 'lantern quartz violet\u0000harbour', 'lantern quartz violet'],
    ['case', 'Lantern Quartz Violet Harbour', 'lantern quartz violet harbour'],
    ['space around it', ' lantern quartz violet harbour', 'lantern quartz violet harbour'],
    ['compatibility forms', 'lantern quartz ﬁ violet harbour', 'lantern quartz fi violet harbour'],
  ];
  for (const [name, set, tried] of cases) {
    const email = freshEmail();
    assert.equal((await stranger().signUp(email, set)).status, 201, name);
    assert.equal(await signInOutcome(email, tried), '401 invalid_credentials', name);
    assert.equal(await signInOutcome(email, set), '200', name);
  }
  const email = freshEmail();
  assert.equal((await stranger().signUp(email, 'caf\u00e9 lantern quartz harbour')).status, 201);
  assert.equal(await signInOutcome(email, 'cafe\u0301 lantern quartz harbour'), '200', 'NFD');
});

test('R-083: no composition is asked for', async () => {
  for (const password of [
    'lanternquartzvioletharbour',
    '840173926514028375',
    'LANTERN QUARTZ VIOLET HARBOUR',
  ])
    assert.equal((await stranger().signUp(freshEmail(), password)).status, 201, password);
});

test('R-084: common, patterned and personal passwords are refused with the reason', async () => {
  const email = 'marigold.lindqvist@attacks.example';
  const cases: readonly (readonly [string, string])[] = [
    ['password1234567', 'password_common'],
    ['aaaaaaaaaaaaaaaaaaaa', 'password_common'],
    ['123456789012345678', 'password_common'],
    ['qwertyuiopasdfghjkl', 'password_common'],
    ['P4ssw0rdP4ssw0rd', 'password_common'],
    ['my rollcall violet harbour', 'password_common'],
    ['marigold.lindqvist 7 harbour', 'password_contains_email'],
    ['MARIGOLD.LINDQVIST 7 harbour', 'password_contains_email'],
  ];
  for (const [password, code] of cases) {
    const answer = await stranger().signUp(email, password);
    assert.equal(outcomeOf(answer), `422 ${code}`, password);
    assert.ok(text(answer.body, 'detail').length > 20 && !answer.text.includes(password), password);
  }
});

test('R-084: of the first 3,000 listed passwords that fit the length every fifth is tried and none taken, without a network', async () => {
  const judge = createPasswordJudge();
  const listed = dictionary['passwords-common'].filter((word) => word.length >= 8).slice(0, 3000);
  assert.equal(listed.length, 3000);
  const taken: string[] = [];
  for (const [index, password] of listed.filter((_, place) => place % 5 === 0).entries()) {
    const { refusal } = judge.judge({ password, email: '', hasSecondFactor: true });
    if (refusal === null) taken.push(password);
    // The service lives in this process too.
    if (index % 20 === 0) await setImmediate();
  }
  assert.deepEqual(taken, []);
  const folder = join(import.meta.dirname, '../../src/accounts');
  for (const name of readdirSync(folder))
    assert.doesNotMatch(readFileSync(join(folder, name), 'utf8'), /\bfetch\(|node:https?'|node:net'/, name);
});

test('R-085: a password stays good for years', async () => {
  const victim = await newVictim(service);
  clock.advance(5 * 365 * day);
  assert.equal(await signInOutcome(victim.email, victim.password), '200');
});

test('R-086: a change asks for the current password, and for a recent second factor where there is one', async () => {
  const victim = await newVictim(service);
  const { client, password } = victim;
  const change = (currentPassword: string) =>
    client.send('PUT', '/api/password', { currentPassword, newPassword });
  assert.equal(outcomeOf(await client.send('PUT', '/api/password', { newPassword })), '400 invalid_request');
  assert.equal(outcomeOf(await change('')), '401 invalid_credentials');
  assert.equal(outcomeOf(await change('not the password of mine')), '401 invalid_credentials');
  const { key } = await client.turnOnTwoFactor(clock.now());
  clock.advance(11 * minute);
  assert.equal(outcomeOf(await change(password)), '403 step_up_required');
  assert.equal(outcomeOf(await client.send('POST', '/api/step-up', { password })), '403 step_up_required');
  const code = totpCode(key, clock.now());
  assert.equal((await client.send('POST', '/api/step-up', { method: 'totp', code })).status, 200);
  assert.equal((await change(password)).status, 200);
  assert.equal(await signInOutcome(victim.email, password), '401 invalid_credentials');
});

test('R-086: guesses at the current password are counted like sign-ins', async () => {
  const { client } = await newVictim(service);
  const outcomes: string[] = [];
  for (let guess = 0; guess < 12; guess += 1) {
    const body = { currentPassword: `guess number ${guess}`, newPassword };
    outcomes.push(outcomeOf(await client.send('PUT', '/api/password', body)));
  }
  assert.deepEqual(outcomes.slice(9), [
    '401 invalid_credentials',
    '429 too_many_attempts',
    '429 too_many_attempts',
  ]);
});

test('R-086: two changes at once with one current password: one wins, and its password alone works', async () => {
  const victim = await newVictim(service);
  const bearer = { authorization: `Bearer ${tokenOf(victim.client)}` };
  const words = ['copper', 'walnut', 'basalt'].map((word) => `${word} meadow signal teapot`);
  const answers = await Promise.all(
    words.map((word) =>
      service
        .client()
        .send('PUT', '/api/password', { currentPassword: victim.password, newPassword: word }, bearer),
    ),
  );
  assert.equal(answers.filter(({ status }) => status === 200).length, 1, answers.map(outcomeOf).join());
  const outcomes = await Promise.all(words.map((word) => signInOutcome(victim.email, word)));
  assert.deepEqual(
    outcomes,
    answers.map(({ status }) => (status === 200 ? '200' : '401 invalid_credentials')),
  );
});

test('R-086: password fields let a password manager and pasting do their work', () => {
  const folder = join(import.meta.dirname, '../../src/ui');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  assert.match(sources, /current-password/);
  assert.match(sources, /new-password/);
  assert.doesNotMatch(sources, /type="password"[^>]*autocomplete="off"|@paste|onpaste|'paste'/);
});

/** The stored hash of a user, read from the file. */
function storedHash(folder: string, email: string): string {
  const database = new DatabaseSync(join(folder, 'rollcall.db'), { readOnly: true });
  const row = database.prepare('select password_hash from users where canonical_email = ?').get(email);
  database.close();
  return String(row?.['password_hash']);
}

test('R-087: passwords are stored as Argon2id at or above the floor, each with a salt of its own', async () => {
  const [mara, noor] = [await newVictim(service), await newVictim(service)];
  const hashes = [mara, noor].map(({ email }) => storedHash(service.folder, email));
  for (const hash of hashes) {
    const [, memory = '', passes = '', lanes = ''] =
      /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$/.exec(hash) ?? [];
    assert.ok(Number(memory) >= 19_456 && Number(passes) >= 2 && Number(lanes) === 1, hash);
  }
  const salts = hashes.map((hash) => hash.split('$')[4] ?? '');
  assert.ok(salts[0] !== salts[1] && Buffer.from(salts[0] ?? '', 'base64').length >= 16);
});

test('R-087: a weaker hash from older days signs in and is replaced on the way', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-attack-'));
  const first = await startTestService({ clock, folder });
  const { email, password } = await newVictim(first);
  await first.stop();
  const weak = await argon2Hash(password, { memoryCost: 4096, timeCost: 1, parallelism: 1 });
  const database = new DatabaseSync(join(folder, 'rollcall.db'));
  database.prepare('update users set password_hash = ? where canonical_email = ?').run(weak, email);
  database.close();
  const again = await startTestService({ clock, folder });
  try {
    assert.equal(
      outcomeOf(await again.client().signIn(email, 'not the password')),
      '401 invalid_credentials',
    );
    assert.equal(storedHash(folder, email), weak);
    assert.equal((await again.client().signIn(email, password)).status, 200);
    assert.match(storedHash(folder, email), /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  } finally {
    await again.stop();
    rmSync(folder, { recursive: true });
  }
});

test('R-088: there is no hint and no security question, in no request, answer or table', async () => {
  const { text: document } = await service.client().send('GET', '/openapi.json');
  assert.doesNotMatch(document, /"[\w-]*(?:hint|question|maiden|security[_-]?answer)[\w-]*":/i);
  const body = { email: freshEmail(), password: ownerPassword, hint: 'the usual' };
  assert.equal(outcomeOf(await stranger().send('POST', '/api/sign-up', body)), '400 invalid_request');
  const database = new DatabaseSync(join(service.folder, 'rollcall.db'), { readOnly: true });
  const schema = database.prepare('select group_concat(sql) as text from sqlite_schema').get();
  database.close();
  assert.doesNotMatch(String(schema?.['text']), /hint|question/i);
});
