import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rawRequest, sendRaw } from './raw-request.ts';
import { assertProblem, assertRefused, inTime, startTarget, withoutEffect } from './target.ts';

const target = await startTarget();
const { port, cookie, token, service } = target;

const getSession = (...headers: readonly (string | Uint8Array)[]) =>
  inTime(sendRaw(port, rawRequest(port, 'GET /api/session', headers)));

/** A cookie header that carries a byte no text literal should hold. */
const withByte = (byte: number): Uint8Array =>
  Buffer.concat([Buffer.from('Cookie: a=b'), Buffer.from([byte]), Buffer.from(`c; ${cookie}`)]);

const nothing = [
  '',
  ' ',
  ';',
  ';;; ; ;',
  ', ,',
  '=',
  '==',
  '=x',
  'rollcall',
  'rollcall=',
  'rollcall==',
  'rollcall="',
  'rollcall=""',
  'rollcall="x',
  'rollcall=x"',
  'rollcall=%',
  'rollcall=%zz',
  'rollcall=%00',
  'rollcall=%u0041',
  'rollcall=\xff\xfe\xe9',
  'rollcall=\t',
  'rollcall=a b c',
  'rollcall=a,b',
  'rollcall=$Version',
  '$Version=1; rollcall=x; $Path=/',
  `rollcall="${token}"`,
  `rollcall=${token}%20`,
  `rollcall =\t"${token}`,
  `rollcall=${encodeURIComponent(`rollcall=${token}`)}`,
];

for (const header of nothing) {
  const name = JSON.stringify(header.replaceAll(token, '<token>'));
  test(`X-01: takes the cookie header ${name} for no session`, () =>
    withoutEffect(target, async () => {
      assertProblem(await getSession(`Cookie: ${header}`), 'no_active_session', header);
    }));
}

for (const byte of [0x00, 0x01, 0x0b, 0x0d, 0x0a, 0x1b, 0x7f]) {
  test(`X-01: refuses a cookie header with the byte 0x${byte.toString(16).padStart(2, '0')}`, () =>
    withoutEffect(target, async () => {
      assertProblem(await getSession(withByte(byte)), 'invalid_request');
    }));
}

for (const byte of [0x80, 0xff, 0x09]) {
  test(`X-01: is not distracted by a neighbour's cookie with the byte 0x${byte.toString(16)}`, () =>
    withoutEffect(target, async () => {
      assert.equal((await getSession(withByte(byte))).status, 200);
    }));
}

const ambiguous: readonly (readonly [string, readonly string[]])[] = [
  ['twice with the same value', [`Cookie: rollcall=${token}; rollcall=${token}`]],
  ['twice with different values', [`Cookie: rollcall=${token}; rollcall=x`]],
  ['twice, the good one last', [`Cookie: rollcall=x; rollcall=${token}`]],
  ['twice, one of them empty', [`Cookie: rollcall=; rollcall=${token}`]],
  ['twice in two headers', [`Cookie: rollcall=${token}`, `Cookie: rollcall=x`]],
  ['twice in two headers, the good one last', ['Cookie: rollcall=x', `cookie: rollcall=${token}`]],
  ['in another case beside it', [`Cookie: rollcall=${token}; Rollcall=x`]],
  ['in another case before it', [`Cookie: ROLLCALL=x; rollcall=${token}`]],
  ['in another case alone', [`Cookie: RollCall=${token}`]],
  ['twice among 200 others', [`Cookie: rollcall=x; ${others(200)}; rollcall=${token}`]],
  ['with the device cookie twice', [`Cookie: ${cookie}; rollcall-device=x`]],
];

function others(count: number): string {
  return Array.from({ length: count }, (_, index) => `c${index}=v`).join('; ');
}

for (const [how, headers] of ambiguous) {
  test(`X-02: refuses the session cookie ${how}, and says so in the log`, () =>
    withoutEffect(target, async () => {
      const logged = service.logLines.length;
      assertProblem(await getSession(...headers), 'ambiguous_credentials', token);
      const line = service.logLines.slice(logged).join();
      assert.match(line, /"level":"warn".*ambiguous_credentials/);
      assert.ok(!line.includes(token));
      const page = await sendRaw(port, rawRequest(port, 'GET /account/sessions', headers));
      assert.equal(page.status, 400);
      const signOut = [...headers, `Origin: ${service.url}`];
      assertProblem(
        await sendRaw(port, rawRequest(port, 'POST /api/sign-out', signOut)),
        'ambiguous_credentials',
      );
    }));
}

test('X-02: finds the session cookie among 200 others, and in a second header', async () => {
  assert.equal((await getSession(`Cookie: ${others(200)}; ${cookie}`)).status, 200);
  assert.equal((await getSession(`Cookie: ${others(3)}`, `Cookie: ${cookie}`)).status, 200);
});

test('X-02: does not take the cookie of the https service for its own', async () => {
  for (const name of ['__Host-rollcall', '__Secure-rollcall', 'rollcall-pending', 'rollcall-device']) {
    assertProblem(await getSession(`Cookie: ${name}=${token}`), 'no_active_session', token);
  }
});

test('X-01: no cookie header from outside signs anyone in or breaks the service', () =>
  withoutEffect(target, async () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary-ascii', maxLength: 40 }),
      fc.constantFrom(
        'rollcall',
        'rollcall=',
        '; ',
        '=',
        '"',
        token.slice(0, -1),
        `${token}x`,
        '%3B',
        '\x00',
      ),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    );
    const header = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(header, async (value) => {
        // What ends the header begins others, or the body: that is another attack.
        assertRefused(await getSession(`Cookie: ${value.replace(/[\r\n]/g, '')}`));
      }),
      { numRuns: 300 },
    );
  }));
