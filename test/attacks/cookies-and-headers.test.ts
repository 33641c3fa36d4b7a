import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readSettings } from '../../src/server/settings.ts';
import { FixedClock, second } from '../laboratory.ts';
import { ownerPassword, type RunningService, startTestService, totpCode } from '../running-service.ts';
import { freshEmail, idsOf, outcomeOf, plausibleBodies, text } from './attacker.ts';
import { type PlainAnswer, ProxiedClient } from './behind-tls.ts';
import { rawRequest, sendRaw } from './raw-request.ts';

const clock = new FixedClock();
const publicUrl = 'https://rollcall.example';
let service: RunningService;
before(async () => {
  service = await startTestService({ clock, publicUrl });
});
after(() => service.stop());

function browser(): ProxiedClient {
  return new ProxiedClient(service, publicUrl);
}

interface Owner {
  readonly client: ProxiedClient;
  readonly email: string;
  readonly token: string;
}

async function newOwner(): Promise<Owner> {
  const client = browser();
  const email = freshEmail();
  const answer = await client.send('POST', '/api/sign-up', { email, password: ownerPassword });
  assert.equal(answer.status, 201, answer.text);
  return { client, email, token: client.cookies.get('__Host-rollcall') ?? '' };
}

/** Drives everything that sets a cookie and gives every line that did. */
async function everySetCookie(): Promise<readonly string[]> {
  const { client, email } = await newOwner();
  const lines: string[] = [];
  const send = async (method: string, path: string, body?: object): Promise<PlainAnswer> => {
    const answer = await client.send(method, path, body);
    lines.push(...answer.setCookies);
    return answer;
  };
  const signIn = { email, password: ownerPassword };
  await send('POST', '/api/sign-up', { email: freshEmail(), password: ownerPassword });
  await send('POST', '/api/sign-in', { ...signIn, keepSignedIn: true });
  await send('POST', '/api/step-up', { password: ownerPassword });
  const key = text((await send('POST', '/api/two-factor/totp')).body, 'secret');
  await send('POST', '/api/two-factor/totp/confirm', { code: totpCode(key, clock.now()) });
  clock.advance(30 * second);
  await send('POST', '/api/sign-in', signIn);
  await send('POST', '/api/sign-in/second-factor', { method: 'totp', code: totpCode(key, clock.now()) });
  const newPassword = 'copper meadow signal teapot';
  await send('PUT', '/api/password', { currentPassword: ownerPassword, newPassword });
  await send('POST', '/api/sign-out');
  return lines;
}

test('R-130: every cookie is __Host-, Secure, HttpOnly, for the whole path and no domain', async () => {
  const lines = await everySetCookie();
  assert.ok(lines.length >= 12, `${lines.length} cookies were set`);
  const names = new Set(lines.map((line) => line.slice(0, line.indexOf('='))));
  assert.deepEqual([...names].toSorted(), [
    '__Host-rollcall',
    '__Host-rollcall-device',
    '__Host-rollcall-pending',
  ]);
  for (const line of lines) {
    const attributes = line.split('; ').slice(1);
    for (const needed of ['Secure', 'HttpOnly', 'Path=/']) assert.ok(attributes.includes(needed), line);
    assert.ok(!attributes.some((attribute) => /^domain/i.test(attribute)), line);
  }
});

test('R-130: a cookie without the prefix, as a neighbour can plant it, is not looked at', async () => {
  const { token } = await newOwner();
  for (const name of [
    'rollcall',
    '__Secure-rollcall',
    'Host-rollcall',
    '_Host-rollcall',
    '__Host-rollcall2',
  ]) {
    const answer = await browser().send('GET', '/api/session', undefined, { cookie: `${name}=${token}` });
    assert.equal(answer.status, 401, name);
  }
  const control = await browser().send('GET', '/api/session', undefined, {
    cookie: `__Host-rollcall=${token}`,
  });
  assert.equal(control.status, 200);
});

test('R-131: SameSite is written out, once, on every cookie', async () => {
  for (const line of await everySetCookie()) {
    const given = line.split('; ').filter((attribute) => /^samesite/i.test(attribute));
    assert.deepEqual(given, ['SameSite=Lax'], line);
  }
});

