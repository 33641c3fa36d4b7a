import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { operations } from '../../src/http/routes.ts';
import { createHttpLaboratory, type HttpLaboratory } from './http-laboratory.ts';
import { type Received, Visitor } from './visitor.ts';

let laboratory: HttpLaboratory;
let owner: Visitor;

before(async () => {
  laboratory = createHttpLaboratory();
  owner = new Visitor(laboratory);
  await owner.signUp();
});

const apiPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Every route with every method, asked by a stranger: refusals of all kinds. */
async function everyAnswer(visitor: Visitor): Promise<readonly (readonly [string, Received])[]> {
  const pages = [
    '/',
    '/sign-in',
    '/sign-up',
    '/signed-out',
    '/account/sessions',
    '/nothing',
    '/assets/nothing.js',
  ];
  const others = [
    '/api/nothing',
    '/openapi.json',
    `/api/history?${'a'.repeat(9000)}`,
    '/api/session?token=1',
  ];
  const found: (readonly [string, Received])[] = [];
  for (const path of [...operations.map((operation) => operation.path), ...pages, ...others]) {
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS'])
      found.push([path, await visitor.send(method, path)]);
  }
  return found;
}

describe('every answer, refusals too (R-140)', () => {
  it('carries the security headers and its own request id', async () => {
    const ids = new Set<string>();
    const answers = await everyAnswer(new Visitor(laboratory));
    for (const [path, { headers }] of answers) {
      const isPage = !/^\/(api|openapi|healthz|readyz|metrics)/.test(path);
      assert.equal(headers.get('content-security-policy'), isPage ? pagePolicy : apiPolicy, path);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin');
      assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin');
      assert.equal(headers.get('strict-transport-security'), 'max-age=31536000; includeSubDomains');
      assert.match(headers.get('permissions-policy') ?? '', /camera=\(\)/);
      ids.add(headers.get('rollcall-request-id') ?? '');
    }
    assert.equal(ids.size, answers.length);
  });

  it('is kept by nobody and varies with the credential (R-136)', async () => {
    for (const visitor of [new Visitor(laboratory), owner]) {
      for (const path of [
        '/api/session',
        '/api/sessions',
        '/account/sessions',
        '/sign-in',
        '/',
        '/nothing',
        '/api/x',
      ]) {
        const { headers } = await visitor.send('GET', path);
        assert.equal(headers.get('cache-control'), 'no-store', path);
        assert.equal(headers.get('vary'), 'Cookie, Authorization', path);
      }
    }
  });

  it('does not promise https where there is none', async () => {
    const local = new Visitor(createHttpLaboratory({ publicUrl: 'http://localhost:3000' }));
    const { headers } = await local.send('GET', '/sign-in');
    assert.equal(headers.get('strict-transport-security'), null);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
  });

  it('has an exact type with its charset (R-147)', async () => {
    for (const [path, { status, headers }] of await everyAnswer(owner)) {
      if (status === 204 || status === 302) continue;
      assert.match(
        headers.get('content-type') ?? '',
        /^(application\/(problem\+)?json|text\/(html|plain(; version=0\.0\.4)?|event-stream)); charset=utf-8$/,
        path,
      );
    }
  });
});

describe('an asset', () => {
  it('is kept for good, since its name changes with its content', async () => {
    const { status, headers } = await owner.send('GET', '/assets/page-3f2a.js');
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'public, max-age=31536000, immutable');
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.deepEqual(headers.getSetCookie(), []);
  });
});
