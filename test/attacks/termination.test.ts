import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { day, FixedClock } from '../laboratory.ts';
import { type ApiClient, type RunningService, startTestService, totpCode } from '../running-service.ts';
import {
  anotherBrowser,
  assertAlive,
  assertDead,
  copyOf,
  list,
  newVictim,
  outcomeOf,
  part,
  plausibleBodies,
  publishedOperations,
  statusAsBearer,
  tokenOf,
  type Victim,
} from './attacker.ts';
import { openRequest } from './open-request.ts';

const clock = new FixedClock();
let service: RunningService;
before(async () => {
  service = await startTestService({ clock });
});
after(() => service.stop());

/** Tries everything a stolen jar and a stolen token could still be good for; what was accepted. */
async function replayEverywhere(
  stolen: ApiClient,
  sessionId: string,
  deviceId: string,
): Promise<readonly string[]> {
  const token = tokenOf(stolen);
  const accepted: string[] = [];
  for (const { method, path, isForSession } of await publishedOperations(service)) {
    if (!isForSession) continue;
    const target = path.replace('{id}', path.includes('devices') ? deviceId : sessionId);
    const body = plausibleBodies[`${method} ${path}`];
    const asCookie = await copyOf(service, stolen).send(method, target, body);
    const bearer = { authorization: `Bearer ${token}` };
    const asBearer = await service.client().send(method, target, body, bearer);
    for (const answer of [asCookie, asBearer])
      if (outcomeOf(answer) !== '401 no_active_session')
        accepted.push(`${method} ${target} ${outcomeOf(answer)}`);
  }
  for (const page of [
    '/',
    '/account/sessions',
    '/account/password',
    '/account/two-factor',
    '/account/history',
  ]) {
    const { status, headers } = await copyOf(service, stolen).send('GET', page);
    if (status !== 302 || headers.get('location') !== '/sign-in') accepted.push(`${page} ${status}`);
  }
  return accepted;
}

/** Every way a session ends, each done to `victim`'s own session from `other` or by itself. */
const endings: Readonly<Record<string, (victim: Victim, other: ApiClient) => Promise<unknown>>> = {
  'sign-out': ({ client }) => copyOf(service, client).send('POST', '/api/sign-out'),
  'being logged out from another device': ({ sessionId }, other) =>
    other.send('DELETE', `/api/sessions/${sessionId}`),
  'log out all others': (_victim, other) => other.send('POST', '/api/sessions/revoke-others'),
  'a password change elsewhere': ({ password }, other) =>
    other.send('PUT', '/api/password', {
      currentPassword: password,
      newPassword: 'copper meadow signal teapot',
    }),
  'two-factor turned on elsewhere': (_victim, other) => other.turnOnTwoFactor(clock.now()),
  'signing in again on the same device': ({ client, email, password }) =>
    copyOf(service, client).signIn(email, password),
};

for (const [name, end] of Object.entries(endings)) {
  test(`R-040: after ${name} nothing of the session works by any path`, async () => {
    const victim = await newVictim(service);
    const other = await anotherBrowser(service, victim);
    await end(victim, other.client);
    assert.deepEqual(await replayEverywhere(victim.client, victim.sessionId, victim.deviceId), []);
  });
}

test('R-040: after a timeout nothing of the session works, also when the clock steps back', async () => {
  const victim = await newVictim(service);
  clock.advance(14 * day);
  assert.deepEqual(await replayEverywhere(victim.client, victim.sessionId, victim.deviceId), []);
  clock.advance(-1 * day);
  await assertDead(service, tokenOf(victim.client), 'it came back with the clock');
  clock.advance(day);
});

