import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { codeAt } from '../accounts/accounts-laboratory.ts';
import { hour, minute } from '../laboratory.ts';
import { createHttpLaboratory, email, type HttpLaboratory, password } from './http-laboratory.ts';
import { codeOf, type Received, Visitor } from './visitor.ts';

let laboratory: HttpLaboratory;
let owner: Visitor;
let other: Visitor;

beforeEach(async () => {
  laboratory = createHttpLaboratory();
  owner = new Visitor(laboratory);
  other = new Visitor(laboratory);
  await owner.signUp();
  await other.signIn();
});

const sessionCookie = '__Host-rollcall';
const isSignedIn = async (visitor: Visitor): Promise<boolean> =>
  (await visitor.send('GET', '/api/session')).status === 200;
const idOf = async (visitor: Visitor): Promise<string> =>
  ((await visitor.send('GET', '/api/session')).json['session'] as { id: string }).id;

/** A program of the same owner, with its bearer header. */
async function bearerOf(): Promise<{ readonly headers: { readonly authorization: string } }> {
  const received = await new Visitor(laboratory, true).signIn({ tokenDelivery: 'body' });
  return { headers: { authorization: `Bearer ${received.json['token']}` } };
}

describe('signing out', () => {
  it('ends the session, clears its cookie and the browser’s copies (R-048)', async () => {
    const saved = owner.cookies.get(sessionCookie) ?? '';
    const received = await owner.send('POST', '/api/sign-out');
    assert.deepEqual([received.status, received.text], [204, '']);
    assert.deepEqual(received.headers.getSetCookie(), [
      '__Host-rollcall=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure',
    ]);
    assert.equal(received.headers.get('clear-site-data'), '"cache", "storage"');
    owner.cookies.set(sessionCookie, saved);
    assert.equal(await isSignedIn(owner), false);
    assert.equal(codeOf(await owner.send('POST', '/api/sign-out')), '401 no_active_session');
    assert.equal(await isSignedIn(other), true);
  });

  it('touches no cookie of a program', async () => {
    const { headers } = await new Visitor(laboratory, true).send('POST', '/api/sign-out', await bearerOf());
    assert.deepEqual([headers.getSetCookie(), headers.get('clear-site-data')], [[], null]);
  });
});

