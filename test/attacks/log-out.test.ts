import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FixedClock, minute } from '../laboratory.ts';
import { type ApiClient, type RunningService, startTestService } from '../running-service.ts';
import {
  anotherBrowser,
  assertAlive,
  assertDead,
  cookieOf,
  copyOf,
  list,
  newVictim,
  outcomeOf,
  plausibleBodies,
  publishedOperations,
  statusAsBearer,
  text,
  tokenOf,
} from './attacker.ts';

const clock = new FixedClock();
let service: RunningService;
before(async () => {
  service = await startTestService({ clock });
});
after(() => service.stop());

/** Status, body and headers, without what every answer has of its own. */
function shapeOf({
  status,
  text: body,
  headers,
}: {
  status: number;
  text: string;
  headers: Headers;
}): string {
  const own = ['date', 'rollcall-request-id', 'keep-alive', 'connection'];
  return JSON.stringify([status, body, [...headers].filter(([name]) => !own.includes(name))]);
}

test('R-046: ending an unknown, foreign, ended or malformed id answers the same, and twice is no error', async () => {
  const [mara, noor] = [await newVictim(service), await newVictim(service)];
  const [ended, other] = [await anotherBrowser(service, mara), await anotherBrowser(service, mara)];
  await ended.client.send('POST', '/api/sign-out');
  const targets = [
    other.sessionId,
    ended.sessionId,
    noor.sessionId,
    '0'.repeat(26),
    noor.userId,
    mara.deviceId,
    'no-id',
  ];
  const shapes = new Set<string>();
  for (const target of [...targets, ...targets])
    shapes.add(shapeOf(await mara.client.send('DELETE', `/api/sessions/${target}`)));
  assert.equal(shapes.size, 1, [...shapes].join('\n'));
  assert.match([...shapes].join(), /^\[204,"",/);
  await assertAlive(service, tokenOf(noor.client));
});

test('R-046: without a recent proof the refusal is the same for all of them too', async () => {
  const [mara, noor] = [await newVictim(service), await newVictim(service)];
  const other = await anotherBrowser(service, mara);
  clock.advance(11 * minute);
  const answers = new Set<string>();
  for (const target of [other.sessionId, noor.sessionId, '0'.repeat(26), 'no-id']) {
    const { status, body } = await mara.client.send('DELETE', `/api/sessions/${target}`);
    answers.add(JSON.stringify({ ...body, status, requestId: '' }));
  }
  assert.equal(answers.size, 1);
  assert.match([...answers].join(), /step_up_required/);
  await assertAlive(service, tokenOf(other.client));
});

test('R-047: with every operation and every id of theirs one user reaches nothing of another', async () => {
  const victim = await newVictim(service);
  const second = await anotherBrowser(service, victim);
  await victim.client.send('PATCH', `/api/devices/${victim.deviceId}`, { label: 'Studio laptop' });
  const events = list((await victim.client.send('GET', '/api/history')).body, 'events').map((event) =>
    text(event, 'id'),
  );
  const ids = [
    victim.userId,
    victim.sessionId,
    victim.deviceId,
    second.sessionId,
    second.deviceId,
    ...events,
  ];
  const before = await viewOf(victim.client);
  const seen: string[] = [];
  for (const { method, path } of await publishedOperations(service)) {
    if (['/api/sign-in', '/api/sign-up', '/api/stream', '/metrics'].includes(path)) continue;
    const targets = path.includes('{id}')
      ? ids.map((id) => path.replace('{id}', id))
      : [path, ...ids.map((id) => `${path}?cursor=${id}`)];
    const attacker = await newVictim(service);
    for (const target of targets) {
      const answer = await attacker.client.send(method, target, plausibleBodies[`${method} ${path}`]);
      const leaks = [victim.email, 'Studio laptop', ...ids].filter((fact) => answer.text.includes(fact));
      if (leaks.length > 0) seen.push(`${method} ${target}: ${leaks}`);
    }
  }
  assert.deepEqual(seen, []);
  assert.deepEqual(await viewOf(victim.client), before);
});

test('R-047: fields that name another user are refused, not obeyed', async () => {
  const [mara, noor] = [await newVictim(service), await newVictim(service)];
  const extra = {
    userId: noor.userId,
    user: noor.userId,
    sessionId: noor.sessionId,
    role: 'operator',
    aal: 'aal3',
  };
  for (const [name, value] of Object.entries(extra)) {
    for (const [operation, body] of Object.entries(plausibleBodies)) {
      const [method = '', path = ''] = operation.split(' ');
      const target = path.replace('{id}', mara.deviceId);
      const answer = await mara.client.send(method, target, { ...body, [name]: value });
      assert.equal(answer.status, 400, `${operation} with ${name}`);
    }
  }
});

/** All an owner can see, without the moving parts. */
async function viewOf(client: ApiClient): Promise<unknown> {
  const bodies = await Promise.all(
    ['/api/account', '/api/sessions', '/api/history'].map(
      async (path) => (await client.send('GET', path)).body,
    ),
  );
  return bodies;
}

test('R-048: signing out clears the cookie with the attributes it was set with, and what the browser kept', async () => {
  const victim = await newVictim(service);
  const set = (
    await copyOf(service, victim.client).signIn(victim.email, victim.password)
  ).headers.getSetCookie();
  const browser = await anotherBrowser(service, victim);
  const { headers } = await browser.client.send('POST', '/api/sign-out');
  const cleared = headers.getSetCookie();
  assert.equal(headers.get('clear-site-data'), '"cache", "storage"');
  assert.deepEqual(cleared.map(nameOf), ['rollcall'], 'the device stays known');
  const attributes = (line: string) =>
    line
      .split('; ')
      .slice(1)
      .filter((each) => !/^max-age/i.test(each));
  const original = set.find((line) => nameOf(line) === 'rollcall') ?? '';
  assert.deepEqual(attributes(cleared[0] ?? ''), attributes(original));
  assert.match(cleared[0] ?? '', /^rollcall=; Max-Age=0;/);
});

function nameOf(setCookie: string): string {
  return setCookie.slice(0, setCookie.indexOf('='));
}

test('R-048: a client that holds its token itself is told no cookie to clear', async () => {
  const victim = await newVictim(service);
  const bearer = { authorization: `Bearer ${tokenOf(victim.client)}` };
  const { status, headers } = await service.client().send('POST', '/api/sign-out', undefined, bearer);
  assert.equal(status, 204);
  assert.equal(headers.get('clear-site-data'), null);
  assert.deepEqual(headers.getSetCookie(), []);
});

test('R-049: a session that was kept signed in dies with its log-out like any other, and its device signs nobody in', async () => {
  const victim = await newVictim(service);
  const kept = service.client();
  const body = { email: victim.email, password: victim.password, keepSignedIn: true };
  assert.equal((await kept.send('POST', '/api/sign-in', body)).status, 200);
  const stolen = copyOf(service, kept);
  await victim.client.send('POST', '/api/sessions/revoke-others');
  await assertDead(service, tokenOf(stolen));
  assert.equal((await stolen.send('GET', '/account/sessions')).headers.get('location'), '/sign-in');
  stolen.cookies.delete('rollcall');
  assert.ok(cookieOf(stolen, 'rollcall-device') !== '');
  assert.equal((await stolen.send('GET', '/api/session')).status, 401);
});

test('R-049: a replaced token stays dead, and trying it gives its holder nothing', async () => {
  const { client, password } = await newVictim(service);
  const old = tokenOf(client);
  assert.equal((await client.send('POST', '/api/step-up', { password })).status, 200);
  const thief = service.client();
  thief.cookies.set('rollcall', old);
  for (let turn = 0; turn < 3; turn += 1) {
    const answer = await thief.send('GET', '/api/session');
    assert.equal(answer.status, 401);
    assert.deepEqual(answer.headers.getSetCookie(), []);
  }
  await assertAlive(service, tokenOf(client));
});

test('R-050: the asking session is marked, and ending it is a log-out', async () => {
  const victim = await newVictim(service);
  await anotherBrowser(service, victim);
  const sessions = list((await victim.client.send('GET', '/api/sessions')).body, 'sessions');
  assert.deepEqual(
    sessions.map(({ current }) => current),
    [true, false],
  );
  assert.equal(sessions[0]?.['id'], victim.sessionId);
  const answer = await victim.client.send('DELETE', `/api/sessions/${victim.sessionId}`);
  assert.equal(answer.status, 204);
  assert.ok(!victim.client.cookies.has('rollcall'), 'the cookie stays');
  assert.equal(answer.headers.get('clear-site-data'), '"cache", "storage"');
});

test('R-050: ending all others while the asking session rotates never ends the asking one', async () => {
  for (let round = 0; round < 4; round += 1) {
    const victim = await newVictim(service);
    const others = await Promise.all([anotherBrowser(service, victim), anotherBrowser(service, victim)]);
    const old = tokenOf(victim.client);
    const bearer = { authorization: `Bearer ${old}` };
    const [revoked, stepUp] = await Promise.all([
      service.client().send('POST', '/api/sessions/revoke-others', undefined, bearer),
      service.client().send('POST', '/api/step-up', { password: victim.password }, bearer),
    ]);
    assert.equal(stepUp.status, 200, stepUp.text);
    await assertAlive(service, text(stepUp.body, 'token'));
    await assertDead(service, old);
    // Whoever comes second carries a token that was replaced, and is refused as a whole.
    assert.ok(['200', '401 no_active_session'].includes(outcomeOf(revoked)), outcomeOf(revoked));
    const statuses = others.map(({ client }) => statusAsBearer(service, tokenOf(client)));
    const expected = revoked.status === 200 ? 401 : 200;
    assert.deepEqual(await Promise.all(statuses), [expected, expected]);
  }
});

test('R-050: two sessions that end all others at once leave one of them at most, and never both', async () => {
  for (let round = 0; round < 4; round += 1) {
    const victim = await newVictim(service);
    const other = await anotherBrowser(service, victim);
    const answers = await Promise.all(
      [victim.client, other.client].map((client) => client.send('POST', '/api/sessions/revoke-others')),
    );
    const alive = await Promise.all(
      [victim.client, other.client].map((client) => statusAsBearer(service, tokenOf(client))),
    );
    assert.deepEqual(alive.toSorted(), [200, 401], answers.map(outcomeOf).join());
  }
});
