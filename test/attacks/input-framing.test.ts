import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createHttpServer } from '../../src/server/listen.ts';
import { ownerPassword } from '../running-service.ts';
import { rawRequest, sendRaw } from './raw-request.ts';
import { assertProblem, inTime, startTarget, withoutEffect } from './target.ts';

const target = await startTarget();
const { port, cookie, service, owner } = target;
const own = `Cookie: ${cookie}`;
const json = 'Content-Type: application/json';
const origin = `Origin: ${service.url}`;

const send = (line: string, headers: readonly string[] = [own], body = '') =>
  inTime(sendRaw(port, rawRequest(port, line, headers, body)));

/** Goes on beside the other tests, for it takes ten seconds. */
const trickling = trickleHeaders();

async function trickleHeaders(): Promise<{ readonly received: string; readonly seconds: number }> {
  const startedAt = performance.now();
  const socket = connect({ port, host: '127.0.0.1' });
  const received: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  socket.on('error', () => {});
  socket.write(`GET /api/session HTTP/1.1\r\nHost: localhost:${port}\r\nX-Slow: `);
  const dripping = setInterval(() => socket.write('x'), 500);
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  clearInterval(dripping);
  return { received: Buffer.concat(received).toString(), seconds: (performance.now() - startedAt) / 1000 };
}

/** An answer sent while the client is still sending may be lost with the connection; another answer may not come. */
function assertProblemOrClosed(
  answer: Awaited<ReturnType<typeof send>>,
  code: 'headers_too_large' | 'uri_too_long',
) {
  if (answer.status !== 0) assertProblem(answer, code);
}

test('X-07: header blocks of 16 KB, 64 KB and 1 MB are refused and the connection closed', () =>
  withoutEffect(target, async () => {
    assertProblem(
      await send('GET /api/session', [own, `X-A: ${'x'.repeat(16 * 1024)}`]),
      'headers_too_large',
    );
    for (const size of [64 * 1024, 1024 * 1024]) {
      assertProblemOrClosed(
        await send('GET /api/session', [own, `X-A: ${'x'.repeat(size)}`]),
        'headers_too_large',
      );
    }
  }));

test('X-07: a thousand headers, and a header name of 64 KB, are refused', () =>
  withoutEffect(target, async () => {
    const many = Array.from({ length: 1000 }, (_, index) => `X-Header-${index}: value`);
    assertProblem(await send('GET /api/session', [own, ...many]), 'headers_too_large');
    const empty = Array.from({ length: 6000 }, () => 'a:');
    assertProblemOrClosed(await send('GET /api/session', [own, ...empty]), 'headers_too_large');
    assertProblemOrClosed(
      await send('GET /api/session', [own, `${'x'.repeat(64 * 1024)}: a`]),
      'headers_too_large',
    );
  }));

test('X-07: fifty headers of 1 MB leave the memory as it was', () =>
  withoutEffect(target, async () => {
    const huge = rawRequest(port, 'GET /api/session', [own, `X-A: ${'x'.repeat(1024 * 1024)}`]);
    const before = process.memoryUsage().rss;
    for (let round = 0; round < 50; round += 1) await sendRaw(port, huge);
    const grown = (process.memoryUsage().rss - before) / 1024 / 1024;
    assert.ok(grown < 100, `grew by ${Math.round(grown)} MB`);
  }));

test('X-08: URLs of 8 KB and 1 MB are refused', () =>
  withoutEffect(target, async () => {
    assertProblem(await send(`GET /api/session?x=${'x'.repeat(8192)}`), 'uri_too_long');
    assertProblem(await send(`GET /api/${'x'.repeat(8192)}`), 'uri_too_long');
    assert.equal((await send(`GET /${'x'.repeat(8192)}`)).status, 414);
    assertProblemOrClosed(await send(`GET /${'x'.repeat(1024 * 1024)}`), 'uri_too_long');
  }));

