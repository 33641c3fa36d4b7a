import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { createHttpLaboratory, type HttpLaboratory } from './http-laboratory.ts';
import { codeOf, Visitor } from './visitor.ts';

let laboratory: HttpLaboratory;
let owner: Visitor;
let program: Visitor;
let token = '';

before(async () => {
  laboratory = createHttpLaboratory();
  owner = new Visitor(laboratory);
  program = new Visitor(laboratory, true);
  await owner.signUp();
  token = owner.cookies.get('__Host-rollcall') ?? '';
});

function ask(headers: Readonly<Record<string, string>>): ReturnType<Visitor['send']> {
  return program.send('GET', '/api/session', { headers });
}

describe('a credential', () => {
  it('is accepted as cookie, as bearer, and as both when they are the same', async () => {
    const cookie = `__Host-rollcall=${token}`;
    assert.equal((await ask({ cookie })).status, 200);
    assert.equal((await ask({ authorization: `Bearer ${token}` })).status, 200);
    assert.equal((await ask({ authorization: `bEARER   ${token}` })).status, 200);
    assert.equal((await ask({ cookie, authorization: `Bearer ${token}` })).status, 200);
  });

  it('is refused when cookie and bearer disagree (X-05)', async () => {
    const other = new Visitor(laboratory);
    await other.signIn();
    const second = other.cookies.get('__Host-rollcall');
    const cookie = `__Host-rollcall=${token}`;
    for (const bearer of [second, 'garbage']) {
      const received = await ask({ cookie, authorization: `Bearer ${bearer}` });
      assert.equal(codeOf(received), '400 ambiguous_credentials');
    }
  });

  it('is answered alike whether malformed, unknown, replaced, ended or of another kind (X-03, X-04, R-026, R-030)', async () => {
    const ended = new Visitor(laboratory);
    await ended.signIn();
    const old = ended.cookies.get('__Host-rollcall') ?? '';
    await ended.send('POST', '/api/sign-out');
    const device = owner.cookies.get('__Host-rollcall-device') ?? '';
    const id = token.slice(4, 30);
    const flipped = token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    const bad = [
      old,
      device,
      id,
      flipped,
      `${token}x`,
      token.slice(0, -1),
      token.toUpperCase(),
      'x',
      'A'.repeat(4096),
    ];
    const answers = new Set<string>();
    for (const each of [...bad, device.replace('rd1', 'rc1'), token.replace('rc1', 'rp1')]) {
      for (const headers of [{ cookie: `__Host-rollcall=${each}` }, { authorization: `Bearer ${each}` }]) {
        const received = await ask(headers);
        const { requestId, ...body } = received.json;
        assert.equal(typeof requestId, 'string');
        answers.add(JSON.stringify([received.status, body, received.headers.get('www-authenticate')]));
        assert.deepEqual(received.headers.getSetCookie(), []);
      }
    }
    assert.equal(answers.size, 1);
    assert.match([...answers].join(), /^\[401,.*no_active_session.*"Bearer"\]$/);
  });

  const headers: readonly (readonly [string, string])[] = [
    ['Basic dXNlcjpwYXNz', '401 no_active_session'],
    ['Basic ', '401 no_active_session'],
    ['Bearer', '401 no_active_session'],
    ['Bearer  ', '401 no_active_session'],
    ['Bearer a b', '401 no_active_session'],
    ['Token abc', '401 no_active_session'],
    [`Bearer ${'a'.repeat(10_000)}`, '401 no_active_session'],
    ['Bearer a, Bearer b', '400 ambiguous_credentials'],
  ];
  for (const [authorization, answer] of headers) {
    it(`is refused in Authorization: ${authorization.slice(0, 30)} (X-06)`, async () => {
      assert.equal(codeOf(await ask({ authorization })), answer);
    });
  }

  it('is refused when two Authorization headers come, even if both are the same (X-06)', async () => {
    const headers = new Headers({ authorization: `Bearer ${token}` });
    headers.append('authorization', `Bearer ${token}`);
    const request = new Request(`${laboratory.origin}/api/session`, { headers });
    assert.equal((await laboratory.handler(request, { address: null })).status, 400);
  });

  it('never makes an id that a client chose into a session (R-024)', async () => {
    const chosen = 'rc1_00000000000000000000000000.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
    const visitor = new Visitor(laboratory);
    visitor.cookies.set('__Host-rollcall', chosen);
    assert.equal((await visitor.signIn()).status, 200);
    assert.notEqual(visitor.cookies.get('__Host-rollcall'), chosen);
  });
});

describe('a token in a URL (R-029)', () => {
  const paths = [
    '/api/session?token=',
    '/api/session?ACCESS_TOKEN=',
    '/api/sessions/',
    '/sign-in?x=',
    '/healthz?',
    '/assets/',
  ];
  for (const path of paths) {
    it(`is refused in ${path} and not logged`, async () => {
      const { length } = laboratory.lines;
      const received = await owner.send('GET', path + token);
      assert.equal(received.status, 400);
      assert.match(received.text, /token_in_url|Tokens are not accepted/);
      const encoded = await owner.send('GET', path + token.replace('_', '%5F').replace('.', '%2e'));
      assert.equal(encoded.status, 400);
      assert.equal(laboratory.lines[length]?.code, 'token_in_url');
      assert.doesNotMatch(JSON.stringify(laboratory.lines.slice(length)), new RegExp(token.slice(31)));
    });
  }

  it('is refused by its parameter’s name alone', async () => {
    assert.equal(codeOf(await owner.send('GET', '/api/session?access_token=1')), '400 token_in_url');
  });
});
