import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownerEmail, ownerPassword } from '../running-service.ts';
import { rawRequest, sendRaw } from './raw-request.ts';
import { assertProblem, inTime, startTarget, withoutEffect } from './target.ts';

const target = await startTarget();
const { port, cookie, owner, service } = target;
const own = `Cookie: ${cookie}`;
const origin = `Origin: ${service.url}`;

const send = (line: string, headers: readonly string[] = [own]) =>
  inTime(sendRaw(port, rawRequest(port, line, headers)));

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
