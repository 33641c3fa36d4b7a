import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ownerEmail, ownerPassword } from '../running-service.ts';
import { rawRequest, sendRaw } from './raw-request.ts';
import { assertProblem, assertRefused, inTime, startTarget, withoutEffect } from './target.ts';

const target = await startTarget();
const { port, cookie, owner, service } = target;
const own = `Cookie: ${cookie}`;
const origin = `Origin: ${service.url}`;

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

const queries = [
  'x=1',
  'cursor=x&cursor=x',
  'cursor=01m84sw9a0zncy8st4byznppc0&cursor=01m84sw9a0zncy8st4byznppc1',
  'cursor[]=x',
  'cursor%5B%5D=x',
  'cursor[a]=x',
  'cursor.a=x',
  'cursor=x;limit=1',
  'Cursor=x',
  'cursor=',
  'cursor=null',
  'cursor=%00',
  'cursor=%ff',
  'cursor=%',
  'cursor=..%2f',
  "cursor=' or 1=1--",
  '__proto__=x',
  '__proto__[x]=y',
  'constructor=x',
  '=',
  '=x',
  'limit=-1',
  'limit=1000000000',
  Array.from({ length: 17 }, (_, index) => `a${index}=b`).join('&'),
];

for (const query of queries) {
  test(`X-19: the history refuses the query ${query.slice(0, 40)}`, () =>
    withoutEffect(target, async () => {
      const line = `GET /api/history?${query.replaceAll(' ', '%20')}`;
      assertProblem(await send(line), 'invalid_request');
    }));
}

test('X-19: ten thousand parameters are refused', () =>
  withoutEffect(target, async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => `a${index}=b`).join('&');
    const answer = await send(`GET /api/history?${many}`);
    assert.ok([414, 431].includes(answer.status), String(answer.status));
  }));

test('X-19: a field of the body is not taken from the query, nor doubled there', () =>
  withoutEffect(target, async () => {
    const stranger = service.client();
    const query = `email=${encodeURIComponent(ownerEmail)}&password=${encodeURIComponent(ownerPassword)}`;
    for (const body of [{}, { email: ownerEmail, password: ownerPassword }]) {
      const answer = await stranger.send('POST', `/api/sign-in?${query}`, body);
      assertProblem(answer, 'invalid_request', ownerPassword);
    }
    assert.equal(stranger.cookies.size, 0);
  }));

const ids = [
  '-1',
  '0',
  '1e309',
  '9'.repeat(1000),
  '550e8400-e29b-41d4-a716-446655440000',
  '*',
  '%2a',
  '%25',
  '_',
  "'%20or%201=1--",
  '1;drop%20table%20sessions',
  '..%2f..%2fetc%2fpasswd',
  'a%2fb',
  '%2f',
  '%5c',
  '%00',
  '%ff',
  '%',
  '%7B%22$ne%22:null%7D',
  '[]',
  'null',
  'undefined',
  '__proto__',
  'constructor',
  'revoke-others',
  '00000000000000000000000000',
  'zzzzzzzzzzzzzzzzzzzzzzzzzz',
  'ZZZZZZZZZZZZZZZZZZZZZZZZZZ',
  '%F0%9F%94%A5',
];

test('X-28: ending a session under an id that is none looks like ending one of someone else', () =>
  withoutEffect(target, async () => {
    const shapes = new Set<string>();
    for (const id of ids) {
      const answer = await send(`DELETE /api/sessions/${id}`, [own, origin]);
      shapes.add(`${answer.status} ${answer.text} ${[...answer.headers.keys()].sort().join()}`);
    }
    assert.equal(shapes.size, 1, [...shapes].join('\n'));
    assert.match([...shapes][0] ?? '', /^204 {2}/);
  }));

test('X-28: a device under an id that is none is not found, like one of someone else', () =>
  withoutEffect(target, async () => {
    for (const id of ids) {
      const headers = [own, origin, 'Content-Type: application/json'];
      const request = rawRequest(port, `PATCH /api/devices/${id}`, headers, '{"label":"mine"}');
      assertProblem(await inTime(sendRaw(port, request)), 'not_found', id);
    }
  }));

test('X-28: sessions and devices of another account stay as they are', async () => {
  const neighbour = service.client();
  await neighbour.signUp('neighbour@lindqvist.example', 'copper meadow signal thicket');
  const answer = await neighbour.send('GET', '/api/session');
  const { id, device } = answer.body['session'] as {
    readonly id: string;
    readonly device: { readonly id: string };
  };
  await withoutEffect(target, async () => {
    assert.equal((await owner.send('DELETE', `/api/sessions/${id}`)).status, 204);
    assertProblem(await owner.send('PATCH', `/api/devices/${device.id}`, { label: 'mine' }), 'not_found');
  });
  assert.equal((await neighbour.send('GET', '/api/session')).status, 200);
});

test('X-30: a sign-in page sends nobody anywhere the query says', () =>
  withoutEffect(target, async () => {
    for (const name of ['next', 'return_to', 'redirect', 'url', 'continue']) {
      for (const value of [
        '//evil.example',
        'https:evil.example',
        '%5c%5cevil.example',
        'javascript:alert(1)',
        '%0d%0aSet-Cookie:x=y',
      ]) {
        const answer = await send(`GET /sign-in?${name}=${value}`);
        assert.equal(answer.headers.get('location'), '/account/sessions');
        assert.equal(answer.headers.get('set-cookie'), null);
        const away = await send(`GET /account/sessions?${name}=${value}`, []);
        assert.equal(away.headers.get('location'), '/sign-in');
      }
    }
  }));
