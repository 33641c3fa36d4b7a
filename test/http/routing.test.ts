import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { createHttpLaboratory, type HttpLaboratory } from './http-laboratory.ts';
import { codeOf, Visitor } from './visitor.ts';

let laboratory: HttpLaboratory;
let owner: Visitor;

before(async () => {
  laboratory = createHttpLaboratory();
  owner = new Visitor(laboratory);
  await owner.signUp();
});

describe('the host (X-11)', () => {
  for (const host of ['rollcall.example', 'ROLLCALL.example', 'rollcall.example:443']) {
    it(`${host} is answered`, async () => {
      assert.equal((await owner.send('GET', '/api/session', { headers: { host } })).status, 200);
    });
  }

  const foreign = [
    'evil.example',
    'rollcall.example.evil.example',
    'rollcall.example:444',
    'rollcall.example:80443',
    'rollcall.example.',
    'user@rollcall.example',
    'rollcall.example@evil.example',
    'rollcall.example/x',
    'rollcall.example, evil.example',
    '',
    'localhost',
    '127.0.0.1',
  ];
  for (const host of foreign) {
    it(`${JSON.stringify(host)} is refused, on pages too`, async () => {
      assert.equal(
        codeOf(await owner.send('GET', '/api/session', { headers: { host } })),
        '421 unknown_host',
      );
      assert.equal((await owner.send('GET', '/sign-in', { headers: { host } })).status, 421);
    });
  }

  it('is not taken from what proxies or clients forward', async () => {
    for (const name of ['x-forwarded-host', 'x-host', 'forwarded', 'x-original-url', 'x-rewrite-url']) {
      const received = await owner.send('GET', '/', { headers: { [name]: 'host=evil.example' } });
      assert.equal(received.headers.get('location'), '/account/sessions');
    }
    const headers = { host: 'evil.example', 'x-forwarded-host': 'rollcall.example' };
    assert.equal((await owner.send('GET', '/api/session', { headers })).status, 421);
  });

  it('may be any for health checks', async () => {
    for (const path of ['/healthz', '/readyz']) {
      assert.equal((await owner.send('GET', path, { headers: { host: '10.0.0.7:3000' } })).status, 200);
    }
  });

  it('may be any name of this machine when the public URL is on it', async () => {
    const local = new Visitor(createHttpLaboratory({ publicUrl: 'http://localhost:3000' }));
    for (const host of ['localhost:3000', '127.0.0.1:3000', '[::1]:3000']) {
      assert.equal((await local.send('GET', '/api/passphrase', { headers: { host } })).status, 200);
    }
    for (const host of ['localhost', 'localhost:3001', '127.0.0.2:3000', 'rollcall.example:3000']) {
      assert.equal((await local.send('GET', '/api/passphrase', { headers: { host } })).status, 421);
    }
  });
});

describe('the method (X-15)', () => {
  const routes: readonly (readonly [string, string])[] = [
    ['/api/session', 'GET, HEAD'],
    ['/api/sign-in', 'POST'],
    ['/api/password', 'PUT'],
    ['/api/two-factor/totp', 'POST, DELETE'],
    ['/api/sessions/01m8486tp0fmdyptym2z80en0h', 'DELETE'],
    ['/healthz', 'GET, HEAD'],
    ['/openapi.json', 'GET, HEAD'],
    ['/account/sessions', 'GET, HEAD'],
  ];
  for (const [path, allow] of routes) {
    it(`is refused on ${path} unless it is ${allow}`, async () => {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'FOO']) {
        if (allow.split(', ').includes(method)) continue;
        const received = await owner.send(method, path);
        assert.deepEqual([received.status, received.headers.get('allow')], [405, allow]);
      }
    });
  }

  it('cannot be overridden', async () => {
    const headers = {
      'x-http-method-override': 'DELETE',
      'x-http-method': 'DELETE',
      'x-method-override': 'DELETE',
    };
    assert.equal((await owner.send('POST', '/api/two-factor/totp', { headers })).status, 200);
    assert.equal(codeOf(await owner.send('GET', '/api/session?_method=DELETE')), '400 invalid_request');
  });

  it('HEAD answers as GET does, without a body', async () => {
    for (const path of [
      '/api/session',
      '/api/sessions',
      '/account/sessions',
      '/healthz',
      '/api/nothing',
      '/nothing',
    ]) {
      const [get, head] = [await owner.send('GET', path), await owner.send('HEAD', path)];
      assert.deepEqual([head.status, head.text], [get.status, '']);
      assert.equal(head.headers.get('content-type'), get.headers.get('content-type'));
    }
  });

  it('GET and HEAD change nothing anywhere (R-138)', async () => {
    const paths = [
      '/api/sign-out',
      '/api/sessions/revoke-others',
      '/api/two-factor/totp',
      '/api/session',
      '/api/history',
    ];
    const before = (await owner.send('GET', '/api/history')).text;
    for (const path of [...paths, '/', '/sign-in', '/signed-out', '/account/sessions', '/api/account']) {
      for (const method of ['GET', 'HEAD']) await owner.send(method, path);
    }
    assert.equal((await owner.send('GET', '/api/history')).text, before);
  });
});

