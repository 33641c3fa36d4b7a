import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ownerEmail } from '../running-service.ts';
import { rawRequest, sendRaw } from './raw-request.ts';
import { assertProblem, assertRefused, inTime, startTarget, withoutEffect } from './target.ts';

const target = await startTarget();
const { port, cookie, owner } = target;
const own = `Cookie: ${cookie}`;

const send = (line: string, headers: readonly string[] = [own]) =>
  inTime(sendRaw(port, rawRequest(port, line, headers)));

const elsewhere = [
  '/api/session/',
  '/api/session.',
  '/api/session..',
  '/api/session;a=b',
  '/api/session%00',
  '/api/session%20',
  '/api/session%0a',
  '/api/session%2f',
  '/api/session%5c',
  '/api/session%3f',
  '/api/session%23',
  '/api/session.json',
  '/api/sess%69on',
  '/api/Session',
  '/api//session',
  '/api/%2fsession',
  '/api/%252e%252e/session',
  '/api/%c0%ae%c0%ae/session',
  '/api/%e0%80%ae/session',
  '/api/%ff',
  '/api/%',
  '/api/%zz',
  '/api/..%2fapi/session',
  '/api/..%5capi/session',
  '/api/...',
  '/api/',
  '/api',
  '/openapi.json/..%2f..%2fetc%2fpasswd',
  '//api/session',
  '/%61pi/session',
  '/api%2fsession',
  '/API/session',
  '/./..//api/session',
  '/assets/..%2f..%2f..%2fetc%2fpasswd',
  '/assets/%2e%2e%2fsign-in.html',
  '/assets/../../../../etc/passwd',
  '/assets/....//....//etc/passwd',
  '/assets//etc/passwd',
  '/assets/',
  '/sign-in.html',
  '/account-sessions.html',
  '/.env',
  '/data/secret',
  '/rollcall.db',
  '/sign-in/',
  '/SIGN-IN',
  '/account/sessions/',
  '/account/sessions;x',
  '/account/%73essions',
];

for (const path of elsewhere) {
  test(`X-09: ${path} is nowhere`, () =>
    withoutEffect(target, async () => {
      const answer = await send(`GET ${path}`);
      assert.equal(answer.status, 404, answer.text.slice(0, 200));
      assert.doesNotMatch(answer.text, /root:|"user"|sqlite/);
    }));
}

for (const path of ['/api\\session', '/api/se\tssion', '/api/\xe9', '/api/\x7f', '/api/\x00session']) {
  test(`X-09: ${JSON.stringify(path)} is no path`, () =>
    withoutEffect(target, async () => {
      assertRefused(await send(`GET ${path}`));
    }));
}

test('X-09: a path with dot segments is resolved once, before anything is decided on it', async () => {
  const aliases = [
    '/api/./session',
    '/api/x/../session',
    '/api/%2e/session',
    '/x/%2E%2e/api/session',
    '/../api/session',
  ];
  for (const alias of aliases) {
    const signedIn = await send(`GET ${alias}`);
    assert.equal(signedIn.status, 200, alias);
    assert.equal(signedIn.headers.get('cache-control'), 'no-store', alias);
    assert.match(signedIn.headers.get('content-security-policy') ?? '', /sandbox/, alias);
    assertProblem(await send(`GET ${alias}`, []), 'no_active_session');
    assertProblem(await send(`POST ${alias.replace('session', 'sign-out')}`, [own]), 'cross_site_request');
  }
});

test('X-09: no path from outside breaks the service or signs anyone in', () =>
  withoutEffect(target, async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'api',
        'session',
        'sessions',
        'account',
        'assets',
        '..',
        '.',
        '%2e',
        '%2f',
        '%5c',
        '%00',
        '%',
        '%ff',
        ';',
        '//',
        '?',
        '&',
        '=',
      ),
      fc.string({ unit: 'binary-ascii', maxLength: 10 }),
    );
    const path = fc
      .array(piece, { maxLength: 8 })
      .map((pieces) => `/${pieces.join('/')}`.replace(/[\r\n ]/g, ''));
    await fc.assert(
      fc.asyncProperty(
        path,
        fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'HEAD'),
        async (asked, method) => {
          const answer = await send(`${method} ${asked}`, []);
          assert.ok(answer.status >= 200 && answer.status < 500, `${method} ${asked} gave ${answer.status}`);
          assert.doesNotMatch(answer.text, /"user"|"sessions"/);
          if (method !== 'GET' && method !== 'HEAD') assertRefusedAnywhere(answer);
        },
      ),
      { numRuns: 300 },
    );
  }));

/** Below a page's path a refusal is a page. */
function assertRefusedAnywhere(answer: { readonly status: number }): void {
  assert.ok(answer.status >= 400, String(answer.status));
}

