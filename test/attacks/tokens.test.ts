import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { systemRandom } from '../../src/engine/system.ts';
import { mintToken } from '../../src/engine/token.ts';
import { FixedClock, second } from '../laboratory.ts';
import { type ApiAnswer, type RunningService, startTestService, totpCode } from '../running-service.ts';
import {
  anotherBrowser,
  assertAlive,
  assertDead,
  cookieOf,
  freshEmail,
  idsOf,
  list,
  newVictim,
  outcomeOf,
  part,
  statusAsBearer,
  statusAsCookie,
  text,
  tokenOf,
} from './attacker.ts';
import { rawRequest, sendRaw } from './raw-request.ts';

const clock = new FixedClock();
let service: RunningService;
before(async () => {
  service = await startTestService({ clock });
});
after(() => service.stop());

/** A token of any kind with a right checksum: what anyone who reads the source can make. */
function forge(marker: string, id: string, secret: string): string {
  const head = `${marker}_${id}.${secret}`;
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(head));
  return head + checksum.toString('base64url');
}

function secretOf(token: string): string {
  return token.slice(31, -6);
}

test('R-020: a token that is well formed but was never issued is refused, whatever it is made of', async () => {
  const [mara, noor] = [await newVictim(service), await newVictim(service)];
  const secret = Buffer.alloc(32, 7).toString('base64url');
  await assertDead(service, forge('rc1', mara.sessionId, secret), 'a made-up secret');
  await assertDead(service, forge('rc1', mara.userId, secretOf(tokenOf(mara.client))), 'a user id');
  const crossed = forge('rc1', noor.sessionId, secretOf(tokenOf(mara.client)));
  await assertDead(service, crossed, "one's secret under another's id");
  await assertAlive(service, forge('rc1', mara.sessionId, secretOf(tokenOf(mara.client))), 'the control');
});

test('R-020: what the store says decides: after a restart a row that is gone or ended is refused, the rest accepted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-attack-'));
  const first = await startTestService({ clock, folder });
  const [kept, removed, ended] = [await newVictim(first), await newVictim(first), await newVictim(first)];
  await first.stop();
  const database = new DatabaseSync(join(folder, 'rollcall.db'));
  database.prepare('delete from sessions where id = ?').run(removed.sessionId);
  database
    .prepare(
      "update sessions set terminated_at = 1, termination_reason = 'revoked', termination_actor = ? where id = ?",
    )
    .run('{"kind":"system","sessionId":null,"deviceName":null}', ended.sessionId);
  database.close();
  const again = await startTestService({ clock, folder });
  try {
    await assertDead(again, tokenOf(removed.client), 'its row is gone');
    await assertDead(again, tokenOf(ended.client), 'its row says it ended');
    await assertAlive(again, tokenOf(kept.client), 'the control');
  } finally {
    await again.stop();
    rmSync(folder, { recursive: true });
  }
});

/** A user with two-factor on, a sign-in that waits for it, and every token there is of them. */
async function allTokens() {
  const victim = await newVictim(service);
  const { key } = await victim.client.turnOnTwoFactor(clock.now());
  const browser = service.client();
  await browser.signIn(victim.email, victim.password);
  clock.advance(30 * second);
  return {
    victim,
    code: () => totpCode(key, clock.now()),
    session: tokenOf(victim.client),
    device: cookieOf(victim.client, 'rollcall-device'),
    pending: cookieOf(browser, 'rollcall-pending'),
  };
}

test('R-021: a token of one kind is refused in the place of another', async () => {
  const tokens = await allTokens();
  for (const kind of ['device', 'pending'] as const) await assertDead(service, tokens[kind], kind);
  for (const kind of ['device', 'session'] as const) {
    const body = { method: 'totp', code: tokens.code() };
    const path = '/api/sign-in/second-factor';
    const asBearer = { authorization: `Bearer ${tokens[kind]}` };
    assert.equal(
      outcomeOf(await service.client().send('POST', path, body, asBearer)),
      '401 no_pending_sign_in',
    );
    const asCookie = service.client();
    asCookie.cookies.set('rollcall-pending', tokens[kind]);
    assert.equal(outcomeOf(await asCookie.send('POST', path, body)), '401 no_pending_sign_in');
  }
});

test('R-021: relabelling a token as another kind, checksum corrected, gives nothing', async () => {
  const { device, pending } = await allTokens();
  for (const token of [device, pending])
    await assertDead(service, forge('rc1', token.slice(4, 30), secretOf(token)));
});

