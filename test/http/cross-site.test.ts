import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { createHttpLaboratory, email, type HttpLaboratory, password } from './http-laboratory.ts';
import { codeOf, Visitor } from './visitor.ts';

let laboratory: HttpLaboratory;
let owner: Visitor;

before(async () => {
  laboratory = createHttpLaboratory();
  owner = new Visitor(laboratory);
  await owner.signUp();
});

type Evidence = { readonly site: string | null; readonly origin: string | null };

const own = 'https://rollcall.example';
const accepted: readonly Evidence[] = [
  { site: 'same-origin', origin: own },
  { site: 'same-origin', origin: null },
  { site: 'none', origin: null },
  { site: null, origin: own },
];
const refused: readonly Evidence[] = [
  { site: 'cross-site', origin: null },
  { site: 'cross-site', origin: own },
  { site: 'same-site', origin: null },
  { site: 'same-site', origin: own },
  { site: 'Same-Origin', origin: null },
  { site: 'same-origin, cross-site', origin: null },
  { site: '', origin: null },
  { site: null, origin: 'null' },
  { site: null, origin: 'http://rollcall.example' },
  { site: null, origin: 'https://rollcall.example:444' },
  { site: null, origin: 'https://rollcall.example.evil.test' },
  { site: null, origin: 'https://evilrollcall.example' },
  { site: null, origin: 'https://app.rollcall.example' },
  { site: null, origin: 'https://rollcall.example/' },
  { site: null, origin: 'https://user@rollcall.example' },
];
const headersOf = ({ site, origin }: Evidence) => ({ 'sec-fetch-site': site, origin });

describe('a changing request (R-137)', () => {
  for (const evidence of accepted) {
    it(`passes with ${JSON.stringify(evidence)}`, async () => {
      const received = await owner.send('POST', '/api/sessions/revoke-others', {
        headers: headersOf(evidence),
      });
      assert.equal(received.status, 200);
    });
  }

  for (const evidence of refused) {
    it(`is refused with ${JSON.stringify(evidence)}, signing in and up included`, async () => {
      const headers = headersOf(evidence);
      const body = { email, password };
      const stranger = new Visitor(laboratory);
      const all = [
        await owner.send('POST', '/api/sign-out', { headers }),
        await owner.send('DELETE', '/api/sessions/x', { headers }),
        await stranger.send('POST', '/api/sign-in', { headers, body }),
        await stranger.send('POST', '/api/sign-up', {
          headers,
          body: { ...body, email: 'new@lindqvist.example' },
        }),
      ];
      assert.deepEqual(all.map(codeOf), Array(4).fill('403 cross_site_request'));
      assert.equal((await owner.send('GET', '/api/session')).status, 200);
    });
  }

  it('passes with a cookie from a program that says nothing, if no site could have caused it', async () => {
    const headers = { 'sec-fetch-site': null, origin: null };
    const program = new Visitor(laboratory);
    const signedIn = await program.send('POST', '/api/sign-in', { headers, body: { email, password } });
    assert.equal(signedIn.status, 200);
    assert.equal((await program.send('DELETE', '/api/sessions/x', { headers })).status, 204);
    assert.equal(codeOf(await program.send('POST', '/api/sign-out', { headers })), '403 cross_site_request');
    const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
    assert.equal(
      codeOf(await program.send('POST', '/api/sign-out', { headers: form })),
      '403 cross_site_request',
    );
    const json = { ...headers, 'content-type': 'application/json' };
    assert.equal((await program.send('POST', '/api/sign-out', { headers: json })).status, 204);
  });

  it('passes from a program that says nothing, with a bearer token or asking for one', async () => {
    const program = new Visitor(laboratory, true);
    const received = await program.send('POST', '/api/sign-in', {
      body: { email, password, tokenDelivery: 'body' },
    });
    assert.equal(received.status, 200);
    const headers = { authorization: `Bearer ${received.json['token']}` };
    assert.equal((await program.send('POST', '/api/sign-out', { headers })).status, 204);
  });

  it('is refused from another site even with a bearer token', async () => {
    const token = owner.cookies.get('__Host-rollcall');
    const headers = { authorization: `Bearer ${token}`, 'sec-fetch-site': 'cross-site' };
    const received = await new Visitor(laboratory, true).send('POST', '/api/sign-out', { headers });
    assert.equal(codeOf(received), '403 cross_site_request');
  });

  it('accepts every name of this machine when the public URL is on it, with the port', async () => {
    const local = createHttpLaboratory({ publicUrl: 'http://localhost:3000' });
    const visitor = new Visitor(local);
    await visitor.signUp();
    for (const name of ['localhost', '127.0.0.1', '[::1]']) {
      const headers = { 'sec-fetch-site': null, origin: `http://${name}:3000` };
      assert.equal((await visitor.send('POST', '/api/sessions/revoke-others', { headers })).status, 200);
    }
    const headers = { 'sec-fetch-site': null, origin: 'http://localhost:3001' };
    assert.equal((await visitor.send('POST', '/api/sign-out', { headers })).status, 403);
  });
});

describe('sharing with other origins (R-139)', () => {
  it('is granted to nobody', async () => {
    for (const origin of ['null', own, 'https://evil.example', `${own}.evil.example`]) {
      for (const method of ['GET', 'OPTIONS']) {
        const headers = { origin, 'access-control-request-method': 'DELETE' };
        const received = await owner.send(method, '/api/sessions', { headers });
        assert.deepEqual(
          [...received.headers.keys()].filter((name) => name.startsWith('access-control')),
          [],
        );
      }
    }
  });
});
