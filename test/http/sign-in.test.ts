import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { codeAt } from '../accounts/accounts-laboratory.ts';
import { minute } from '../laboratory.ts';
import { createHttpLaboratory, email, type HttpLaboratory, password } from './http-laboratory.ts';
import { codeOf, type Received, Visitor } from './visitor.ts';

let laboratory: HttpLaboratory;
let owner: Visitor;

beforeEach(async () => {
  laboratory = createHttpLaboratory();
  owner = new Visitor(laboratory);
  await owner.signUp();
});

type Wire = { id: string; current: boolean; device: { id: string; name: string }; persistence: string };
const sessionOf = ({ json }: Received): Wire => json['session'] as Wire;
const sessionsOf = ({ json }: Received): readonly Wire[] => json['sessions'] as readonly Wire[];

describe('signing up', () => {
  it('answers 201 with the user and the session, and signs in', async () => {
    const visitor = new Visitor(laboratory);
    const body = { email: 'new@lindqvist.example', password };
    const received = await visitor.send('POST', '/api/sign-up', { body });
    assert.equal(received.status, 201);
    assert.deepEqual(Object.keys(received.json), ['user', 'session']);
    assert.equal((await visitor.send('GET', '/api/session')).status, 200);
  });

  it('refuses a weak password and a taken e-mail, and sets no cookie', async () => {
    const visitor = new Visitor(laboratory);
    const short = await visitor.send('POST', '/api/sign-up', {
      body: { email: 'a@b.example', password: 'short' },
    });
    assert.equal(codeOf(short), '422 password_too_short');
    assert.equal(codeOf(await visitor.signUp()), '409 email_taken');
    assert.equal(visitor.cookies.size, 0);
  });
});

