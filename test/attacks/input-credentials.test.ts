import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ApiClient, ownerEmail, ownerPassword, totpCode } from '../running-service.ts';
import { type Answered, assertProblem, assertRefused, inTime, startTarget, withoutEffect } from './target.ts';

/** Attempts come minutes apart, so that no throttle hides what an input does. */
let now = Date.parse('2026-11-23T12:00:00.000Z');
const clock = { now: () => now, monotonic: () => performance.now() };
const minute = 60_000;

const target = await startTarget({ clock });
const { service, owner } = target;
const second = await withTwoFactor('second@lindqvist.example');
const third = await withTwoFactor('third@lindqvist.example');

function later(minutes: number): void {
  now += minutes * minute;
}

function signUp(email: unknown, password: unknown = ownerPassword): Promise<Answered> {
  return inTime(service.client().send('POST', '/api/sign-up', { email, password }));
}

function signIn(email: unknown, password: unknown = ownerPassword): Promise<Answered> {
  later(2);
  return inTime(service.client().send('POST', '/api/sign-in', { email, password }));
}

const emails: readonly unknown[] = [
  'mara@lindqvist.example\r\nBcc: all@evil.example',
  'mara@lindqvist.example\nBcc: all@evil.example',
  'mara@lindqvist.example\u0000',
  'mara@lindqvist.example,evil@evil.example',
  'mara@lindqvist.example;evil@evil.example',
  'mara@lindqvist.example evil@evil.example',
  'evil@evil.example, mara@lindqvist.example',
  'Mara <mara@lindqvist.example>',
  '"mara@lindqvist.example" <evil@evil.example>',
  '<mara@lindqvist.example>',
  'mara@lindqvist.example (owner)',
  'mara(owner)@lindqvist.example',
  '"mara"@lindqvist.example',
  '"mara lindqvist"@lindqvist.example',
  'mara@evil.example@lindqvist.example',
  'mara@[127.0.0.1]',
  'mara@127.0.0.1',
  'mara@lindqvist\uFF0Eexample',
  'mara@lindqvist..example',
  '.mara@lindqvist.example',
  'mara.@lindqvist.example',
  'ma..ra@lindqvist.example',
  '@lindqvist.example',
  'mara@',
  'mara',
  'mara\u200B@lindqvist.example',
  '\u202Emara@lindqvist.example',
  'mara@lind\u00ADqvist.example',
  'mailto:mara@lindqvist.example',
  `${'m'.repeat(65)}@lindqvist.example`,
  `${'m'.repeat(60)}@${'l'.repeat(60)}.${'l'.repeat(60)}.${'l'.repeat(60)}.${'l'.repeat(60)}.example`,
  'm'.repeat(320),
  [ownerEmail],
  [ownerEmail, 'evil@evil.example'],
  { email: ownerEmail },
  null,
  1,
  true,
];

for (const email of emails) {
  const shown = JSON.stringify(email).slice(0, 50);
  test(`X-24: ${shown} is no address: no account is made, and none is entered`, () =>
    withoutEffect(target, async () => {
      assertProblem(await signUp(email), 'invalid_request', typeof email === 'string' ? email : undefined);
      assertRefused(await signIn(email));
    }));
}

const sameAccount = [
  'MARA@LINDQVIST.EXAMPLE',
  'Mara@Lindqvist.Example',
  ' mara@lindqvist.example ',
  'mara@\uFF4Cindqvist.example',
];

for (const email of sameAccount) {
  test(`X-25: ${JSON.stringify(email)} is the owner's address, at sign-up and at sign-in`, async () => {
    await withoutEffect(target, async () => {
      assertProblem(await signUp(email), 'email_taken');
    });
    assert.equal((await signIn(email)).status, 200);
  });
}

const apart = [
  'm\u0430ra@lindqvist.example',
  'm\u0131ra@lindqvist.example',
  'mira@lindqvist.example',
  '\uFF4Dara@lindqvist.example',
  'mara+x@lindqvist.example',
  'm.ara@lindqvist.example',
  'ma\u0301ra@lindqvist.example',
  'stra\u00DFe@lindqvist.example',
  'strasse@lindqvist.example',
  '\uFB01ona@lindqvist.example',
  'fiona@lindqvist.example',
  'mara@lindqv\u0131st.example',
];

test('X-25: look-alikes are accounts of their own, and open none but their own', async () => {
  const ids = new Set<unknown>();
  for (const email of apart) {
    assertProblem(await signIn(email), 'invalid_credentials', email);
    const created = await signUp(email);
    assert.equal(created.status, 201, `${email} ${created.text}`);
    ids.add((created.body['user'] as { readonly id: string }).id);
    const entered = await signIn(email);
    ids.add((entered.body['user'] as { readonly id: string }).id);
  }
  assert.equal(ids.size, apart.length);
});