const unknownHosts = [
  'evil.example',
  `evil.example:${port}`,
  'localhost',
  'localhost:1',
  `localhost.evil.example:${port}`,
  `evil-localhost:${port}`,
  `localhost.:${port}`,
  `localhost:0${port}`,
  '0.0.0.0',
  `0.0.0.0:${port}`,
];
const junkHosts = [
  '',
  ' ',
  `localhost:${port}junk`,
  `localhost:${port}@evil.example`,
  `user@localhost:${port}`,
  `user:pass@localhost:${port}`,
  `localhost:${port}/x`,
  `localhost:${port}?x`,
  `localhost:${port}#x`,
  `localhost:${port}, evil.example`,
  `localhost:${port} evil.example`,
  `http://localhost:${port}`,
  'localhost:',
  'localhost:-1',
  'localhost:99999',
  '[::1',
  '<script>',
];

for (const host of unknownHosts) {
  test(`X-11: does not answer for the host ${host.replace(String(port), '<port>')}`, () =>
    withoutEffect(target, async () => {
      assertProblem(await send('GET /api/session', [own, `Host: ${host}`]), 'unknown_host');
      assert.equal((await send('GET /sign-in', [`Host: ${host}`])).status, 421);
    }));
}

for (const host of junkHosts) {
  test(`X-11: refuses the host ${JSON.stringify(host.replace(String(port), '<port>'))}`, () =>
    withoutEffect(target, async () => {
      for (const path of ['/api/session', '/sign-in', '/healthz']) {
        const answer = await send(`GET ${path}`, [own, `Host: ${host}`]);
        assert.ok(answer.status === 400 || answer.status === 421, `${path} ${answer.status}`);
        assert.doesNotMatch(answer.text, /script>|evil/);
      }
    }));
}

test('X-11: refuses a missing host, and two', () =>
  withoutEffect(target, async () => {
    for (const version of ['1.1', '1.0']) {
      const bare = `GET /api/session HTTP/${version}\r\nConnection: close\r\n${own}\r\n\r\n`;
      assertProblem(await inTime(sendRaw(port, bare)), 'invalid_request');
    }
    const twice = [`Host: localhost:${port}`, `Host: localhost:${port}`];
    assertProblem(await send('GET /api/session', [own, ...twice]), 'invalid_request');
    assertProblem(
      await send('GET /api/session', [own, twice[0] ?? '', 'host: evil.example']),
      'invalid_request',
    );
  }));

const forwarding = [
  'X-Forwarded-Host: evil.example',
  'X-Forwarded-Server: evil.example',
  'X-Host: evil.example',
  'Forwarded: host=evil.example;proto=https',
  'X-Forwarded-Proto: https',
  'X-Forwarded-Scheme: https',
  'X-Forwarded-Port: 443',
  'X-Forwarded-Prefix: /evil',
  'X-Original-URL: /api/sign-out',
  'X-Original-URI: /api/sign-out',
  'X-Rewrite-URL: /api/sign-out',
  'X-HTTP-Host-Override: evil.example',
  'Front-End-Https: on',
];

test('X-11: what proxies or clients say about host and path changes nothing', () =>
  withoutEffect(target, async () => {
    const plain = await send('GET /sign-in', []);
    for (const header of forwarding) {
      assert.equal((await send('GET /api/session', [own, header])).status, 200, header);
      const page = await send('GET /sign-in', [header]);
      assert.equal(page.text, plain.text, header);
      const redirect = await send('GET /', [header]);
      assert.equal(redirect.headers.get('location'), '/sign-in', header);
    }
    assert.doesNotMatch(plain.text, /evil/);
  }));

const names = [
  'rollcall-user',
  'rollcall-session',
  'x-remote-user',
  'remote-user',
  'x-forwarded-user',
  'x-auth-request-user',
  'x-user-id',
];

test('X-13: identity headers from outside, in any spelling, sign nobody in', () =>
  withoutEffect(target, async () => {
    const user = (await owner.send('GET', '/api/session')).body['user'] as { readonly id: string };
    for (const name of names) {
      const spellings = [name, name.toUpperCase(), name.replaceAll('-', '_'), name.replaceAll('-', '.')];
      for (const value of [user.id, ownerEmail]) {
        const headers = spellings.map((spelling) => `${spelling}: ${value}`);
        assertProblem(await send('GET /api/session', headers), 'no_active_session', value);
        assertProblem(await send('GET /api/session', [...headers, ...headers]), 'no_active_session', value);
        assertProblem(await send('GET /api/session', [`${name} : ${value}`]), 'invalid_request', value);
        assertProblem(await send('GET /api/session', [`${name}: x\r\n ${value}`]), 'invalid_request', value);
      }
    }
  }));