const targets = [
  `http://localhost:${port}/api/session`,
  'http://evil.example/api/session',
  `https://localhost:${port}/`,
  `localhost:${port}`,
  '*',
  'api/session',
  '/api/session#',
  '/api/session#/../sessions',
  '/#',
  '?x',
];

for (const asked of targets) {
  test(`X-10: refuses the request target ${asked.replace(String(port), '<port>')}`, () =>
    withoutEffect(target, async () => {
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        assertProblem(await send(`${method} ${asked}`, [own, origin]), 'invalid_request');
      }
    }));
}

const body = '{"password":"x"}';
const framings: readonly (readonly [string, readonly string[], string])[] = [
  ['both lengths', ['Content-Length: 6', 'Transfer-Encoding: chunked'], '0\r\n\r\nGET'],
  ['both lengths, the other first', ['Transfer-Encoding: chunked', 'Content-Length: 6'], '0\r\n\r\nGET'],
  ['two lengths that differ', ['Content-Length: 16', 'Content-Length: 17'], body],
  ['two lengths that agree', ['Content-Length: 16', 'Content-Length: 16'], body],
  ['a list of lengths', ['Content-Length: 16, 16'], body],
  ['a negative length', ['Content-Length: -1'], body],
  ['a length with a sign', ['Content-Length: +16'], body],
  ['a hexadecimal length', ['Content-Length: 0x10'], body],
  ['an empty length', ['Content-Length: '], body],
  ['a length beyond all numbers', ['Content-Length: 99999999999999999999999'], body],
  ['a folded header', ['X-A: b\r\n c'], body],
  ['a folded cookie', [`${own}\r\n\tx=y`], body],
  ['a space before the colon', ['X-A : b'], body],
  ['a header without a colon', ['X-A b'], body],
  ['a header without a name', [': b'], body],
  ['a bare line feed between headers', ['X-A: b\nX-B: c'], body],
  ['a bare carriage return', ['X-A: b\rX-B: c'], body],
  ['an unknown transfer coding', ['Transfer-Encoding: xchunked'], `10\r\n${body}\r\n0\r\n\r\n`],
  ['a coding before chunked', ['Transfer-Encoding: gzip, chunked'], `10\r\n${body}\r\n0\r\n\r\n`],
  ['chunked that is not the last', ['Transfer-Encoding: chunked, identity'], `10\r\n${body}\r\n0\r\n\r\n`],
  [
    'two transfer codings',
    ['Transfer-Encoding: chunked', 'Transfer-Encoding: x'],
    `10\r\n${body}\r\n0\r\n\r\n`,
  ],
  ['a vertical tab in chunked', ['Transfer-Encoding: \x0bchunked'], `10\r\n${body}\r\n0\r\n\r\n`],
  ['an expectation nobody knows', ['Expect: 200-maybe'], body],
];

for (const [how, headers, content] of framings) {
  test(`X-14: a request with ${how} is refused once and the connection closed`, () =>
    withoutEffect(target, async () => {
      const answer = await send('POST /api/password/assess', [json, origin, ...headers], content);
      assertProblem(answer, 'invalid_request');
      assert.equal(answer.headers.get('connection'), 'close');
      assert.equal(answer.all.match(/HTTP\/1\.1 /g)?.length, 1, 'one request, one answer');
    }));
}

const chunks: readonly (readonly [string, string])[] = [
  ['a control character in an extension', `10;\x01\r\n${body}\r\n0\r\n\r\n`],
  ['a line feed that ends an extension', `10;a\n${body}\r\n0\r\n\r\n`],
  ['an extension of 20 KB', `10;${'x'.repeat(20_000)}\r\n${body}\r\n0\r\n\r\n`],
  ['a negative size', `-10\r\n${body}\r\n0\r\n\r\n`],
  ['a size with a prefix', `0x10\r\n${body}\r\n0\r\n\r\n`],
  ['a size with a space', `10 \r\n${body}\r\n0\r\n\r\n`],
  ['a size too small for its data', `5\r\n${body}\r\n0\r\n\r\n`],
  ['a size beyond all numbers', `ffffffffffffffffff\r\n${body}`],
  ['no size', `\r\n${body}\r\n0\r\n\r\n`],
];