test('X-25: one address typed in two normal forms is one account', async () => {
  assert.equal((await signUp('zo\u00EB@lindqvist.example')).status, 201);
  assertProblem(await signUp('zoe\u0308@lindqvist.example'), 'email_taken');
  assert.equal((await signIn('ZOE\u0308@lindqvist.example')).status, 200);
});

const tooWeak: readonly (readonly [string, string, string])[] = [
  ['nothing', '', 'password_too_short'],
  ['one character', 'x', 'password_too_short'],
  ['14 characters', 'lantern quartz', 'password_too_short'],
  ['14 characters of four bytes', '\u{1F525}'.repeat(14), 'password_too_short'],
  ['257 characters', 'lantern quartz '.repeat(18).slice(0, 257), 'password_too_long'],
  ['257 characters of four bytes', '\u{1F525}'.repeat(257), 'password_too_long'],
];

for (const [what, password, code] of tooWeak) {
  test(`X-26: a password of ${what} is refused with the reason`, () =>
    withoutEffect(
      target,
      async () => {
        assertProblem(
          await signUp('new@lindqvist.example', password),
          code as 'password_too_short',
          password,
        );
        assertProblem(await signIn(ownerEmail, password), 'invalid_credentials', password);
        const changed = await owner.send('PUT', '/api/password', {
          currentPassword: ownerPassword,
          newPassword: password,
        });
        assertProblem(changed, code as 'password_too_short', password);
      },
      'history',
    ));
}

test('X-26: spaces alone are no password', () =>
  withoutEffect(target, async () => {
    assertRefused(await signUp('new@lindqvist.example', ' '.repeat(20)));
    assertRefused(await signUp('new@lindqvist.example', '\u00A0'.repeat(20)));
  }));

test('X-26: half a character is refused, a megabyte before it is read', () =>
  withoutEffect(target, async () => {
    assertProblem(await signUp('new@lindqvist.example', `lantern quartz violet\ud800`), 'invalid_json');
    assertProblem(await signUp('new@lindqvist.example', 'x'.repeat(1024 * 1024)), 'content_too_large');
    assertProblem(await signIn(ownerEmail, 'x'.repeat(1024 * 1024)), 'content_too_large');
    for (const long of ['x'.repeat(4097), 'x'.repeat(60_000)]) {
      assertProblem(await signIn(ownerEmail, long), 'invalid_request', long);
    }
  }));

const exact: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'a NUL inside',
    'lantern\u0000quartz violet',
    ['lantern', 'lantern\u0000', 'lantern\u0000quartz', 'lanternquartz violet'],
  ],
  [
    'more than 72 bytes',
    `${'lantern quartz violet '.repeat(4)}end`,
    [
      `${'lantern quartz violet '.repeat(4)}en`,
      `${'lantern quartz violet '.repeat(4)}emd`,
      'lantern quartz violet '.repeat(4).slice(0, 72),
    ],
  ],
  [
    'spaces at its ends',
    ' lantern quartz violet ',
    ['lantern quartz violet', ' lantern quartz violet', ' lantern  quartz violet '],
  ],
  [
    'characters of four bytes',
    '\u{1F525}\u{1F4BB}\u{1F469} lantern quartz',
    ['\u{1F525} lantern quartz', '??? lantern quartz', '\ufffd\ufffd\ufffd lantern quartz'],
  ],
  ['both cases', 'Lantern Quartz Violet', ['lantern quartz violet', 'LANTERN QUARTZ VIOLET']],
];

for (const [what, password, others] of exact) {
  test(`X-26: a password with ${what} is taken whole and exactly`, async () => {
    const email = `${what.replaceAll(' ', '.')}@lindqvist.example`;
    const created = await signUp(email, password);
    assert.equal(created.status, 201, created.text);
    assert.equal((await signIn(email, password)).status, 200);
    for (const other of others) assertProblem(await signIn(email, other), 'invalid_credentials', other);
  });
}

test('X-26: a password looks the same in two normal forms, and is', async () => {
  const email = 'forms@lindqvist.example';
  assert.equal((await signUp(email, 'Caf\u00E9 lantern quartz')).status, 201);
  assert.equal((await signIn(email, 'Cafe\u0301 lantern quartz')).status, 200);
  assertProblem(await signIn(email, 'Cafe lantern quartz'), 'invalid_credentials');
});

interface Enrolled {
  readonly email: string;
  readonly key: string;
  readonly recoveryCodes: readonly string[];
}

