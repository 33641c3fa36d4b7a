import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { FixedClock, minute } from '../laboratory.ts';
import { ownerPassword, type RunningService, startTestService } from '../running-service.ts';
import {
  assertAlive,
  freshEmail,
  newVictim,
  outcomeOf,
  plausibleBodies,
  publishedOperations,
  tokenOf,
} from './attacker.ts';
import { type PlainAnswer, ProxiedClient } from './behind-tls.ts';
import { rawRequest, sendRaw } from './raw-request.ts';

const clock = new FixedClock();
const publicUrl = 'https://rollcall.example';
let local: RunningService;
let service: RunningService;
before(async () => {
  local = await startTestService({ clock });
  service = await startTestService({ clock, publicUrl });
});
after(async () => {
  await local.stop();
  await service.stop();
});

/** A signed-in browser, and its cookies to be sent by another site. */
async function newOwner(): Promise<{
  readonly client: ProxiedClient;
  readonly email: string;
  readonly cookie: string;
}> {
  const client = new ProxiedClient(service, publicUrl);
  const email = freshEmail();
  await client.send('POST', '/api/sign-up', { email, password: ownerPassword });
  const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return { client, email, cookie };
}

/** Sends exactly these headers beside Host: no browser adds anything. */
function forged(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<PlainAnswer> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return sendRaw(
    service.port,
    rawRequest(service.port, `${method} ${path}`, ['Host: rollcall.example', ...lines], body),
  ).then((answer) => ({ ...answer, setCookies: answer.headers.getSetCookie() }));
}

const json = { 'Content-Type': 'application/json' };

/** What the browser says about a request that another site caused, in every generation of browsers. */
const foreign: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'another site': { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' },
  'a sibling host': { 'Sec-Fetch-Site': 'same-site', Origin: 'https://blog.rollcall.example' },
  'another site, metadata alone': { 'Sec-Fetch-Site': 'cross-site' },
  'another site that claims our origin': { 'Sec-Fetch-Site': 'cross-site', Origin: publicUrl },
  'another origin, no metadata': { Origin: 'https://evil.example' },
  'a sandboxed frame': { Origin: 'null' },
  'our name without TLS': { Origin: 'http://rollcall.example' },
  'our name on another port': { Origin: 'https://rollcall.example:8443' },
  'our name as a prefix': { Origin: 'https://rollcall.example.evil.example' },
  'our name as a suffix': { Origin: 'https://evilrollcall.example' },
  'our name as a user': { Origin: 'https://rollcall.example@evil.example' },
  'our name after slashes': { Origin: 'https://evil.example//rollcall.example' },
  'an empty origin': { Origin: '' },
  'two origins': { Origin: `${publicUrl} https://evil.example` },
  'junk metadata': { 'Sec-Fetch-Site': 'same-origin, cross-site' },
  'metadata in capitals': { 'Sec-Fetch-Site': 'SAME-ORIGIN' },
};

/** What programs send, and no browser of the last years does with a request that changes something. */
const silent: readonly Readonly<Record<string, string>>[] = [
  {},
  { Referer: `${publicUrl}/account/sessions` },
  { Referer: 'https://evil.example/' },
];

test("R-137: no operation that changes anything is performed for another site, whatever the browser's age", async () => {
  const { client, cookie } = await newOwner();
  const performed: string[] = [];
  for (const { method, path } of await publishedOperations(local)) {
    if (method === 'GET') continue;
    const body = plausibleBodies[`${method} ${path}`];
    const target = path.replace('{id}', '0'.repeat(26));
    for (const [name, headers] of Object.entries(foreign)) {
      const all = { ...headers, ...json, Cookie: cookie };
      const answer = await forged(method, target, all, body === undefined ? '' : JSON.stringify(body));
      if (outcomeOf(answer) !== '403 cross_site_request')
        performed.push(`${method} ${path} from ${name}: ${outcomeOf(answer)}`);
    }
  }
  assert.deepEqual(performed, []);
  assert.equal((await client.send('GET', '/api/session')).status, 200);
});

test('R-137: nobody is signed in by another site, with or without cookies', async () => {
  const { email } = await newOwner();
  for (const [name, headers] of Object.entries(foreign)) {
    for (const [path, body] of [
      ['/api/sign-in', { email, password: ownerPassword }],
      ['/api/sign-up', { email: freshEmail(), password: ownerPassword }],
    ] as const) {
      const answer = await forged('POST', path, { ...headers, ...json }, JSON.stringify(body));
      assert.equal(outcomeOf(answer), '403 cross_site_request', `${path} from ${name}`);
      assert.deepEqual(answer.setCookies, []);
    }
  }
});