for (const [how, content] of chunks) {
  test(`X-14: a chunked body with ${how} is refused and the connection closed`, () =>
    withoutEffect(target, async () => {
      const headers = [json, origin, 'Transfer-Encoding: chunked'];
      const answer = await send('POST /api/password/assess', headers, content);
      assertProblem(answer, 'invalid_request');
      assert.equal(answer.headers.get('connection'), 'close');
    }));
}

test('X-14: trailers of a chunked body are not headers', () =>
  withoutEffect(target, async () => {
    const content = `0\r\nCookie: ${cookie}\r\nOrigin: ${service.url}\r\n\r\n`;
    const answer = await send('POST /api/sign-out', ['Transfer-Encoding: chunked'], content);
    assertProblem(answer, 'no_active_session');
  }));

test('X-14: what follows a request on its connection is never taken for its answer', () =>
  withoutEffect(target, async () => {
    const first = rawRequest(port, 'GET /api/session', [own, 'Connection: keep-alive']);
    const answer = await inTime(sendRaw(port, Buffer.concat([first, Buffer.from('junk\r\n\r\n')])));
    assert.ok((answer.all.match(/HTTP\/1\.1 /g)?.length ?? 0) <= 2);
    assert.ok(answer.status !== 500);
  }));

for (const hold of ['CONNECT localhost:1', 'GET /']) {
  test(`X-14: a client that refuses to go after ${hold} is made to`, async () => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {});
    socket.resume();
    socket.write(rawRequest(port, hold, ['Connection: upgrade', 'Upgrade: websocket']));
    await once(socket, 'end');
    // A socket that is gone on the other side answers with a reset.
    const pushing = setInterval(() => socket.write('x'), 100);
    await assert.rejects(once(socket, 'close').finally(() => clearInterval(pushing)));
  });
}

const junkMethods = ['FOO', 'get', 'GETT', 'JEFF', 'DEBUG'];
for (const method of [
  ...junkMethods,
  'TRACE',
  'TRACK',
  'CONNECT',
  'PROPFIND',
  'MKCOL',
  'SEARCH',
  'PURGE',
  'LINK',
]) {
  test(`X-15: the method ${method} is not allowed anywhere`, () =>
    withoutEffect(target, async () => {
      const paths =
        method === 'CONNECT' ? [`localhost:${port}`] : ['/api/session', '/api/sessions', '/sign-in'];
      for (const path of paths) {
        const answer = await send(`${method} ${path}`, [own, origin]);
        assert.equal(answer.status, 405, path);
        assert.match(answer.headers.get('allow') ?? '', /GET/);
      }
    }));
}

test('X-15: no header, query or body overrides the method', () =>
  withoutEffect(target, async () => {
    for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', '_method']) {
      const reading = await send('GET /api/sign-out', [own, `${name}: POST`]);
      assertProblem(reading, 'method_not_allowed');
      const asPost = await send('POST /api/session', [own, origin, json, `${name}: GET`], '{}');
      assertProblem(asPost, 'method_not_allowed');
    }
    for (const query of ['_method=POST', 'method=POST', 'X-HTTP-Method-Override=POST']) {
      assertProblem(await send(`GET /api/sign-out?${query}`), 'method_not_allowed');
    }
    const inBody = await owner.send('POST', '/api/session', { _method: 'GET' });
    assertProblem(inBody, 'method_not_allowed');
  }));

test('X-15: a body sent with GET is not read, and not taken for the next request', () =>
  withoutEffect(target, async () => {
    const hidden = rawRequest(port, 'POST /api/sign-out', [own, origin]);
    const answer = await send('GET /api/session', [own], Buffer.from(hidden).toString('latin1'));
    assert.equal(answer.status, 200);
    assert.equal(answer.all.match(/HTTP\/1\.1 /g)?.length, 1);
  }));