async function withTwoFactor(email: string): Promise<Enrolled> {
  const client = service.client();
  assert.equal((await client.signUp(email)).status, 201);
  return { email, ...(await client.turnOnTwoFactor(now)) };
}

/** A browser that has given the right password and owes the code. */
async function pending({ email }: Enrolled): Promise<ApiClient> {
  later(3);
  const client = service.client();
  const answer = await client.signIn(email);
  assert.equal(answer.body['status'], 'second-factor-required', answer.text);
  return client;
}

const complete = (client: ApiClient, code: unknown, method: unknown = 'totp'): Promise<Answered> =>
  inTime(client.send('POST', '/api/sign-in/second-factor', { method, code }));

/** The code that is right now, changed by one. */
function wrongCode({ key }: Enrolled): string {
  const right = [totpCode(key, now), totpCode(key, now - 30_000)];
  return ['000000', '000001', '000002'].find((code) => !right.includes(code)) ?? '';
}

const shapes: readonly (readonly [string, (code: string) => unknown])[] = [
  ['nothing', () => ''],
  ['null', () => null],
  ['an array', (code) => [code]],
  ['an object', (code) => ({ code })],
  ['a number', (code) => Number(code)],
  ['true', () => true],
  ['five digits', (code) => code.slice(1)],
  ['seven digits', (code) => `0${code}`],
  ['the code twice', (code) => code + code],
  [
    'full-width digits',
    (code) => code.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  ],
  ['Arabic digits', (code) => code.replace(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit)))],
  ['a sign', (code) => `+${code}`],
  ['a fraction', (code) => `${code}.0`],
  ['an exponent', (code) => `${code}e0`],
  ['a hexadecimal number', (code) => `0x${Number(code).toString(16)}`],
  ['a line break', (code) => `${code}\n`],
  ['a NUL', (code) => `${code}\u0000`],
  ['a zero-width space', (code) => `${code}\u200B`],
  ['a list', (code) => `${code},000000`],
  ['a wildcard', () => '%'],
  ['SQL', () => "' or '1'='1"],
  ['1 KB', (code) => code.padEnd(1024, '0')],
  ['1 KB of spaces', (code) => code.padEnd(1024)],
];

for (const [what, shapeOf] of shapes) {
  test(`X-27: a code that is ${what} signs nobody in`, async () => {
    const client = await pending(second);
    await withoutEffect(
      target,
      async () => {
        assertRefused(await complete(client, shapeOf(totpCode(second.key, now))));
        // Space of any kind is forgiven in a recovery code.
        if (what === 'a line break') return;
        assertRefused(await complete(client, shapeOf(second.recoveryCodes[0] ?? ''), 'recovery-code'));
      },
      'history',
      'pending_sign_ins',
    );
    assertProblem(await client.send('GET', '/api/session'), 'no_active_session');
  });
}

test('X-27: a code of another account, an old one and one for another method are refused', async () => {
  const client = await pending(second);
  const refused: readonly (readonly [unknown, unknown])[] = [
    [totpCode(third.key, now), 'totp'],
    [third.recoveryCodes[0], 'recovery-code'],
    [totpCode(second.key, now - 60_000), 'totp'],
    [totpCode(second.key, now + 30_000), 'totp'],
    [second.recoveryCodes[0], 'totp'],
    [totpCode(second.key, now), 'recovery-code'],
  ];
  for (const [code, method] of refused)
    assertProblem(await complete(client, code, method), 'invalid_code', String(code));
  for (const method of ['', 'TOTP', 'passkey', 'password', null, 1, ['totp'], {}]) {
    assertProblem(await complete(client, totpCode(second.key, now), method), 'invalid_request');
  }
});

test('X-27: every wrong code counts, in any shape, and the tenth ends the sign-in', async () => {
  const client = await pending(third);
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    const shape = attempt % 2 === 0 ? 'not a code' : wrongCode(third);
    assertProblem(await complete(client, shape), 'invalid_code');
  }
  const right = await complete(client, totpCode(third.key, now));
  assert.ok(['no_pending_sign_in', 'too_many_attempts'].includes(String(right.body['code'])), right.text);
  later(20);
  assertProblem(await complete(client, totpCode(third.key, now)), 'no_pending_sign_in');
});

test('X-27: spaces and case are forgiven in a recovery code, which still works once', async () => {
  const [code = ''] = second.recoveryCodes;
  const typed = ` ${code.toUpperCase().replaceAll('-', ' ')} `;
  assert.equal((await complete(await pending(second), typed, 'recovery-code')).status, 200);
  for (const again of [typed, code, code.replaceAll('-', '')]) {
    assertProblem(await complete(await pending(second), again, 'recovery-code'), 'invalid_code');
  }
});