test('R-132: no cookie comes near what browsers cut off', async () => {
  for (const line of await everySetCookie()) {
    const [pair = '', ...attributes] = line.split('; ');
    assert.ok(pair.length < 512, 'name and value');
    for (const attribute of attributes) assert.ok(attribute.length < 1024, attribute);
  }
});

test('R-133: our name twice, or in another case, is refused and told, in whatever order it comes', async () => {
  const [{ token }, attacker] = [await newOwner(), await newOwner()];
  const [mine, theirs] = [`__Host-rollcall=${token}`, `__Host-rollcall=${attacker.token}`];
  const headers: readonly (string | string[])[] = [
    `${mine}; ${theirs}`,
    `${theirs}; ${mine}`,
    `${mine}; ${mine}`,
    `${mine}; a=b; __HOST-rollcall=${attacker.token}`,
    `__host-Rollcall=x; ${mine}`,
    `${mine}; __Host-rollcall=`,
    `__Host-rollcall; ${mine}; __Host-rollcall=x`,
    [mine, theirs],
    [theirs, 'a=b', mine],
    `__HOST-ROLLCALL=${token}`,
    `${mine}; __host-rollcall-device=x`,
  ];
  for (const cookie of headers) {
    const lines = service.logLines.length;
    const answer = await browser().send('GET', '/api/session', undefined, { cookie });
    assert.equal(outcomeOf(answer), '400 ambiguous_credentials', String(cookie));
    assert.ok(
      service.logLines.slice(lines).some((line) => /"level":"warn".*ambiguous_credentials/.test(line)),
    );
  }
});

test('R-134: cookies without a name, in quotes or with odd bytes are dropped, and never break a request', async () => {
  const { token } = await newOwner();
  const odd = [
    '=x',
    ';;;',
    ' ; ',
    'lonely',
    '"quoted"="x"',
    'a="b;c"',
    'x=\u0001'.replace('\u0001', '\t'),
    '__proto__=1',
    'é=ü',
    '%=%',
    '=',
  ];
  for (const each of odd) {
    const cookie = Buffer.from(`${each}; __Host-rollcall=${token}`, 'utf8').toString('latin1');
    assert.equal((await browser().send('GET', '/api/session', undefined, { cookie })).status, 200, each);
  }
  for (const value of [
    `"${token}"`,
    ` ${token} x`,
    `${token}\u00e9`,
    `%72${token.slice(1)}`,
    `${token}=`,
    `${token},`,
  ]) {
    const cookie = `__Host-rollcall=${value}`;
    assert.equal((await browser().send('GET', '/api/session', undefined, { cookie })).status, 401, value);
  }
});

test('R-135: a cookie holds an opaque value and nothing of its owner, however it is decoded', async () => {
  const { client, email } = await newOwner();
  const answer = await client.send('GET', '/api/session');
  const { userId } = idsOf({ ...answer, headers: new Headers() });
  for (const value of client.cookies.values()) {
    assert.match(value, /^r[cd]1_[0-9a-z]{26}\.[\w-]{49}$/);
    const readings = [
      value,
      ...(['base64', 'base64url', 'hex'] as const).flatMap((encoding) =>
        value.split(/[._]/).map((piece) => Buffer.from(piece, encoding).toString('latin1')),
      ),
    ];
    for (const reading of readings)
      for (const fact of [email, email.split('@')[0] ?? '', userId, 'Chrome', '127.0.0.1'])
        assert.ok(!reading.includes(fact), fact);
  }
});

