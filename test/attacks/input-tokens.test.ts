import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { mintId, mintToken } from '../../src/engine/token.ts';
import { ownerEmail, ownerPassword, startTestService } from '../running-service.ts';
import { renameTables } from './break-store.ts';
import { rawRequest, sendRaw } from './raw-request.ts';
import { assertProblem, assertRefused, inTime, startTarget, withoutEffect } from './target.ts';

const target = await startTarget();
const { port, cookie, token, service } = target;

const random = { bytes: (length: number) => new Uint8Array(randomBytes(length)) };
const stranger = mintToken('session', mintId(Date.now(), random), random).token;

const getSession = (...headers: readonly (string | Uint8Array)[]) =>
  inTime(sendRaw(port, rawRequest(port, 'GET /api/session', headers)));

const [head = '', secret = ''] = token.split('.');
const malformed: readonly (readonly [string, string])[] = [
  ['one letter', 'x'],
  ['the marker alone', 'rc1_'],
  ['the public part alone', head],
  ['the public part and a dot', `${head}.`],
  ['the secret alone', secret],
  ['one character short', token.slice(0, -1)],
  ['one character long', `${token}A`],
  ['of 4 KB', token + 'A'.repeat(4096)],
  ['with a wrong checksum', token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A')],
  ['with another secret and the old checksum', `${head}.${'A'.repeat(43)}${token.slice(-6)}`],
  ['with padding', `${token}=`],
  ['with padding for its last characters', `${token.slice(0, -2)}==`],
  ['in upper case', token.toUpperCase()],
  ['with an upper-case id', `${head.toUpperCase()}.${secret}`],
  ['with letters an id never has', `rc1_${'i'.repeat(26)}.${secret}`],
  ['with a second dot', token.replace('.', '..')],
  ['without the dot', token.replace('.', '-')],
  ['with plus and slash', `${head}.${'+/'.repeat(24)}A`],
  ['of another version', token.replace('rc1', 'rc2')],
  ['of a pending sign-in by its marker', token.replace('rc1', 'rp1')],
  ['of a device by its marker', token.replace('rc1', 'rd1')],
  ['that looks like a signed one', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.'],
];

for (const [what, text] of malformed) {
  test(`X-03: a token ${what} is nothing, in cookie and header`, () =>
    withoutEffect(target, async () => {
      assert.notEqual(text, token);
      assertProblem(await getSession(`Cookie: rollcall=${text}`), 'no_active_session', text);
      assertProblem(await getSession(`Authorization: Bearer ${text}`), 'no_active_session', text);
    }));
}

test('X-03: a token of 64 KB is refused unread', () =>
  withoutEffect(target, async () => {
    const long = 'A'.repeat(64 * 1024);
    assertProblem(await getSession(`Cookie: rollcall=${long}`), 'headers_too_large', long);
    assertProblem(await getSession(`Authorization: Bearer ${long}`), 'headers_too_large', long);
  }));

test('X-03: digits of other scripts are not digits of a token', () =>
  withoutEffect(target, async () => {
    const wide = token.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
    const bytes = Buffer.from(`Cookie: rollcall=${wide}`, 'utf8');
    assertProblem(await getSession(bytes), 'no_active_session');
  }));

test('X-03: the store is not asked about a malformed token', async () => {
  const restore = renameTables(service.folder, ['sessions']);
  try {
    for (const [, text] of malformed) {
      assertProblem(await getSession(`Cookie: rollcall=${text}`), 'no_active_session');
    }
    assertProblem(await getSession(`Cookie: rollcall=${stranger}`), 'store_unavailable');
  } finally {
    restore();
  }
});

test('X-04: ended, replaced, foreign and misplaced tokens all get the same answer', async () => {
  const dead = await deadTokens();
  const answers = new Map<string, string>();
  for (const [kind, text] of dead) {
    for (const header of [`Cookie: rollcall=${text}`, `Authorization: Bearer ${text}`]) {
      const answer = await getSession(header);
      assertProblem(answer, 'no_active_session', text);
      const withoutId = { ...answer.body, requestId: '' };
      const names = [...answer.headers.keys()].sort().join();
      answers.set(`${kind} ${header.slice(0, 6)}`, JSON.stringify([withoutId, names]));
    }
  }
  assert.equal(new Set(answers.values()).size, 1, JSON.stringify([...answers]));
});

/** A token of every kind that once was, or elsewhere is, good. */
async function deadTokens(): Promise<ReadonlyMap<string, string>> {
  const tokenOf = (client: ReturnType<typeof service.client>): string => client.cookies.get('rollcall') ?? '';
  const signedOut = service.client();
  await signedOut.signIn();
  const ofSignedOut = tokenOf(signedOut);
  assert.equal((await signedOut.send('POST', '/api/sign-out')).status, 204);
  const revoked = service.client();
  await revoked.signIn();
  const session = (await revoked.send('GET', '/api/session')).body['session'] as { readonly id: string };
  const ofRevoked = tokenOf(revoked);
  assert.equal((await target.owner.send('DELETE', `/api/sessions/${session.id}`)).status, 204);
  const rotated = service.client();
  await rotated.signIn();
  const ofRotated = tokenOf(rotated);
  assert.equal((await rotated.send('POST', '/api/step-up', { password: ownerPassword })).status, 200);
  const elsewhere = await startTestService();
  const neighbour = elsewhere.client();
  await neighbour.signUp();
  const ofNeighbour = tokenOf(neighbour);
  await elsewhere.stop();
  return new Map([
    ['signed out', ofSignedOut],
    ['revoked', ofRevoked],
    ['rotated', ofRotated],
    ['of another service', ofNeighbour],
    ['unknown', stranger],
    ['of a device', rotated.cookies.get('rollcall-device') ?? ''],
    ['own id, other secret', mintToken('session', token.slice(4, 30), random).token],
    ['pending by form', mintToken('pendingSignIn', mintId(Date.now(), random), random).token],
  ]);
}

test('X-04: a token is never taken from a URL', () =>
  withoutEffect(target, async () => {
    for (const path of [
      `/api/session?token=${token}`,
      `/api/session?access_token=${token}`,
      `/api/session?x=${token}`,
      `/api/session?x=${token.replace('_', '%5F')}`,
      `/account/sessions?TOKEN=x`,
      `/api/sessions/${token}`,
    ]) {
      const answer = await sendRaw(port, rawRequest(port, `GET ${path}`));
      assert.equal(answer.status, 400, path);
      assert.ok(!answer.text.includes(token));
    }
    assert.ok(!service.logLines.join().includes(token));
  }));

test('X-05: cookie and bearer of different sessions are refused, never merged', () =>
  withoutEffect(target, async () => {
    for (const other of [stranger, 'x', token.slice(0, -1)]) {
      const answer = await getSession(`Cookie: ${cookie}`, `Authorization: Bearer ${other}`);
      assertProblem(answer, 'ambiguous_credentials', other);
      const reverse = await getSession(`Cookie: rollcall=${other}`, `Authorization: Bearer ${token}`);
      assertProblem(reverse, 'ambiguous_credentials', other);
    }
    const same = await getSession(`Cookie: ${cookie}`, `Authorization: Bearer ${token}`);
    assert.equal(same.status, 200);
  }));

const unauthorised = [
  '',
  'Bearer',
  'Bearer ',
  'Basic',
  'Basic ',
  'Basic Og==',
  `Basic ${Buffer.from(`${ownerEmail}:`).toString('base64')}`,
  `Basic ${Buffer.from(`:${ownerPassword}`).toString('base64')}`,
  `Basic ${Buffer.from(`${ownerEmail}:${ownerPassword}`).toString('base64')}`,
  `Digest username="${ownerEmail}"`,
  'Negotiate abc',
  'DPoP abc',
  token,
  `Token ${token}`,
  `Bearer=${token}`,
  `Bearer:${token}`,
  `Bearer "${token}"`,
  `Bearer ${token} x`,
  `Bearer Bearer ${token}`,
  `Bearer\xa0${token}`,
  `xBearer ${token}`,
  `Bearer token="${token}"`,
  `Bearer ${token.slice(0, 20)} ${token.slice(20)}`,
];

for (const value of unauthorised) {
  const shown = JSON.stringify(value.replaceAll(token, '<token>')).slice(0, 40);
  test(`X-06: the Authorization header ${shown} signs nobody in`, () =>
    withoutEffect(target, async () => {
      assertProblem(await getSession(`Authorization: ${value}`), 'no_active_session', value);
    }));
}

test('X-06: two Authorization headers, or two in one, are refused', () =>
  withoutEffect(target, async () => {
    const twice = await getSession(`Authorization: Bearer ${token}`, `authorization: Bearer ${token}`);
    assertProblem(twice, 'invalid_request', token);
    const joined = await getSession(`Authorization: Bearer ${token}, Bearer x`);
    assertProblem(joined, 'ambiguous_credentials', token);
  }));

test('X-06: an Authorization header of 1 MB is refused and the connection closed', () =>
  withoutEffect(target, async () => {
    const answer = await getSession(`Authorization: Bearer ${'A'.repeat(1024 * 1024)}`);
    assert.ok(answer.status === 431 || answer.status === 0, String(answer.status));
  }));

test('X-06: the scheme is read without regard to case, as RFC 9110 asks', async () => {
  assert.equal((await getSession(`Authorization: bEARER   ${token}`)).status, 200);
});

test('X-06: no Authorization header from outside signs anyone in or breaks the service', () =>
  withoutEffect(target, async () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary-ascii', maxLength: 40 }),
      fc.constantFrom('Bearer ', 'bearer', 'Basic ', ',', '=', '"', token.slice(0, -1), head, secret, '\t'),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    );
    const header = fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(header, async (value) => {
        const line = value.replace(/[\r\n]/g, '');
        fc.pre(!/^bearer +/i.test(line) || !line.includes(token));
        assertRefused(await getSession(`Authorization: ${line}`));
      }),
      { numRuns: 300 },
    );
  }));