test('R-021: every sign-in gives a token of its own', async () => {
  const victim = await newVictim(service);
  const browsers = await Promise.all(Array.from({ length: 4 }, () => anotherBrowser(service, victim)));
  const tokens = [victim.client, ...browsers.map(({ client }) => client)].map(tokenOf);
  assert.equal(new Set(tokens.map(secretOf)).size, 5);
});

test('R-022: a token carries 256 random bits, evenly spread, and no two are the same', () => {
  const rounds = 4096;
  const ones = new Array<number>(256).fill(0);
  const secrets = new Set<string>();
  for (let round = 0; round < rounds; round += 1) {
    const { token } = mintToken('session', '0'.repeat(26), systemRandom);
    const secret = secretOf(token);
    assert.match(secret, /^[A-Za-z0-9_-]{43}$/);
    secrets.add(secret);
    const bytes = Buffer.from(secret, 'base64url');
    assert.equal(bytes.length, 32);
    for (let bit = 0; bit < 256; bit += 1)
      ones[bit] = (ones[bit] ?? 0) + (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1);
  }
  assert.equal(secrets.size, rounds);
  // Twelve standard deviations either side: chance does not reach it.
  for (const count of ones) assert.ok(Math.abs(count / rounds - 0.5) < 0.1, `a bit is set ${count} times`);
});

test('R-022: secrets come from the platform generator alone', () => {
  for (const [path, source] of sourcesOf('engine', 'accounts', 'http', 'server', 'store')) {
    assert.doesNotMatch(source, /Math\.random|randomUUID|pseudoRandomBytes/, path);
    if (path !== 'engine/system.ts') assert.doesNotMatch(source, /\brandomBytes\b|getRandomValues/, path);
  }
});

function sourcesOf(...folders: readonly string[]): readonly (readonly [string, string])[] {
  const root = join(import.meta.dirname, '../../src');
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => [`${folder}/${name}`, readFileSync(join(root, folder, name), 'utf8')] as const),
  );
}

test('R-023: each authentication event issues a new token and kills the old one', async () => {
  const victim = await newVictim(service);
  const { client, email, password } = victim;
  let key = '';
  const code = () => {
    clock.advance(30 * second);
    return totpCode(key, clock.now());
  };
  const confirm = async () => {
    key = text((await client.send('POST', '/api/two-factor/totp')).body, 'secret');
    return client.send('POST', '/api/two-factor/totp/confirm', { code: code() });
  };
  const secondFactor = async () => {
    assert.equal((await client.signIn(email, password)).body['status'], 'second-factor-required');
    return client.send('POST', '/api/sign-in/second-factor', { method: 'totp', code: code() });
  };
  const newPassword = 'copper meadow signal teapot';
  const events: readonly (readonly [string, () => Promise<ApiAnswer>])[] = [
    ['sign-in in the same browser', () => client.signIn(email, password)],
    ['step-up by password', () => client.send('POST', '/api/step-up', { password })],
    ['two-factor turned on', confirm],
    ['step-up by code', () => client.send('POST', '/api/step-up', { method: 'totp', code: code() })],
    ['sign-in with second factor', secondFactor],
    [
      'password change',
      () => client.send('PUT', '/api/password', { currentPassword: password, newPassword }),
    ],
  ];
  for (const [name, happen] of events) {
    const old = tokenOf(client);
    const answer = await happen();
    assert.equal(answer.status, 200, `${name}: ${answer.text}`);
    const fresh = tokenOf(client);
    assert.notEqual(secretOf(fresh), secretOf(old), name);
    await assertDead(service, old, `${name}: the old token lives`);
    await assertAlive(service, fresh, `${name}: the new token is dead`);
  }
  assert.equal(list((await client.send('GET', '/api/sessions')).body, 'sessions').length, 1);
});

test('R-023: of many rotations at once exactly one token survives', async () => {
  const { client, password } = await newVictim(service);
  const old = tokenOf(client);
  const stepUp = async (): Promise<string | null> => {
    const bearer = { authorization: `Bearer ${old}` };
    const answer = await service.client().send('POST', '/api/step-up', { password }, bearer);
    return answer.status === 200 ? text(answer.body, 'token') : null;
  };
  const issued = (await Promise.all(Array.from({ length: 8 }, stepUp))).filter((token) => token !== null);
  const statuses = await Promise.all(issued.map((token) => statusAsBearer(service, token)));
  assert.equal(statuses.filter((status) => status === 200).length, 1, `${statuses}`);
  await assertDead(service, old);
});