test('R-040: a request whose head came before the log-out and whose body comes after changes nothing', async () => {
  for (const [name, body] of Object.entries(plausibleBodies)) {
    const victim = await newVictim(service);
    const other = await anotherBrowser(service, victim);
    const [method, path = ''] = name.split(' ');
    const line = `${method} ${path.replace('{id}', victim.deviceId)}`;
    if (['/api/sign-up', '/api/sign-in', '/api/password/assess'].includes(path)) continue;
    const held = await openRequest(service.port, line, [`Cookie: rollcall=${tokenOf(victim.client)}`], body);
    assert.equal((await other.client.send('DELETE', `/api/sessions/${victim.sessionId}`)).status, 204);
    const answer = await held.finish();
    assert.match(answer, /^HTTP\/1\.1 401 /, `${name}: ${answer.slice(0, 400)}`);
    assert.doesNotMatch(answer, /^set-cookie/im, name);
    await assertDead(service, tokenOf(victim.client), name);
    assert.equal(
      (await victim.client.signIn(victim.email, victim.password)).status,
      200,
      `${name}: the password`,
    );
  }
});

test('R-040: a stolen token that was replaced gets nothing more out of requests it had begun', async () => {
  const victim = await newVictim(service);
  const { password } = victim;
  const second = await anotherBrowser(service, victim);
  const stolen = [`Cookie: rollcall=${tokenOf(victim.client)}`];
  const begin = (line: string, body: object) => openRequest(service.port, line, stolen, body);
  const start = await begin('POST /api/two-factor/totp', {});
  const confirm = await begin('POST /api/two-factor/totp/confirm', { code: '000000' });
  const label = await begin(`PATCH /api/devices/${victim.deviceId}`, { label: 'Mine now' });
  const end = await begin(`DELETE /api/sessions/${second.sessionId}`, {});
  const others = await begin('POST /api/sessions/revoke-others', {});
  const stepUp = await begin('POST /api/step-up', { password });
  const change = {
    currentPassword: password,
    newPassword: 'copper meadow signal teapot',
    revokeOthers: false,
  };
  assert.equal((await victim.client.send('PUT', '/api/password', change)).status, 200);
  const started = await start.finish();
  const key = /"secret":"([A-Z2-7]+)"/.exec(started)?.[1] ?? 'A'.repeat(32);
  const confirmed = await confirm.finish({ code: totpCode(key, clock.now()) });
  const answers = [started, confirmed];
  for (const held of [label, end, others, stepUp]) answers.push(await held.finish());
  for (const answer of answers) {
    assert.match(answer, /^HTTP\/1\.1 401 /, answer.slice(0, 900));
    assert.doesNotMatch(answer, /^set-cookie|"secret"|"recoveryCodes"/im);
  }
  assert.equal(list((await victim.client.send('GET', '/api/sessions')).body, 'sessions').length, 2);
  const twoFactor = part((await victim.client.send('GET', '/api/account')).body, 'twoFactor');
  assert.equal(twoFactor['totp'], false);
});

/** Reads an event stream until the other side ends it. */
async function streamOf(client: ApiClient): Promise<{ readonly ended: Promise<string> }> {
  const response = await fetch(`${service.url}/api/stream`, {
    headers: { cookie: `rollcall=${tokenOf(client)}` },
  });
  assert.equal(response.status, 200);
  const reader = response.body?.getReader();
  assert.ok(reader);
  // The first event says that the stream listens.
  const first = await reader.read();
  let heard = Buffer.from(first.value ?? []).toString('utf8');
  const ended = (async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return heard;
      heard += Buffer.from(value).toString('utf8');
    }
  })();
  return { ended };
}

test('R-040: an open event stream of the session says so and ends, and tells nothing afterwards', async () => {
  const victim = await newVictim(service);
  const other = await anotherBrowser(service, victim);
  const { ended } = await streamOf(victim.client);
  await other.client.send('DELETE', `/api/sessions/${victim.sessionId}`);
  const newcomer = await anotherBrowser(service, victim);
  const heard = await ended;
  assert.match(heard, /event: signed-out\n/);
  assert.ok(!heard.includes(newcomer.sessionId), 'it heard of a later sign-in');
});