describe('the address', () => {
  const nothing = [
    '/api/%73ession',
    '/%61pi/session',
    '/api//session',
    '/api/session/',
    '/API/session',
    '/api/session;a=b',
    '/api/session%00',
    '/api/session.',
    '/api/sessions%2Frevoke-others',
    '/api',
    '/api/nothing',
    '/nothing',
    '/account/nothing',
    '/account/%73essions',
    '//evil.example/account/sessions',
    '/assets/nothing.js',
    '/assets/%2e%2e%2fsign-in.html',
    '/assets/..%5c..%5cpackage.json',
  ];
  for (const path of nothing) {
    it(`${path} is nowhere (X-09)`, async () => {
      assert.equal((await owner.send('GET', path)).status, 404);
    });
  }

  it('is told to be nowhere in the form of what was asked for', async () => {
    const [data, page] = [await owner.send('GET', '/api/nothing'), await owner.send('GET', '/nothing')];
    assert.equal(data.headers.get('content-type'), 'application/problem+json; charset=utf-8');
    assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.equal(page.text, 'page not-found.html');
  });

  it('is refused beyond 8 KiB (X-08)', async () => {
    assert.equal(
      codeOf(await owner.send('GET', `/api/history?cursor=${'a'.repeat(8192)}`)),
      '414 uri_too_long',
    );
    assert.equal((await owner.send('GET', `/${'a'.repeat(1_000_000)}`)).status, 414);
  });

  const queries = ['cursor=a&cursor=a', 'cursor[]=a', 'cursor=a;cursor=b', 'limit=0', 'x', 'cursor=*'];
  for (const query of [...queries, Array.from({ length: 1000 }, (_, index) => `a${index}`).join('&')]) {
    it(`is refused with the query ${query.slice(0, 24)} (X-19, X-29)`, async () => {
      assert.equal(codeOf(await owner.send('GET', `/api/history?${query}`)), '400 invalid_request');
    });
  }

  it('is refused with a query where none is taken', async () => {
    for (const path of ['/api/session?a', '/api/passphrase?a=1', '/api/stream?last=1']) {
      assert.equal(codeOf(await owner.send('GET', path)), '400 invalid_request');
    }
    assert.equal(codeOf(await owner.send('POST', '/api/sign-out?a=1')), '400 invalid_request');
  });
});

describe('monitoring', () => {
  it('says whether the process runs, and whether it can serve', async () => {
    const visitor = new Visitor(laboratory, true);
    assert.equal((await visitor.send('GET', '/healthz')).text, 'ok\n');
    const readiness = async () => {
      const { status, text } = await visitor.send('GET', '/readyz');
      return [status, text];
    };
    assert.deepEqual(await readiness(), [200, 'ready\ndatabase: true\n']);
    laboratory.health.isReady = false;
    assert.deepEqual(await readiness(), [503, 'not ready\ndatabase: false\n']);
    laboratory.health.isReady = true;
    laboratory.health.isStopping = true;
    assert.deepEqual(await readiness(), [503, 'not ready\nprocess: stopping\n']);
    assert.equal((await visitor.send('GET', '/healthz')).status, 200);
    laboratory.health.isStopping = false;
  });

  it('gives metrics in the Prometheus text format', async () => {
    const received = await owner.send('GET', '/metrics');
    assert.equal(received.text, 'rollcall_up 1\n');
    assert.match(received.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  });
});