/** Every kind of answer there is: pages, assets, data, refusals. */
async function everyAnswer(): Promise<readonly (readonly [string, PlainAnswer])[]> {
  const { client } = await newOwner();
  const { text: document } = await client.send('GET', '/openapi.json');
  const operations = Object.entries((JSON.parse(document) as { paths: Record<string, object> }).paths);
  const targets = operations.flatMap(([path, methods]) =>
    Object.keys(methods).map(
      (method) => [method.toUpperCase(), path.replace('{id}', '0'.repeat(26))] as const,
    ),
  );
  const pages = [
    '/',
    '/account',
    '/account/sessions',
    '/sign-in',
    '/sign-up',
    '/signed-out',
    '/nothing',
    '/assets/nothing.js',
    '/api/nothing',
    '/openapi.json',
    '/account/nothing',
    '/%00',
    '/api/session?token=x',
  ];
  const answers: (readonly [string, PlainAnswer])[] = [];
  for (const [method, path] of [...pages.map((page) => ['GET', page] as const), ...targets]) {
    if (path === '/api/stream') continue;
    const body = plausibleBodies[`${method} ${path}`];
    const stranger = browser();
    answers.push([`${method} ${path}`, await stranger.send(method, path, body)]);
    if (path !== '/api/sign-out')
      answers.push([`${method} ${path} signed in`, await client.send(method, path, body)]);
    answers.push([`OPTIONS ${path}`, await stranger.send('OPTIONS', path)]);
    answers.push([`HEAD ${path}`, await stranger.send('HEAD', path)]);
    answers.push([
      `DELETE ${path} cross-site`,
      await stranger.send('DELETE', path, undefined, { 'sec-fetch-site': 'cross-site' }),
    ]);
  }
  return answers;
}

test('R-136: no answer may be kept, but for the assets, which depend on nobody and set nothing', async () => {
  const { client } = await newOwner();
  for (const [name, { headers }] of await everyAnswer()) {
    assert.equal(headers.get('cache-control'), 'no-store', name);
    assert.match(headers.get('vary') ?? '', /Cookie/, name);
  }
  const page = await client.send('GET', '/account/sessions');
  for (const [, path = ''] of page.text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
    const [mine, anyones] = [await client.send('GET', path), await browser().send('GET', path)];
    assert.match(mine.headers.get('cache-control') ?? '', /^public, max-age=\d+, immutable$/, path);
    assert.deepEqual([mine.setCookies, anyones.setCookies], [[], []]);
    assert.equal(mine.text, anyones.text);
  }
});

test('R-140: every answer carries the security headers, refusals and misses too', async () => {
  for (const [name, { headers }] of await everyAnswer()) {
    const year = /^max-age=(\d+); includeSubDomains/.exec(
      headers.get('strict-transport-security') ?? '',
    )?.[1];
    assert.ok(Number(year) >= 31_536_000, `${name}: HSTS`);
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/, name);
    assert.match(policy, /frame-ancestors 'none'/, name);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/, name);
    if (!policy.includes('sandbox')) assert.match(policy, /script-src 'self';.*base-uri 'none'/, name);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', name);
    assert.equal(headers.get('referrer-policy'), 'no-referrer', name);
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin', name);
    assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin', name);
    assert.equal(headers.get('x-powered-by') ?? headers.get('server'), null, name);
  }
});

test('R-140: so does what is refused before it is a request', async () => {
  const { port } = service;
  const broken = [
    'BROKEN\r\n\r\n',
    rawRequest(port, 'TRACE /'),
    rawRequest(port, 'GET http://x/'),
    rawRequest(port, 'GET /', [`a: ${'x'.repeat(20_000)}`]),
    rawRequest(port, 'GET /', ['Host: a', 'Host: b']),
  ];
  for (const bytes of broken) {
    const { status, headers, all } = await sendRaw(port, bytes);
    assert.ok(status >= 400 && status < 500, all.slice(0, 200));
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.match(
      headers.get('content-security-policy') ?? '',
      /default-src 'none'; frame-ancestors 'none'; sandbox/,
    );
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
    assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin');
  }
});

/** Our own sources for the browser. */
function browserSources(): readonly (readonly [string, string])[] {
  const root = join(import.meta.dirname, '../../src');
  return ['ui', 'client'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|html|svg)$/.test(name))
      .map((name) => [`${folder}/${name}`, readFileSync(join(root, folder, name), 'utf8')] as const),
  );
}