test('R-137: a form can say nothing that is taken, even from our own origin', async () => {
  const { client, cookie } = await newOwner();
  const own = { Cookie: cookie, Origin: publicUrl, 'Sec-Fetch-Site': 'same-origin' };
  const forms = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=a',
    'text/plain; application/json',
    'application/json, text/plain',
    'application/jsonp',
  ];
  for (const type of forms) {
    for (const path of ['/api/sign-out', '/api/sessions/revoke-others', '/api/step-up']) {
      const answer = await forged(
        'POST',
        path,
        { ...own, 'Content-Type': type },
        JSON.stringify({ password: ownerPassword }),
      );
      assert.equal(outcomeOf(answer), '415 unsupported_media_type', `${path} as ${type}`);
    }
  }
  assert.equal((await client.send('GET', '/api/session')).status, 200);
});

test('R-137: where nothing tells who asks, what any site can make a browser send is refused', async () => {
  const { client, cookie } = await newOwner();
  const types = ['', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=a'];
  for (const { method, path } of await publishedOperations(local)) {
    // Other methods and a body announced as JSON need a preflight, and none is granted.
    if (method !== 'POST') continue;
    const body = JSON.stringify(plausibleBodies[`${method} ${path}`] ?? {});
    for (const headers of silent) {
      for (const type of types) {
        const all = { ...headers, Cookie: cookie, ...(type === '' ? {} : { 'Content-Type': type }) };
        const answer = await forged(method, path, all, body);
        assert.equal(outcomeOf(answer), '403 cross_site_request', `${path} as "${type}"`);
        assert.deepEqual(answer.setCookies, []);
      }
    }
  }
  assert.equal((await client.send('GET', '/api/session')).status, 200);
});

test('R-137: what belongs to us is let through: the control', async () => {
  const { cookie } = await newOwner();
  for (const headers of [
    { 'Sec-Fetch-Site': 'same-origin', Origin: publicUrl },
    { 'Sec-Fetch-Site': 'same-origin' },
    { Origin: publicUrl },
  ]) {
    const answer = await forged(
      'POST',
      '/api/step-up',
      { ...headers, ...json, Cookie: cookie },
      '{"password":"x"}',
    );
    assert.equal(outcomeOf(answer), '401 invalid_credentials', JSON.stringify(headers));
  }
});

test('R-137: a method cannot be smuggled into another', async () => {
  const { client, cookie } = await newOwner();
  const overrides = {
    'X-HTTP-Method-Override': 'DELETE',
    'X-HTTP-Method': 'DELETE',
    'X-Method-Override': 'DELETE',
  };
  const id = '0'.repeat(26);
  const own = { Cookie: cookie, Origin: publicUrl };
  assert.equal((await forged('GET', `/api/sessions/${id}`, { ...own, ...overrides })).status, 405);
  assert.equal((await forged('POST', `/api/sessions/${id}`, { ...own, ...overrides })).status, 405);
  assert.equal((await forged('POST', `/api/sessions/${id}?_method=DELETE`, own)).status, 405);
  assert.equal((await client.send('GET', '/api/session')).status, 200);
});

/** Every row of every table. */
function rowsOf(folder: string): string {
  const database = new DatabaseSync(join(folder, 'rollcall.db'), { readOnly: true });
  const tables = database.prepare("select name from sqlite_schema where type = 'table' order by name").all();
  const rows = tables.map(({ name }) => database.prepare(`select * from "${String(name)}"`).all());
  database.close();
  return JSON.stringify(rows);
}

test('R-138: crawling everything with GET and HEAD changes no row', async () => {
  const victim = await newVictim(local);
  const waiting = local.client();
  const other = await newVictim(local);
  await other.client.turnOnTwoFactor(clock.now());
  await waiting.signIn(other.email, other.password);
  const before = rowsOf(local.folder);
  const paths = (await publishedOperations(local)).map(({ path }) => path);
  const pages = [
    '/',
    '/sign-in',
    '/sign-up',
    '/sign-out',
    '/signed-out',
    '/account/sessions',
    '/account/password',
  ];
  for (const path of [...new Set([...paths, ...pages])]) {
    if (path === '/api/stream') continue;
    for (const id of [victim.sessionId, victim.deviceId]) {
      for (const client of [victim.client, waiting]) {
        await client.send('GET', path.replace('{id}', id));
        await client.send('HEAD', path.replace('{id}', id));
      }
    }
  }
  assert.equal(rowsOf(local.folder), before);
  await assertAlive(local, tokenOf(victim.client));
});

test('R-139: no other origin is ever told that it may read, and no preflight is granted', async () => {
  const { cookie } = await newOwner();
  const origins = [
    'null',
    'https://evil.example',
    'https://rollcall.example.evil.example',
    'https://ROLLCALL.example',
    'http://rollcall.example',
    publicUrl,
  ];
  for (const Origin of origins) {
    for (const path of [
      '/api/session',
      '/api/sessions',
      '/openapi.json',
      '/account/sessions',
      '/api/nothing',
    ]) {
      const preflight = {
        Origin,
        'Access-Control-Request-Method': 'DELETE',
        'Access-Control-Request-Headers': 'content-type',
      };
      for (const answer of [
        await forged('GET', path, { Origin, Cookie: cookie }),
        await forged('OPTIONS', path, preflight),
      ]) {
        const granted = [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'));
        assert.deepEqual(granted, [], `${path} for ${Origin}`);
        if (answer.status < 300)
          assert.equal(answer.headers.get('cross-origin-resource-policy'), 'same-origin');
      }
    }
  }
});

test('R-144: the pages neither send messages to other windows nor listen to any', () => {
  const root = join(import.meta.dirname, '../../src');
  const sources = ['ui', 'client'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => [`${folder}/${name}`, readFileSync(join(root, folder, name), 'utf8')] as const),
  );
  const windows =
    /\b(?:window|parent|top|opener|self|globalThis)\.postMessage|(?:window|globalThis|self)\.(?:onmessage|addEventListener\('message')|window\.open\(|<iframe/;
  assert.deepEqual(
    sources.filter(([, source]) => windows.test(source)).map(([path]) => path),
    [],
  );
  // Tabs of one origin talk by a BroadcastChannel, which other origins cannot reach.
  const senders = sources.filter(([, source]) => source.includes('postMessage'));
  for (const [path, source] of senders) assert.match(source, /new BroadcastChannel\(/, path);
});

test('R-146: an event stream is refused to another site, and a WebSocket to everyone', async () => {
  const { cookie } = await newOwner();
  for (const [name, headers] of Object.entries(foreign)) {
    const answer = await forged('GET', '/api/stream', { ...headers, Cookie: cookie });
    assert.equal(outcomeOf(answer), '403 cross_site_request', name);
  }
  const upgrade = {
    Cookie: cookie,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  };
  const answer = await forged('GET', '/api/stream', upgrade);
  assert.equal(answer.status, 400);
});

test('R-146: an open stream ends when its token is replaced, its session ends or times out', async () => {
  const endings: readonly ((victim: Awaited<ReturnType<typeof newVictim>>) => Promise<unknown>)[] = [
    ({ client, password }) => client.send('POST', '/api/step-up', { password }),
    ({ client }) => client.send('POST', '/api/sign-out'),
    // Nobody signs this one out: the stream's own check finds the timeout.
    async () => clock.advance(31 * 24 * 60 * minute),
  ];
  for (const end of endings) {
    const victim = await newVictim(local);
    const response = await fetch(`${local.url}/api/stream`, {
      headers: { cookie: `rollcall=${tokenOf(victim.client)}` },
    });
    const reader = response.body?.getReader();
    assert.ok(reader);
    await reader.read();
    await end(victim);
    let chunk = await reader.read();
    while (!chunk.done) chunk = await reader.read();
    assert.ok(chunk.done);
  }
});

test('R-146: one account cannot hold open streams without end', async () => {
  const victim = await newVictim(local);
  const headers = { cookie: `rollcall=${tokenOf(victim.client)}` };
  const controller = new AbortController();
  const responses = await Promise.all(
    Array.from({ length: 25 }, () =>
      fetch(`${local.url}/api/stream`, { headers, signal: controller.signal }),
    ),
  );
  const statuses = responses.map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 200).length, 20);
  assert.equal(statuses.filter((status) => status === 429).length, 5);
  controller.abort();
});