describe('revoking a session', () => {
  it('ends another session of the owner', async () => {
    const received = await owner.send('DELETE', `/api/sessions/${await idOf(other)}`);
    assert.deepEqual([received.status, received.text], [204, '']);
    assert.equal(await isSignedIn(other), false);
    assert.equal(await isSignedIn(owner), true);
  });

  it('answers alike for ids that are ended, unknown, of someone else or none at all (R-046, R-047, X-28)', async () => {
    const stranger = new Visitor(laboratory);
    await stranger.send('POST', '/api/sign-up', { body: { email: 'new@lindqvist.example', password } });
    const ended = await idOf(other);
    await other.send('POST', '/api/sign-out');
    const odd = [
      '-1',
      '9'.repeat(30),
      '*',
      '%',
      "'%20or%201=1",
      '%7B%7D',
      'a%2Fb',
      '%00',
      '123e4567-e89b-42d3-a456-426614174000',
    ];
    const answers = new Set<string>();
    for (const id of [ended, await idOf(stranger), '01m8486tp0000000000000000a', ...odd]) {
      const { status, text, headers } = await owner.send('DELETE', `/api/sessions/${id}`);
      headers.delete('rollcall-request-id');
      answers.add(JSON.stringify([status, text, [...headers]]));
    }
    assert.equal(answers.size, 1);
    assert.match([...answers].join(), /^\[204/);
    assert.equal(await isSignedIn(stranger), true);
  });

  it('of the asking session itself is a log-out (R-050)', async () => {
    laboratory.clock.advance(hour);
    const received = await owner.send('DELETE', `/api/sessions/${await idOf(owner)}`);
    assert.equal(received.status, 204);
    assert.equal(received.headers.get('clear-site-data'), '"cache", "storage"');
    assert.equal(owner.cookies.has(sessionCookie), false);
  });

  it('needs a recent proof, and says which will do', async () => {
    const id = await idOf(other);
    laboratory.clock.advance(10 * minute);
    const received = await owner.send('DELETE', `/api/sessions/${id}`);
    assert.equal(codeOf(received), '403 step_up_required');
    assert.deepEqual(received.json['methods'], ['password']);
    assert.equal(await isSignedIn(other), true);
    await owner.send('POST', '/api/step-up', { body: { password } });
    assert.equal((await owner.send('DELETE', `/api/sessions/${id}`)).status, 204);
    assert.equal(await isSignedIn(other), false);
  });

  it('of all others tells how many, and asks for a fresher proof', async () => {
    const program = await bearerOf();
    laboratory.clock.advance(5 * minute);
    assert.equal(codeOf(await owner.send('POST', '/api/sessions/revoke-others')), '403 step_up_required');
    await owner.send('POST', '/api/step-up', { body: { password } });
    assert.deepEqual((await owner.send('POST', '/api/sessions/revoke-others')).json, { revoked: 2 });
    assert.equal(await isSignedIn(owner), true);
    assert.equal(await isSignedIn(other), false);
    assert.equal((await new Visitor(laboratory, true).send('GET', '/api/session', program)).status, 401);
    assert.deepEqual((await owner.send('POST', '/api/sessions/revoke-others')).json, { revoked: 0 });
  });
});

describe('a session that ends while its request runs', () => {
  it('gets 401 and changes nothing', async () => {
    let isEnding = false;
    laboratory = createHttpLaboratory({
      sessions: (sessions) =>
        new Proxy(sessions, {
          get: (target, name) => {
            if (name !== 'verify' || !isEnding) {
              const member: unknown = Reflect.get(target, name, target);
              return typeof member === 'function' ? member.bind(target) : member;
            }
            return async (token: string) => {
              const verification = await target.verify(token);
              if (verification.isActive) await target.signOut(verification.session);
              return verification;
            };
          },
        }),
    });
    owner = new Visitor(laboratory);
    other = new Visitor(laboratory);
    await owner.signUp();
    await other.signIn();
    const device = '01m8486tp0000000000000000a';
    const requests: readonly (readonly [string, string, unknown?])[] = [
      ['POST', '/api/sessions/revoke-others'],
      ['DELETE', `/api/sessions/${await idOf(other)}`],
      ['PATCH', `/api/devices/${device}`, { label: 'Mine' }],
      ['POST', '/api/step-up', { password }],
      ['PUT', '/api/password', { currentPassword: password, newPassword: 'seven grey herons over water' }],
      ['POST', '/api/two-factor/totp'],
      ['GET', '/api/session'],
      ['GET', '/api/sessions'],
    ];
    for (const [method, path, body] of requests) {
      isEnding = false;
      await owner.signIn();
      isEnding = true;
      const received = await owner.send(method, path, body === undefined ? {} : { body });
      assert.equal(codeOf(received), '401 no_active_session', path);
      assert.deepEqual(received.headers.getSetCookie(), []);
    }
    isEnding = false;
    assert.equal(await isSignedIn(other), true);
    assert.equal((await owner.signIn()).status, 200);
  });
});

describe('stepping up', () => {
  it('gives a browser its new token as a cookie and ends the old one at once (R-023)', async () => {
    const old = owner.cookies.get(sessionCookie) ?? '';
    const id = await idOf(owner);
    const received = await owner.send('POST', '/api/step-up', { body: { password } });
    assert.equal((received.json['session'] as { id: string }).id, id);
    assert.equal(received.json['token'], undefined);
    assert.notEqual(owner.cookies.get(sessionCookie), old);
    assert.equal(await isSignedIn(owner), true);
    const headers = { cookie: `${sessionCookie}=${old}` };
    assert.equal((await owner.send('GET', '/api/session', { headers })).status, 401);
  });

  it('gives a program its new token in the body', async () => {
    const program = new Visitor(laboratory, true);
    const received = await program.send('POST', '/api/step-up', {
      ...(await bearerOf()),
      body: { password },
    });
    assert.deepEqual(received.headers.getSetCookie(), []);
    const headers = { authorization: `Bearer ${received.json['token']}` };
    assert.equal((await program.send('GET', '/api/session', { headers })).status, 200);
  });

  it('gives both to who presents the token both ways', async () => {
    const authorization = `Bearer ${owner.cookies.get(sessionCookie)}`;
    const received = await owner.send('POST', '/api/step-up', {
      body: { password },
      headers: { authorization },
    });
    assert.equal(received.json['token'], owner.cookies.get(sessionCookie));
  });

  it('refuses a wrong password, and a proof of two kinds', async () => {
    const wrong = await owner.send('POST', '/api/step-up', { body: { password: 'wrong' } });
    assert.equal(codeOf(wrong), '401 invalid_credentials');
    const body = { password, method: 'totp', code: '000000' };
    assert.equal(codeOf(await owner.send('POST', '/api/step-up', { body })), '400 invalid_request');
    assert.equal(await isSignedIn(owner), true);
  });
});

describe('the password', () => {
  const newPassword = 'seven grey herons over water';

  it('is changed, ends the other sessions unless told otherwise, and rotates the token (R-043)', async () => {
    const old = owner.cookies.get(sessionCookie) ?? '';
    const body = { currentPassword: password, newPassword };
    const received = await owner.send('PUT', '/api/password', { body });
    assert.deepEqual(received.json, { revoked: 1 });
    assert.notEqual(owner.cookies.get(sessionCookie), old);
    assert.deepEqual([await isSignedIn(owner), await isSignedIn(other)], [true, false]);
    assert.equal(codeOf(await other.signIn()), '401 invalid_credentials');
    assert.equal((await other.signIn({ password: newPassword })).status, 200);
  });

  it('is changed without ending the others when that is asked for', async () => {
    const body = { currentPassword: password, newPassword, revokeOthers: false };
    assert.deepEqual((await owner.send('PUT', '/api/password', { body })).json, { revoked: 0 });
    assert.equal(await isSignedIn(other), true);
  });

  it('stays when the current one is wrong or the new one weak', async () => {
    const change = (currentPassword: string, next: string) =>
      owner.send('PUT', '/api/password', { body: { currentPassword, newPassword: next } });
    assert.equal(codeOf(await change('wrong', newPassword)), '401 invalid_credentials');
    assert.equal(codeOf(await change(password, 'short')), '422 password_too_short');
    assert.equal((await other.signIn()).status, 200);
  });
});

describe('two-factor', () => {
  async function turnOn(): Promise<{ readonly key: string; readonly confirmed: Received }> {
    const started = await owner.send('POST', '/api/two-factor/totp');
    const key = String(started.json['secret']);
    assert.match(String(started.json['qr']), /^data:image\/svg\+xml/);
    const body = { code: codeAt(key, laboratory.clock.now()) };
    return { key, confirmed: await owner.send('POST', '/api/two-factor/totp/confirm', { body }) };
  }

  it('is turned on with a code, gives ten recovery codes once, and ends what never proved it', async () => {
    const { confirmed } = await turnOn();
    assert.equal((confirmed.json['recoveryCodes'] as string[]).length, 10);
    assert.equal(confirmed.json['revoked'], 1);
    assert.deepEqual([await isSignedIn(owner), await isSignedIn(other)], [true, false]);
    const { twoFactor } = (await owner.send('GET', '/api/account')).json;
    assert.deepEqual(twoFactor, {
      totp: true,
      passkeys: 0,
      recoveryCodesLeft: 10,
      enabledAt: '2026-11-23T13:06:00.000Z',
    });
  });

  it('asks for a recent proof to start, to remove and to replace recovery codes', async () => {
    await turnOn();
    laboratory.clock.advance(10 * minute);
    const asked = [
      ['POST', '/api/two-factor/totp'],
      ['DELETE', '/api/two-factor/totp'],
      ['POST', '/api/two-factor/recovery-codes'],
    ];
    for (const [method = '', path = ''] of asked) {
      const received = await owner.send(method, path);
      assert.equal(codeOf(received), '403 step_up_required');
      assert.deepEqual(received.json['methods'], ['totp', 'recovery-code']);
    }
  });

  it('is turned off, and gives new recovery codes', async () => {
    await turnOn();
    const replaced = await owner.send('POST', '/api/two-factor/recovery-codes');
    assert.equal((replaced.json['recoveryCodes'] as string[]).length, 10);
    assert.equal((await owner.send('DELETE', '/api/two-factor/totp')).status, 204);
    assert.equal(codeOf(await owner.send('DELETE', '/api/two-factor/totp')), '409 two_factor_off');
  });
});

describe('the name of a device', () => {
  const label = async (visitor: Visitor, text: unknown) => {
    const { session } = (await visitor.send('GET', '/api/session')).json;
    const { id } = (session as { device: { id: string } }).device;
    return visitor.send('PATCH', `/api/devices/${id}`, { body: { label: text } });
  };

  const accepted: readonly (readonly [string | null, string | null])[] = [
    ['Kitchen laptop', 'Kitchen laptop'],
    ['  Kitchen  ', 'Kitchen'],
    [null, null],
    ['e\u0301', 'é'],
    ['a\u0000b\u001b[31m\r\nc\u202Ed\u2066e\u200B', 'ab[31mcde'],
    ['<b>"&\'', '<b>"&\''],
    ['👩‍👩‍👧'.repeat(20), '👩‍👩‍👧'.repeat(20)],
    ['a'.repeat(60), 'a'.repeat(60)],
  ];
  for (const [text, kept] of accepted) {
    it(`${JSON.stringify(text).slice(0, 40)} is kept as ${JSON.stringify(kept).slice(0, 40)} (X-21)`, async () => {
      const received = await label(owner, text);
      assert.equal(received.status, 200);
      assert.equal(received.json['label'], kept);
      const { session } = (await owner.send('GET', '/api/session')).json;
      assert.equal((session as { device: { label: string | null } }).device.label, kept);
    });
  }

  for (const text of [
    '',
    '   ',
    '\u202E\u200B',
    '\u200D\u200D',
    '\u3164',
    'a'.repeat(61),
    'a'.repeat(500),
    7,
    ['a'],
  ]) {
    it(`is refused as ${JSON.stringify(text).slice(0, 40)}, with the field named`, async () => {
      const received = await label(owner, text);
      assert.equal(codeOf(received), '400 invalid_request');
      assert.equal((received.json['fields'] as { field: string }[])[0]?.field, 'label');
    });
  }

  it('cannot be given to a device of someone else, or to none', async () => {
    for (const id of ['01m8486tp0000000000000000a', 'x', '%00', '..%2f']) {
      const received = await owner.send('PATCH', `/api/devices/${id}`, { body: { label: 'Mine' } });
      assert.equal(codeOf(received), '404 not_found');
    }
  });
});

describe('the history', () => {
  it('tells what happened, newest first, with who caused it', async () => {
    await new Visitor(laboratory).signIn({ password: 'wrong' });
    laboratory.clock.advance(minute);
    await owner.send('DELETE', `/api/sessions/${await idOf(other)}`);
    const { events, next } = (await owner.send('GET', '/api/history')).json;
    const [latest] = events as Record<string, unknown>[];
    assert.equal(next, null);
    assert.equal(latest?.['type'], 'session.terminated');
    assert.equal(latest?.['reason'], 'revoked');
    assert.deepEqual(latest?.['actor'], {
      kind: 'user',
      sessionId: await idOf(owner),
      deviceName: 'Chrome on Windows',
    });
    const types = (events as { type: string }[]).map(({ type }) => type);
    for (const type of ['account.created', 'session.established', 'sign_in.failed'])
      assert.ok(types.includes(type), type);
  });

  it('comes in pages of 50 that meet without gap or overlap', async () => {
    for (let count = 0; count < 60; count += 1) {
      laboratory.clock.advance(1);
      const { session } = (await owner.send('GET', '/api/session')).json;
      const { id } = (session as { device: { id: string } }).device;
      await owner.send('PATCH', `/api/devices/${id}`, { body: { label: `Name ${count}` } });
    }
    const first = (await owner.send('GET', '/api/history')).json;
    assert.deepEqual((await owner.send('GET', '/api/history?cursor=')).json, first);
    const second = (await owner.send('GET', `/api/history?cursor=${first['next']}`)).json;
    const ids = [...(first['events'] as { id: string }[]), ...(second['events'] as { id: string }[])].map(
      ({ id }) => id,
    );
    assert.equal((first['events'] as unknown[]).length, 50);
    assert.equal(first['next'], ids[49]);
    assert.equal(second['next'], null);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.length > 60);
  });

  it('is the owner’s alone, whatever cursor is sent (R-047, X-29)', async () => {
    const stranger = new Visitor(laboratory);
    await stranger.send('POST', '/api/sign-up', { body: { email: 'new@lindqvist.example', password } });
    const { events } = (await owner.send('GET', '/api/history')).json;
    const cursor = (events as { id: string }[])[0]?.id;
    const received = await stranger.send('GET', `/api/history?cursor=${cursor}`);
    assert.doesNotMatch(received.text, new RegExp(email));
    assert.ok((received.json['events'] as unknown[]).length <= 2);
    for (const forged of ['x', '-1', "'%20or%201=1", `${cursor}a`, String(cursor).toUpperCase()]) {
      assert.equal(
        codeOf(await stranger.send('GET', `/api/history?cursor=${forged}`)),
        '400 invalid_request',
      );
    }
  });
});