test('X-15: HEAD and OPTIONS are answered without a body, or refused with Allow, on every route', () =>
  withoutEffect(target, async () => {
    const document = await owner.send('GET', '/openapi.json');
    for (const [path, operations] of Object.entries(document.body['paths'] as Record<string, object>)) {
      const line = path.replace(/\{\w+\}/, 'x');
      const head = await send(`HEAD ${line}`);
      assert.equal(head.status, 'get' in operations ? 200 : 405, path);
      assert.equal(head.text, '');
      const options = await send(`OPTIONS ${line}`);
      assertProblem(options, 'method_not_allowed');
      assert.equal(options.headers.get('access-control-allow-origin'), null);
      for (const method of Object.keys(operations)) {
        assert.match(options.headers.get('allow') ?? '', new RegExp(`\\b${method}\\b`, 'i'), path);
      }
    }
  }));

const types: readonly (string | null)[] = [
  null,
  '',
  'text/plain',
  'text/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/jsonp',
  'application/json5',
  'application/problem+json',
  'application/json; charset=utf-16',
  'application/json; charset=utf-7',
  'application/json; charset=utf-8; charset=utf-16',
  'application/json; x=y',
  'application/json, text/plain',
  'text/plain; application/json',
  'application/ json',
  '*/*',
];

for (const type of types) {
  test(`X-16: a body announced as ${type ?? 'nothing'} is not JSON`, () =>
    withoutEffect(target, async () => {
      const content = JSON.stringify({
        currentPassword: ownerPassword,
        newPassword: 'x',
        revokeOthers: true,
      });
      const headers = [own, origin, ...(type === null ? [] : [`Content-Type: ${type}`])];
      for (const line of ['PUT /api/password', 'POST /api/step-up', 'POST /api/sign-in']) {
        assertProblem(await send(line, headers, content), 'unsupported_media_type');
      }
    }));
}

test('X-16: two content types are refused', () =>
  withoutEffect(target, async () => {
    const headers = [own, origin, json, 'Content-Type: text/plain'];
    assertProblem(await send('POST /api/step-up', headers, body), 'invalid_request');
  }));

test('X-16: an operation without a body takes no form either', () =>
  withoutEffect(target, async () => {
    for (const line of [
      'POST /api/sign-out',
      'POST /api/sessions/revoke-others',
      'POST /api/two-factor/totp',
    ]) {
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
      ]) {
        const answer = await send(line, [own, origin, `Content-Type: ${type}`], '{}');
        assertProblem(answer, 'unsupported_media_type');
      }
    }
  }));

test('X-33: compressed and otherwise coded bodies are refused unread', () =>
  withoutEffect(target, async () => {
    const bomb = gzipSync(Buffer.alloc(10 * 1024 * 1024)).toString('latin1');
    for (const coding of [
      'gzip',
      'deflate',
      'br',
      'zstd',
      'x-gzip',
      'gzip, gzip',
      'unknown',
      'identity, gzip',
    ]) {
      const headers = [own, origin, json, `Content-Encoding: ${coding}`];
      const sent = Buffer.concat([
        rawRequest(port, 'POST /api/step-up', [...headers, `Content-Length: ${bomb.length}`]),
        Buffer.from(bomb, 'latin1'),
      ]);
      assertProblem(await inTime(sendRaw(port, sent)), 'unsupported_media_type');
    }
  }));

test('X-31: headers that trickle are given up after ten seconds', async () => {
  const { received, seconds } = await trickling;
  assert.match(received, /^HTTP\/1\.1 408 .*request_timeout/s);
  assert.ok(seconds > 9 && seconds < 20, `${seconds} s`);
});

test('X-31: a body has thirty seconds, and connections have a bound', () => {
  const server = createHttpServer(
    async () => new Response(),
    () => {},
  );
  assert.equal(server.headersTimeout, 10_000);
  assert.equal(server.requestTimeout, 30_000);
  assert.equal(server.maxConnections, 10_000);
});
