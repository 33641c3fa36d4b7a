import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RollcallError } from '../../src/errors.ts';
import {
  clearCookie,
  cookieNamesFor,
  longestCookieSeconds,
  readCookies,
  setCookie,
} from '../../src/http/cookie.ts';
import { createHttpLaboratory } from './http-laboratory.ts';
import { codeOf, Visitor } from './visitor.ts';

const names = cookieNamesFor(new URL('https://rollcall.example'));
const plainNames = cookieNamesFor(new URL('http://localhost:3000'));
const none = { session: null, device: null, pending: null };

describe('the names of cookies', () => {
  it('have the prefix __Host- on https and are plain on this machine', () => {
    assert.deepEqual(names, {
      session: '__Host-rollcall',
      device: '__Host-rollcall-device',
      pending: '__Host-rollcall-pending',
      isSecure: true,
    });
    assert.equal(plainNames.session, 'rollcall');
    assert.equal(plainNames.isSecure, false);
  });
});

describe('a Set-Cookie (R-130, R-131)', () => {
  it('has all attributes and no Domain', () => {
    const attributes = '; Path=/; HttpOnly; SameSite=Lax; Secure';
    assert.equal(setCookie('__Host-rollcall', 'x', names, null), `__Host-rollcall=x${attributes}`);
    assert.equal(setCookie('__Host-rollcall', 'x', names, 60), `__Host-rollcall=x; Max-Age=60${attributes}`);
    assert.equal(setCookie('rollcall', 'x', plainNames, null), 'rollcall=x; Path=/; HttpOnly; SameSite=Lax');
  });

  it('never lives longer than browsers allow', () => {
    assert.match(setCookie('a', 'x', names, 1e12), new RegExp(`Max-Age=${longestCookieSeconds};`));
  });

  it('is cleared with the attributes it was set with (R-048)', () => {
    assert.equal(clearCookie('a', names), setCookie('a', '', names, 0));
  });
});

describe('reading cookies', () => {
  for (const header of [
    null,
    '',
    ';',
    ' ; ; ',
    'novalue',
    '=x',
    '==',
    '__Host-rollcall',
    '__Host-rollcall=',
    '\t',
  ]) {
    it(`finds nothing in ${JSON.stringify(header)} (X-01)`, () => {
      assert.deepEqual(readCookies(header, names), none);
    });
  }

  it('finds its own among others, by exact name', () => {
    const header =
      'a=b; __Host-rollcall=one; __Host-rollcall-device=two; x__Host-rollcall=three; rollcall=four';
    assert.deepEqual(readCookies(header, names), { session: 'one', device: 'two', pending: null });
  });

  it('takes a quoted value, or one with characters no cookie has, for a value that is no token (R-134)', () => {
    for (const value of ['"token"', '"', 'a b', 'a,b', 'a\\b', 'ä', '%22']) {
      assert.equal(readCookies(`__Host-rollcall=${value}`, names).session, 'unreadable');
    }
  });

  const ambiguous = [
    '__Host-rollcall=a; __Host-rollcall=b',
    '__Host-rollcall=a; __Host-rollcall=a',
    '__Host-rollcall=a; __Host-rollcall=',
    '__Host-rollcall=; __Host-rollcall=a',
    '__Host-rollcall=a; x=y; __HOST-rollcall=b',
    '__host-rollcall=b; __Host-rollcall=a',
    '__HOST-ROLLCALL=a',
    '__Host-Rollcall=a',
    '__Host-rollcall =a;__Host-rollcall=b',
    `${'a=b; '.repeat(200)}__Host-rollcall=a; __Host-rollcall=b`,
    '__Host-rollcall-pending=a; __Host-rollcall-pending=b',
  ];
  for (const header of ambiguous) {
    it(`refuses ${header.slice(-60)} (R-133, X-02)`, () => {
      assert.throws(
        () => readCookies(header, names),
        (error) => error instanceof RollcallError && error.code === 'ambiguous_credentials',
      );
    });
  }
});

describe('a request with cookies', () => {
  it('is refused when the session cookie comes twice, in either order, and changes nothing (X-02)', async () => {
    const laboratory = createHttpLaboratory();
    const owner = new Visitor(laboratory);
    await owner.signUp();
    const token = owner.cookies.get('__Host-rollcall') ?? '';
    for (const [first, second] of [
      [token, 'x'],
      ['x', token],
      [token, token],
    ]) {
      const cookie = `__Host-rollcall=${first}; __Host-rollcall=${second}`;
      assert.equal(
        codeOf(await owner.send('GET', '/api/session', { headers: { cookie } })),
        '400 ambiguous_credentials',
      );
      assert.equal(
        codeOf(await owner.send('POST', '/api/sign-out', { headers: { cookie } })),
        '400 ambiguous_credentials',
      );
    }
    assert.equal((await owner.send('GET', '/api/session')).status, 200);
    assert.equal(laboratory.lines[0]?.level, 'warn');
  });

  it('puts nothing but an opaque value of less than 4 KB into a cookie (R-132, R-135)', async () => {
    const owner = new Visitor(createHttpLaboratory());
    const { headers } = await owner.signUp();
    assert.equal(headers.getSetCookie().length, 2);
    for (const cookie of headers.getSetCookie()) {
      assert.match(cookie, /^__Host-rollcall(-device)?=r[cd]1_[0-9a-z]{26}\.[\w-]{49};/);
      assert.ok(cookie.length < 1024);
    }
  });

  it('makes a cookie that outlives the browser only when that was asked for', async () => {
    const owner = new Visitor(createHttpLaboratory());
    const sessionCookie = (cookies: readonly string[]) =>
      cookies.find((each) => each.startsWith('__Host-rollcall='));
    assert.doesNotMatch(sessionCookie((await owner.signUp()).headers.getSetCookie()) ?? '', /Max-Age/);
    const kept = await owner.signIn({ keepSignedIn: true });
    assert.match(sessionCookie(kept.headers.getSetCookie()) ?? '', /; Max-Age=2592000;/);
  });
});
