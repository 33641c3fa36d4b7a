import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccountStore } from '../../src/accounts/ports.ts';
import { RollcallError } from '../../src/errors.ts';
import { problemWire } from '../../src/http/wire.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { createHttpLaboratory, email, password } from './http-laboratory.ts';
import { codeOf, Visitor } from './visitor.ts';

/** A store in memory that fails with an error of the test's choice while one is set. */
function breakableStore(): { readonly store: AccountStore; failure: unknown } {
  const broken: { store: AccountStore; failure: unknown } = { store: createMemoryStore(), failure: null };
  broken.store = new Proxy(broken.store, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...parameters: unknown[]) =>
        broken.failure === null ? Reflect.apply(member, target, parameters) : Promise.reject(broken.failure);
    },
  });
  return broken;
}

describe('a refusal', () => {
  it('is a problem document with everything a client needs (RFC 9457)', async () => {
    const received = await new Visitor(createHttpLaboratory()).send('GET', '/api/session');
    assert.deepEqual(problemWire.strict().parse(received.json), received.json);
    assert.deepEqual(received.json, {
      type: 'urn:rollcall:problem:no_active_session',
      title: 'There is no active session.',
      status: 401,
      code: 'no_active_session',
      remedy: 'Sign in.',
      requestId: received.headers.get('rollcall-request-id'),
    });
    assert.equal(received.headers.get('www-authenticate'), 'Bearer');
  });

  it('is logged in one line without query, body or header', async () => {
    const laboratory = createHttpLaboratory();
    const visitor = new Visitor(laboratory);
    const headers = { 'user-agent': 'secret', referer: 'secret' };
    await visitor.send('POST', '/api/sign-in?secret=secret', {
      headers,
      body: { email: 'secret', password: 'secret' },
    });
    await visitor.send('GET', `/api/nothing/${'%0aforged'.repeat(50)}`);
    assert.doesNotMatch(JSON.stringify(laboratory.lines), /secret/);
    assert.deepEqual(
      laboratory.lines.map(({ level, code, method, status }) => [level, code, method, status]),
      [
        ['info', 'invalid_request', 'POST', 400],
        ['info', 'not_found', 'GET', 404],
      ],
    );
    assert.equal(laboratory.lines[1]?.path.length, 200);
    assert.doesNotMatch(laboratory.lines[1]?.path ?? '', /[\n\r]/);
  });
});

describe('a broken store', () => {
  it('refuses everything with 503, pages too, and shows no page (R-020)', async () => {
    const broken = breakableStore();
    const laboratory = createHttpLaboratory({ store: broken.store });
    const owner = new Visitor(laboratory);
    await owner.signUp();
    // A token that memory has not seen: it can only be judged by the store.
    const other = new Visitor(laboratory);
    await other.signIn();
    broken.failure = new RollcallError('store_unavailable', { cause: new Error('disk gone') });
    for (const path of ['/api/session', '/api/sessions', '/api/history', '/api/account', '/api/stream']) {
      const received = await other.send('GET', path);
      assert.equal(codeOf(received), '503 store_unavailable');
      assert.equal(received.headers.get('retry-after'), '2');
    }
    for (const path of ['/account/sessions', '/sign-in', '/', '/account/history']) {
      const received = await other.send('GET', path);
      assert.equal(received.status, 503);
      assert.match(received.text, /<h1>The database cannot be reached/);
      assert.doesNotMatch(received.text, /page /);
    }
    for (const [method, path] of [
      ['POST', '/api/sign-out'],
      ['DELETE', '/api/sessions/x'],
    ] as const) {
      const received = await other.send(method, path);
      assert.equal(codeOf(received), '503 store_unavailable');
      assert.deepEqual(received.headers.getSetCookie(), []);
    }
    const received = await new Visitor(laboratory).send('POST', '/api/sign-in', {
      body: { email, password },
    });
    assert.equal(codeOf(received), '503 store_unavailable');
    assert.equal(laboratory.lines[0]?.level, 'error');
    assert.equal(laboratory.lines[0]?.excerpt, 'Error: disk gone');
    broken.failure = null;
    assert.equal((await other.send('GET', '/api/session')).status, 200);
  });

  it('leaves it open whether a log-out was stored when the commit has no known result', async () => {
    const broken = breakableStore();
    const owner = new Visitor(createHttpLaboratory({ store: broken.store }));
    await owner.signUp();
    await owner.send('GET', '/api/session');
    broken.failure = new RollcallError('outcome_unknown');
    const received = await owner.send('POST', '/api/sign-out');
    assert.equal(codeOf(received), '503 outcome_unknown');
    assert.deepEqual(received.headers.getSetCookie(), []);
  });
});

describe('a surprise', () => {
  it('is 500 without a word of its cause, which is in the log without tokens', async () => {
    const broken = breakableStore();
    const laboratory = createHttpLaboratory({ store: broken.store });
    const owner = new Visitor(laboratory);
    await owner.signUp();
    const token = owner.cookies.get('__Host-rollcall') ?? '';
    for (const failure of [new TypeError(`no such thing\n${token}`), 'a text', undefined, { odd: true }]) {
      broken.failure = failure ?? 0;
      const received = await owner.send('GET', '/api/history');
      assert.equal(codeOf(received), '500 unexpected');
      assert.doesNotMatch(received.text, /such thing|a text|odd|at /);
    }
    const [line] = laboratory.lines;
    assert.equal(line?.excerpt, 'TypeError: no such thing [token]');
    assert.match(line?.stack ?? '', /^ +at .*problems\.test\.ts/);
    assert.doesNotMatch(JSON.stringify(laboratory.lines), new RegExp(token.slice(31)));
  });

  it('does not come from a client that leaves while its body is read', async () => {
    const laboratory = createHttpLaboratory();
    const leaving = new AbortController();
    const body = new ReadableStream({
      pull: (controller) => {
        leaving.abort();
        controller.error(new Error('gone'));
      },
    });
    const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
    const init = { method: 'POST', headers, body, duplex: 'half', signal: leaving.signal } as const;
    const request = new Request(`${laboratory.origin}/api/sign-in`, init);
    assert.equal((await laboratory.handler(request, { address: null })).status, 408);
    assert.equal(laboratory.lines[0]?.level, 'info');
  });
});