test('R-024: a session chosen by an attacker is never adopted, and is told in the log', async () => {
  const planted = forge('rc1', '0'.repeat(26), Buffer.alloc(32, 3).toString('base64url'));
  const browser = service.client();
  browser.cookies.set('rollcall', planted);
  const lines = service.logLines.length;
  assert.equal((await browser.send('GET', '/api/session')).status, 401);
  assert.ok(service.logLines.slice(lines).some((line) => line.includes('"excerpt":"unknown"')));
  assert.equal((await browser.signUp(freshEmail())).status, 201);
  assert.notEqual(tokenOf(browser).slice(4, 30), planted.slice(4, 30));
  await assertDead(service, planted, 'it was adopted at sign-in');
});

test("R-024: a session of the attacker's own, planted before the victim signs in, does not become the victim's", async () => {
  const [attacker, victim] = [await newVictim(service), await newVictim(service)];
  const planted = tokenOf(attacker.client);
  const browser = service.client();
  browser.cookies.set('rollcall', planted);
  browser.cookies.set('rollcall-device', cookieOf(attacker.client, 'rollcall-device'));
  assert.equal((await browser.signIn(victim.email, victim.password)).status, 200);
  await assertDead(service, planted, 'the planted session goes on');
  const { userId } = idsOf(await browser.send('GET', '/api/session'));
  assert.equal(userId, victim.userId);
});

test('R-026: no public id authenticates, in any form or place', async () => {
  const { client, userId, sessionId, deviceId } = await newVictim(service);
  const events = list((await client.send('GET', '/api/history')).body, 'events');
  const ids = [sessionId, deviceId, userId, ...events.map((event) => text(event, 'id'))];
  for (const id of ids) {
    const forms = [id, `rc1_${id}`, `rc1_${id}.`, `rc1_${id}.${id}`, forge('rc1', id, id.padEnd(43, '0'))];
    for (const form of forms) await assertDead(service, form, form);
  }
});

test('R-026: ids of one instant have nothing in common but the time', async () => {
  const victims = await Promise.all(Array.from({ length: 20 }, () => newVictim(service)));
  const ids = victims.flatMap(({ userId, sessionId, deviceId }) => [userId, sessionId, deviceId]);
  // 80 random bits are the last 16 characters; the first ten are the instant.
  assert.equal(new Set(ids.map((id) => id.slice(10))).size, ids.length);
  assert.equal(new Set(ids.map((id) => id.slice(0, 9))).size, 1);
  const numbers = ids
    .map((id) => Number.parseInt(id.slice(10, 16), 32))
    .toSorted((left, right) => left - right);
  const gaps = numbers.slice(1).map((number, index) => number - (numbers[index] ?? 0));
  assert.ok(new Set(gaps).size > gaps.length / 2, 'the ids follow each other in equal steps');
});

test('R-027: a secret that differs in any one place is refused the same way', async () => {
  const { client, sessionId } = await newVictim(service);
  const secret = secretOf(tokenOf(client));
  const answers = new Set<string>();
  for (const at of [0, 1, 21, 41]) {
    const other = secret[at] === 'A' ? 'B' : 'A';
    const near = forge('rc1', sessionId, secret.slice(0, at) + other + secret.slice(at + 1));
    const { status, body } = await service
      .client()
      .send('GET', '/api/session', undefined, { authorization: `Bearer ${near}` });
    answers.add(JSON.stringify({ ...body, status, requestId: '' }));
  }
  assert.equal(answers.size, 1);
});