test('R-041: no request that starts after the acknowledgement is accepted, whatever is under way', async () => {
  const accepted: string[] = [];
  const owner = await newVictim(service);
  for (let round = 0; round < 10; round += 1) {
    const { client, sessionId } = await anotherBrowser(service, owner);
    const token = tokenOf(client);
    let isAcknowledged = false;
    const hammer = Array.from({ length: 8 }, async () => {
      for (let shot = 0; shot < 8; shot += 1) {
        const wasAcknowledged = isAcknowledged;
        const status = await statusAsBearer(service, token);
        if (wasAcknowledged && status !== 401) accepted.push(`round ${round}: ${status}`);
      }
    });
    const { status } = await owner.client.send('DELETE', `/api/sessions/${sessionId}`);
    isAcknowledged = status === 204;
    assert.ok(isAcknowledged);
    await Promise.all(hammer);
    assert.equal(await statusAsBearer(service, token), 401);
  }
  assert.deepEqual(accepted, []);
});

test('R-041: a log-out that races every rotation over HTTP leaves no living token', async () => {
  for (let round = 0; round < 5; round += 1) {
    const victim = await newVictim(service);
    const other = await anotherBrowser(service, victim);
    const bearer = { authorization: `Bearer ${tokenOf(victim.client)}` };
    const { password } = victim;
    const newPassword = 'copper meadow signal teapot';
    const rivals = [
      service.client().send('POST', '/api/step-up', { password }, bearer),
      service
        .client()
        .send(
          'PUT',
          '/api/password',
          { currentPassword: password, newPassword, revokeOthers: false },
          bearer,
        ),
      other.client.send('DELETE', `/api/sessions/${victim.sessionId}`),
      service.client().send('GET', '/api/sessions', undefined, bearer),
    ];
    const answers = await Promise.all(rivals);
    const issued = answers.flatMap(({ body }) => (typeof body['token'] === 'string' ? [body['token']] : []));
    for (const token of [...issued, tokenOf(victim.client)])
      await assertDead(service, token, `round ${round}`);
  }
});

test('R-043: a password change ends the other sessions unless the owner unticks it', async () => {
  const change = { currentPassword: '', newPassword: 'copper meadow signal teapot' };
  for (const revokeOthers of [undefined, true, false]) {
    const victim = await newVictim(service);
    const other = await anotherBrowser(service, victim);
    const body = { ...change, currentPassword: victim.password };
    const answer = await victim.client.send(
      'PUT',
      '/api/password',
      revokeOthers === undefined ? body : { ...body, revokeOthers },
    );
    assert.equal(answer.body['revoked'], revokeOthers === false ? 0 : 1);
    if (revokeOthers === false) await assertAlive(service, tokenOf(other.client));
    else await assertDead(service, tokenOf(other.client), `revokeOthers ${revokeOthers}`);
    assert.equal(
      (await service.client().signIn(victim.email, victim.password)).status,
      401,
      'the old password',
    );
  }
});

test('R-043: turning two-factor on ends the others without asking; a password change ends a waiting sign-in too', async () => {
  const victim = await newVictim(service);
  const other = await anotherBrowser(service, victim);
  const { recoveryCodes } = await victim.client.turnOnTwoFactor(clock.now());
  await assertDead(service, tokenOf(other.client));
  const waiting = service.client();
  assert.equal(
    (await waiting.signIn(victim.email, victim.password)).body['status'],
    'second-factor-required',
  );
  const newPassword = 'copper meadow signal teapot';
  const body = { currentPassword: victim.password, newPassword, revokeOthers: false };
  assert.equal((await victim.client.send('PUT', '/api/password', body)).status, 200);
  const late = { method: 'recovery-code', code: recoveryCodes[0] };
  assert.equal(
    outcomeOf(await waiting.send('POST', '/api/sign-in/second-factor', late)),
    '401 no_pending_sign_in',
  );
});
