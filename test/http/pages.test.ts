import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createHttpLaboratory, type HttpLaboratory } from './http-laboratory.ts';
import { type Received, Visitor } from './visitor.ts';

let laboratory: HttpLaboratory;
let owner: Visitor;
let stranger: Visitor;

beforeEach(async () => {
  laboratory = createHttpLaboratory();
  owner = new Visitor(laboratory);
  stranger = new Visitor(laboratory);
  await owner.signUp();
});

/** Where an answer leads: the page's file, or the redirect's target. */
const leadsTo = ({ status, headers, text }: Received): string =>
  status === 302 ? `→ ${headers.get('location')}` : `${status} ${text}`;

const accountPages = ['sessions', 'password', 'two-factor', 'history'];

describe('a page of the account', () => {
  for (const name of accountPages) {
    it(`${name} is for its owner alone; strangers are sent to sign in before a byte of it`, async () => {
      const path = `/account/${name}`;
      assert.equal(leadsTo(await owner.send('GET', path)), `200 page account-${name}.html`);
      const sent = await stranger.send('GET', path);
      assert.deepEqual([leadsTo(sent), sent.text], ['→ /sign-in', '']);
    });
  }

  it('is closed once the session ended, to a replayed cookie too (R-040)', async () => {
    const saved = new Map(owner.cookies);
    await owner.send('POST', '/api/sign-out');
    for (const [name, value] of saved) owner.cookies.set(name, value);
    for (const name of accountPages) {
      assert.equal(leadsTo(await owner.send('GET', `/account/${name}`)), '→ /sign-in');
    }
  });

  it('that does not exist sends strangers to sign in as well', async () => {
    assert.equal(leadsTo(await stranger.send('GET', '/account/nothing')), '→ /sign-in');
    assert.equal(leadsTo(await owner.send('GET', '/account/nothing')), '404 page not-found.html');
  });
});

describe('the way in', () => {
  it('leads from / to the account, or to sign-in', async () => {
    assert.equal(leadsTo(await owner.send('GET', '/')), '→ /account/sessions');
    assert.equal(leadsTo(await owner.send('GET', '/account')), '→ /account/sessions');
    assert.equal(leadsTo(await stranger.send('GET', '/')), '→ /sign-in');
  });

  it('is for strangers; who is signed in is sent home', async () => {
    for (const name of ['sign-in', 'sign-up']) {
      const received = await stranger.send('GET', `/${name}`);
      assert.equal(leadsTo(received), `200 page ${name}.html`);
      assert.match(received.headers.get('accept-ch') ?? '', /Sec-CH-UA-Model/);
      assert.equal(leadsTo(await owner.send('GET', `/${name}`)), '→ /account/sessions');
    }
  });

  it('is open to a browser with a dead or mangled cookie', async () => {
    for (const value of ['x', '"', 'rc1_', '%00']) {
      stranger.cookies.set('__Host-rollcall', value);
      assert.equal(leadsTo(await stranger.send('GET', '/sign-in')), '200 page sign-in.html');
      assert.equal(leadsTo(await stranger.send('GET', '/account/sessions')), '→ /sign-in');
    }
  });

  it('leads out to the signed-out screen, whoever asks', async () => {
    for (const visitor of [owner, stranger]) {
      assert.equal(leadsTo(await visitor.send('GET', '/signed-out')), '200 page signed-out.html');
    }
  });

  it('is refused to a browser with two session cookies, as a page', async () => {
    const headers = { cookie: '__Host-rollcall=a; __Host-rollcall=b' };
    const received = await stranger.send('GET', '/account/sessions', { headers });
    assert.equal(received.status, 400);
    assert.match(received.text, /^<!doctype html>/);
  });
});