test('R-027: no source compares a digest, code or token that was presented with an equals sign', () => {
  const comparison =
    /(?:[dD]igest|[sS]ecret|[cC]ode|right|[tT]oken)\b(?:\(\))?\s*[!=]==?\s*(?!null|undefined|'|"|`|\d)[\w.]+/g;
  // Codes of the error catalogue and of exit states are words, and two credentials of one request are both the client's.
  const allowed = /inCookie === inHeader|error\.code|outcome\.code|\bcode === '/;
  const found = sourcesOf('engine', 'accounts', 'http').flatMap(([path, source]) =>
    [...source.matchAll(comparison)]
      .map(([line]) => `${path}: ${line}`)
      .filter((line) => !allowed.test(line)),
  );
  assert.deepEqual(found, []);
  const planted = [...'if (row.digest === presented.digest)'.matchAll(comparison)];
  assert.equal(planted.length, 1, 'the control is not found');
});

test('R-029: a token is taken from the cookie and the Authorization header, from nowhere else', async () => {
  const { client } = await newVictim(service);
  const token = tokenOf(client);
  const bare = service.client();
  const encoded = token.replace('_', '%5F').replace('.', '%2E');
  for (const query of [
    `token=${token}`,
    `access_token=x`,
    `q=${token}`,
    `q=${encoded}`,
    `${token}`,
    `ACCESS_TOKEN=1`,
  ])
    assert.equal(outcomeOf(await bare.send('GET', `/api/session?${query}`)), '400 token_in_url', query);
  assert.equal(outcomeOf(await bare.send('DELETE', `/api/sessions/${token}`)), '400 token_in_url');
  assert.equal((await bare.send('GET', `/account/sessions?q=${token}`)).status, 400, 'a page');
  for (const name of ['x-auth-token', 'x-session', 'token', 'rollcall', 'proxy-authorization', 'cookie2'])
    assert.equal((await bare.send('GET', '/api/session', undefined, { [name]: token })).status, 401, name);
  for (const scheme of ['Basic', 'Token', 'DPoP', 'MAC', ''])
    assert.equal(
      (await bare.send('GET', '/api/session', undefined, { authorization: `${scheme} ${token}` })).status,
      401,
    );
});

test('R-029: a token in a form or in the fields of a body is refused', async () => {
  const { client } = await newVictim(service);
  const token = tokenOf(client);
  const inForm = await sendRaw(
    service.port,
    rawRequest(
      service.port,
      'POST /api/sign-out',
      ['Content-Type: application/x-www-form-urlencoded', `Origin: ${service.url}`],
      `access_token=${token}`,
    ),
  );
  assert.equal(inForm.status, 401);
  const inBody = await service.client().send('POST', '/api/sign-out', { token });
  assert.equal(inBody.status, 401);
  await assertAlive(service, token);
});

test('R-029: no answer repeats a token in its body or sends it on in a Location', async () => {
  const { client } = await newVictim(service);
  const token = tokenOf(client);
  const paths = [
    '/',
    '/account',
    '/account/sessions',
    '/sign-in',
    '/signed-out',
    '/api/session',
    '/api/sessions',
  ];
  for (const path of [...paths, '/api/account', '/api/history', '/api/nothing', '/nothing', '/metrics']) {
    const { text: answered, headers } = await client.send('GET', path);
    assert.ok(!answered.includes(token), path);
    assert.ok(!(headers.get('location') ?? '').includes(token), path);
  }
});

test("R-030: the value of any cookie we set is refused under any other cookie's name", async () => {
  const { victim, code, ...tokens } = await allTokens();
  const names = { session: 'rollcall', device: 'rollcall-device', pending: 'rollcall-pending' } as const;
  for (const value of [tokens.device, tokens.pending]) {
    assert.equal(await statusAsCookie(service, value), 401);
  }
  for (const kind of ['session', 'device'] as const) {
    const browser = service.client();
    browser.cookies.set(names.pending, tokens[kind]);
    const answer = await browser.send('POST', '/api/sign-in/second-factor', { method: 'totp', code: code() });
    assert.equal(answer.status, 401, kind);
  }
  const browser = service.client();
  browser.cookies.set(names.device, tokens.session);
  assert.equal((await browser.send('GET', '/api/session')).status, 401);
  await assertAlive(service, tokens.session, `the session of ${victim.userId} ended`);
});

test('R-030: a token of another instance is refused', async () => {
  const other = await startTestService({ clock });
  try {
    const stranger = await newVictim(other);
    await assertDead(service, tokenOf(stranger.client));
  } finally {
    await other.stop();
  }
});

test('R-030: two people at one browser never see each other, and the first is signed out', async () => {
  const [mara, noor] = [await newVictim(service), await newVictim(service)];
  const label = await mara.client.send('PATCH', `/api/devices/${mara.deviceId}`, { label: 'Studio laptop' });
  assert.equal(label.status, 200);
  const old = tokenOf(mara.client);
  const answer = await mara.client.signIn(noor.email, noor.password);
  assert.equal(answer.status, 200);
  await assertDead(service, old, 'the first person is still signed in');
  assert.ok(!(await mara.client.send('GET', '/api/sessions')).text.includes('Studio laptop'));
  assert.ok(!(await mara.client.send('GET', '/api/history')).text.includes(mara.sessionId));
  assert.equal(text(part(answer.body, 'user'), 'id'), noor.userId);
});