describe('signing in', () => {
  it('answers with the session, and the device’s own cookie makes it the same device', async () => {
    await owner.send('POST', '/api/sign-out');
    const first = sessionOf(await owner.signIn());
    const second = sessionOf(await owner.signIn({ keepSignedIn: true }));
    assert.equal(first.device.id, second.device.id);
    assert.equal(second.persistence, 'persistent');
    const { sessions } = (await owner.send('GET', '/api/sessions')).json;
    assert.deepEqual(
      (sessions as Wire[]).map(({ id }) => id),
      [second.id],
    );
  });

  it('renews the cookie of a known device, so that it does not run out', async () => {
    const device = owner.cookies.get('__Host-rollcall-device');
    const { headers } = await owner.signIn();
    const renewed = headers.getSetCookie().find((each) => each.startsWith('__Host-rollcall-device='));
    assert.equal(renewed?.split(';')[0], `__Host-rollcall-device=${device}`);
    assert.match(renewed ?? '', /Max-Age=34560000/);
  });

  it('ends the session the browser held, whoever’s it was', async () => {
    const old = owner.cookies.get('__Host-rollcall') ?? '';
    const body = { email: 'new@lindqvist.example', password };
    await owner.send('POST', '/api/sign-up', { body });
    const headers = { cookie: `__Host-rollcall=${old}` };
    assert.equal((await owner.send('GET', '/api/session', { headers })).status, 401);
  });

  it('gives one answer to a wrong password and an unknown e-mail (R-089)', async () => {
    const visitor = new Visitor(laboratory);
    const bodies = [
      { email, password: 'wrong' },
      { email: 'nobody@lindqvist.example', password },
      { email: '@@@', password },
    ];
    const answers = new Set<string>();
    for (const body of bodies) {
      const { status, json, headers } = await visitor.send('POST', '/api/sign-in', { body });
      const { requestId, ...problem } = json;
      assert.equal(typeof requestId, 'string');
      headers.delete('rollcall-request-id');
      answers.add(JSON.stringify([status, problem, [...headers]]));
    }
    assert.equal(answers.size, 1);
    assert.match([...answers].join(), /invalid_credentials/);
  });

  it('is throttled with 429 and says when to come back', async () => {
    const visitor = new Visitor(laboratory);
    let received = await visitor.signIn({ password: 'wrong' });
    for (let count = 0; count < 100 && received.status === 401; count += 1) {
      received = await visitor.signIn({ password: 'wrong' });
    }
    assert.equal(codeOf(received), '429 too_many_attempts');
    assert.match(received.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
    assert.equal(laboratory.lines.at(-1)?.level, 'warn');
  });

  it('gives a program its token in the body and sets no cookie at all', async () => {
    const program = new Visitor(laboratory, true);
    const received = await program.signIn({ tokenDelivery: 'body' });
    assert.deepEqual(received.headers.getSetCookie(), []);
    assert.match(String(received.json['token']), /^rc1_/);
    const headers = { authorization: `Bearer ${received.json['token']}` };
    assert.equal((await program.send('GET', '/api/session', { headers })).status, 200);
    assert.equal((await owner.send('GET', '/api/session')).status, 200);
  });

  it('with a cookie never puts a token into the body (R-029)', async () => {
    const { text } = await owner.signIn();
    assert.doesNotMatch(text, /r[cpd]1_/);
  });

  it('is recorded under the client’s address behind trusted proxies alone (X-12)', async () => {
    const proxied = createHttpLaboratory({ trustedProxies: '10.0.0.0/8' });
    const headers = { 'x-forwarded-for': '1.1.1.1, 198.51.100.4, 10.0.0.2' };
    const ipOf = (received: Received) => (received.json['session'] as { ip: string | null }).ip;
    const visitor = new Visitor(proxied);
    const body = { email, password };
    assert.equal(
      ipOf(await visitor.send('POST', '/api/sign-up', { body, headers, peer: '10.0.0.1' })),
      '198.51.100.4',
    );
    assert.equal(
      ipOf(await visitor.send('POST', '/api/sign-in', { body, headers, peer: '203.0.113.9' })),
      '203.0.113.9',
    );
    assert.equal(ipOf(await visitor.send('POST', '/api/sign-in', { body, headers, peer: null })), null);
  });
});

describe('the second factor', () => {
  let key = '';
  let recoveryCodes: readonly string[] = [];

  beforeEach(async () => {
    key = String((await owner.send('POST', '/api/two-factor/totp')).json['secret']);
    const body = { code: codeAt(key, laboratory.clock.now()) };
    const confirmed = await owner.send('POST', '/api/two-factor/totp/confirm', { body });
    assert.equal(confirmed.status, 200);
    recoveryCodes = confirmed.json['recoveryCodes'] as readonly string[];
    laboratory.clock.advance(minute);
  });

  const complete = (visitor: Visitor, code: string, method = 'totp') =>
    visitor.send('POST', '/api/sign-in/second-factor', { body: { method, code } });

  it('is asked for between the password and the session, with a cookie of ten minutes', async () => {
    const visitor = new Visitor(laboratory);
    const received = await visitor.signIn();
    assert.equal(received.status, 200);
    assert.deepEqual(received.json['methods'], ['totp', 'recovery-code']);
    assert.equal(received.json['pendingToken'], undefined);
    assert.deepEqual([...visitor.cookies.keys()], ['__Host-rollcall-pending']);
    assert.match(
      received.headers.getSetCookie()[0] ?? '',
      /Max-Age=600; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
    const done = await complete(visitor, codeAt(key, laboratory.clock.now()));
    assert.equal(done.json['status'], 'signed-in');
    assert.deepEqual([...visitor.cookies.keys()].toSorted(), ['__Host-rollcall', '__Host-rollcall-device']);
  });

  it('is asked of a program with the pending token in the body, and answered with a bearer header', async () => {
    const program = new Visitor(laboratory, true);
    const first = await program.signIn({ tokenDelivery: 'body' });
    assert.deepEqual(first.headers.getSetCookie(), []);
    const headers = { authorization: `Bearer ${first.json['pendingToken']}` };
    const body = { method: 'recovery-code', code: recoveryCodes[0] };
    const done = await program.send('POST', '/api/sign-in/second-factor', { headers, body });
    assert.match(String(done.json['token']), /^rc1_/);
    assert.deepEqual(done.headers.getSetCookie(), []);
    assert.deepEqual((sessionOf(done) as unknown as { methods: string[] }).methods, ['pwd', 'recovery']);
  });

  it('is refused with a wrong code, without a pending sign-in and after ten minutes', async () => {
    const visitor = new Visitor(laboratory);
    assert.equal(codeOf(await complete(visitor, '000000')), '401 no_pending_sign_in');
    await visitor.signIn();
    assert.equal(codeOf(await complete(visitor, '000000')), '401 invalid_code');
    laboratory.clock.advance(10 * minute);
    const late = await complete(visitor, codeAt(key, laboratory.clock.now()));
    assert.equal(codeOf(late), '401 no_pending_sign_in');
  });

  it('leaves the pending token good for nothing else (R-066)', async () => {
    const visitor = new Visitor(laboratory);
    await visitor.signIn();
    const token = visitor.cookies.get('__Host-rollcall-pending') ?? '';
    const paths = ['/api/session', '/api/sessions', '/api/history', '/api/account', '/api/stream'];
    for (const path of paths) {
      for (const headers of [
        {},
        { cookie: `__Host-rollcall=${token}` },
        { authorization: `Bearer ${token}` },
      ]) {
        assert.equal(codeOf(await visitor.send('GET', path, { headers })), '401 no_active_session');
      }
    }
    assert.equal((await visitor.send('GET', '/account/sessions')).headers.get('location'), '/sign-in');
    const session = owner.cookies.get('__Host-rollcall') ?? '';
    const headers = { cookie: `__Host-rollcall-pending=${session}` };
    const body = { method: 'totp', code: codeAt(key, laboratory.clock.now()) };
    const received = await visitor.send('POST', '/api/sign-in/second-factor', { headers, body });
    assert.equal(codeOf(received), '401 no_pending_sign_in');
  });
});

describe('the list', () => {
  it('shows every session of the owner, the asking one first, and no credential', async () => {
    const [second, program] = [new Visitor(laboratory), new Visitor(laboratory, true)];
    laboratory.clock.advance(minute);
    await second.signIn();
    const body = { email, password, tokenDelivery: 'body' };
    const received = await program.send('POST', '/api/sign-in', {
      body,
      headers: { 'user-agent': 'curl/8.9.1' },
    });
    const list = await owner.send('GET', '/api/sessions');
    assert.deepEqual(
      sessionsOf(list)
        .map(({ current, device }) => [current, device.name])
        .toSorted(),
      [
        [false, 'Chrome on Windows'],
        [false, 'curl, command line'],
        [true, 'Chrome on Windows'],
      ],
    );
    assert.equal(sessionsOf(list)[0]?.current, true);
    assert.equal(list.json['asOf'], '2026-11-23T13:07:00.000Z');
    const secrets = [owner, second].map((each) => each.cookies.get('__Host-rollcall') ?? '');
    for (const secret of [...secrets, String(received.json['token'])]) {
      assert.ok(!list.text.includes(secret.slice(31)));
    }
  });

  it('counts a request as activity unless the client says that it asks by itself', async () => {
    const lastActive = async () => {
      const [session] = await laboratory.sessions.list(await userId());
      return session?.session.lastActiveAt;
    };
    const userId = async () =>
      String(((await owner.send('GET', '/api/session', quiet)).json['user'] as { id: string }).id);
    const quiet = { headers: { 'rollcall-background': '1' } };
    const start = laboratory.clock.now();
    laboratory.clock.advance(minute);
    await owner.send('GET', '/api/sessions', quiet);
    assert.equal(await lastActive(), start);
    await owner.send('GET', '/api/sessions');
    assert.equal(await lastActive(), start + minute);
  });
});

describe('the password meter', () => {
  it('judges for anyone, rationed by network', async () => {
    const visitor = new Visitor(laboratory);
    const assess = () =>
      visitor.send('POST', '/api/password/assess', { body: { password: 'correct horse' } });
    const first = await assess();
    assert.deepEqual(Object.keys(first.json), ['score', 'refusal', 'minimumLength']);
    assert.equal(first.json['minimumLength'], 15);
    const received = [first];
    while (received.length < 500 && received.at(-1)?.status === 200) received.push(await assess());
    assert.equal(received.at(-1)?.status, 429);
    assert.notEqual(received.at(-1)?.headers.get('retry-after'), null);
  });
});