test('R-142: the pages keep nothing in the browser but the choice of light or dark', () => {
  const storage = /\b(localStorage|sessionStorage|indexedDB|caches|cookieStore)\b|document\.cookie/;
  const users = browserSources().filter(([, source]) => storage.test(source));
  assert.deepEqual(
    users.map(([path]) => path),
    ['ui/controllers/appearance.ts'],
  );
  assert.match(storage.exec('document.cookie = 1')?.[0] ?? '', /cookie/, 'the control');
});

test('R-143: the service has a host to itself: a public URL with a path is refused at start', () => {
  for (const url of [
    'https://app.example/rollcall',
    'https://app.example/?a',
    'https://u:p@app.example',
    'http://app.example',
  ])
    assert.throws(() => readSettings({ ROLLCALL_PUBLIC_URL: url }), /ROLLCALL_PUBLIC_URL/, url);
  assert.equal(readSettings({ ROLLCALL_PUBLIC_URL: publicUrl }).publicUrl.origin, publicUrl);
});

test('R-145: pages and their assets refer to nothing on another host', async () => {
  const seen = new Set<string>();
  const visit = async (path: string): Promise<void> => {
    if (seen.has(path)) return;
    seen.add(path);
    const { status, text: content } = await browser().send('GET', path);
    assert.equal(status, 200, path);
    const outside = [...content.matchAll(/(?:https?:)?\/\/[\w.-]+\.[a-z]{2,}[^\s"'`)]*/g)].map(
      ([url]) => url,
    );
    assert.deepEqual(
      outside.filter((url) => !url.startsWith('http://www.w3.org/')),
      [],
      path,
    );
    const references = content.matchAll(/["'`](?:\.\/|\/assets\/)([\w.-]+\.(?:js|css|svg))["'`]/g);
    for (const [, name = ''] of references) await visit(`/assets/${name}`);
  };
  for (const page of ['/sign-in', '/sign-up', '/signed-out']) await visit(page);
  assert.ok(seen.size > 6, [...seen].join());
});

test('R-147: what the API answers is exactly typed, never a document, and runs nothing', async () => {
  const { client } = await newOwner();
  const label = '<script>alert(1)</script>';
  const { body } = await client.send('GET', '/api/session');
  const id = text((body['session'] as { device: Record<string, unknown> }).device, 'id');
  assert.equal((await client.send('PATCH', `/api/devices/${id}`, { label })).status, 200);
  for (const path of [
    '/api/session',
    '/api/sessions',
    '/api/account',
    '/api/history',
    '/api/nothing',
    '/openapi.json',
    '/metrics',
    '/healthz',
  ]) {
    const answer = await client.send('GET', path, undefined, {
      accept: 'text/html',
      'sec-fetch-dest': 'document',
    });
    const type = answer.headers.get('content-type') ?? '';
    assert.match(
      type,
      /^(application\/(problem\+)?json|text\/plain(; version=0\.0\.4)?); charset=utf-8$/,
      path,
    );
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(
      answer.headers.get('content-security-policy'),
      "default-src 'none'; frame-ancestors 'none'; sandbox",
    );
  }
  assert.ok((await client.send('GET', '/api/sessions')).text.includes('<script>'), 'the control');
});

test('R-148: there is no JSONP, no page holds user data, and no script looks names up on the document', async () => {
  const { client, email } = await newOwner();
  for (const name of ['callback', 'jsonp', 'cb', '_callback'])
    assert.equal(
      outcomeOf(await client.send('GET', `/api/session?${name}=alert`)),
      '400 invalid_request',
      name,
    );
  for (const page of ['/account/sessions', '/account/password', '/account/two-factor', '/account/history']) {
    const { text: html } = await client.send('GET', page);
    assert.ok(!html.includes(email), page);
    assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|\son\w+=|["']javascript:/i, page);
  }
  const lookups =
    /\bdocument\.(all|forms|images|links|anchors)\b|\b(window|document|globalThis)\[|\beval\(|new Function\(/;
  const found = browserSources().filter(([, source]) => lookups.test(source));
  assert.deepEqual(
    found.map(([path]) => path),
    [],
  );
});
