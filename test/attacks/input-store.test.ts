import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ApiClient, ownerEmail, ownerPassword } from '../running-service.ts';
import { lockWrites, renameTables } from './break-store.ts';
import { assertProblem, inTime, startTarget } from './target.ts';

const target = await startTarget();
const { service, owner } = target;

/** A client that is signed in and whose session memory may know. */
async function signedIn(): Promise<ApiClient> {
  const client = service.client();
  assert.equal((await client.signIn()).status, 200);
  return client;
}

const newPassword = 'copper meadow signal thicket';
const everything: readonly (readonly [string, string, unknown])[] = [
  ['GET', '/api/session', undefined],
  ['GET', '/api/sessions', undefined],
  ['GET', '/api/account', undefined],
  ['GET', '/api/history', undefined],
  ['DELETE', '/api/sessions/00000000000000000000000000', undefined],
  ['POST', '/api/sessions/revoke-others', undefined],
  ['PATCH', '/api/devices/00000000000000000000000000', { label: 'x' }],
  ['POST', '/api/step-up', { password: ownerPassword }],
  ['PUT', '/api/password', { currentPassword: ownerPassword, newPassword }],
  ['POST', '/api/two-factor/totp', undefined],
  ['POST', '/api/two-factor/totp/confirm', { code: '000000' }],
  ['POST', '/api/sign-in', { email: ownerEmail, password: ownerPassword }],
  ['POST', '/api/sign-in', { email: ownerEmail, password: 'wrong' }],
  ['POST', '/api/sign-up', { email: 'new@lindqvist.example', password: newPassword }],
  ['POST', '/api/sign-out', undefined],
];

test('I-4: with a broken store every operation answers 503, changes nothing and gives no cookie', async () => {
  const client = await signedIn();
  await client.send('GET', '/api/session');
  const before = target.state();
  const restore = renameTables(service.folder);
  try {
    for (const [method, path, body] of everything) {
      const answer = await inTime(client.send(method, path, body));
      assertProblem(answer, 'store_unavailable');
      assert.ok(Number(answer.headers.get('retry-after')) > 0, path);
      assert.deepEqual(answer.headers.getSetCookie(), [], path);
    }
  } finally {
    restore();
  }
  assert.equal(target.state(), before);
  // Nothing was acknowledged, and so nothing ended.
  assert.equal((await client.send('GET', '/api/session')).status, 200);
  assert.equal((await owner.send('GET', '/api/session')).status, 200);
});

test('I-4: a session that ended before the store broke is not let in by memory', async () => {
  const ended = await signedIn();
  await ended.send('GET', '/api/session');
  const cookie = [...ended.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  assert.equal((await ended.send('POST', '/api/sign-out')).status, 204);
  const restore = renameTables(service.folder);
  try {
    const saved = service.client({ cookie });
    for (const path of ['/api/session', '/api/sessions', '/api/stream']) {
      assertProblem(await inTime(saved.send('GET', path)), 'store_unavailable');
    }
    for (const path of ['/account/sessions', '/account/history', '/']) {
      const page = await inTime(saved.send('GET', path));
      assert.equal(page.status, 503);
      assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
      assert.match(page.text, /The database cannot be reached/);
      assert.doesNotMatch(page.text, /sqlite|no such table|\bat /);
    }
  } finally {
    restore();
  }
  assert.equal((await service.client({ cookie }).send('GET', '/api/session')).status, 401);
});

test('I-4: with a broken store the process says that it lives and is not ready', async () => {
  const restore = renameTables(service.folder);
  try {
    assert.equal((await owner.send('GET', '/healthz')).status, 200);
    assert.equal((await owner.send('GET', '/readyz')).status, 503);
    assert.equal((await service.client().send('GET', '/sign-in')).status, 200);
  } finally {
    restore();
  }
  assert.equal((await owner.send('GET', '/readyz')).status, 200);
});

test('I-4: a store that cannot be written acknowledges no log-out', async () => {
  const client = await signedIn();
  await client.send('GET', '/api/session');
  const before = target.state();
  const release = lockWrites(service.folder);
  try {
    assertProblem(await inTime(client.send('POST', '/api/sign-out')), 'store_unavailable');
    assertProblem(await inTime(owner.send('POST', '/api/sessions/revoke-others')), 'store_unavailable');
    assertProblem(await inTime(service.client().signIn()), 'store_unavailable');
    assert.equal((await inTime(client.send('GET', '/api/sessions'))).status, 200);
  } finally {
    release();
  }
  assert.equal(target.state(), before);
  assert.equal((await client.send('POST', '/api/sign-out')).status, 204);
  assert.equal((await client.send('GET', '/api/session')).status, 401);
});

for (const table of ['sessions', 'standings', 'instance', 'users', 'devices', 'history']) {
  test(`I-4: without the table ${table} nobody is signed in or out by mistake`, async () => {
    const client = await signedIn();
    const restore = renameTables(service.folder, [table]);
    let isSignedOut: boolean;
    try {
      for (const [method, path, body] of everything) {
        const { status, body: problem } = await inTime(service.client().send(method, path, body));
        assert.ok(status === 401 || problem['code'] === 'store_unavailable', `${method} ${path} ${status}`);
      }
      const answer = await inTime(client.send('POST', '/api/sign-out'));
      isSignedOut = answer.status === 204;
      if (!isSignedOut) assertProblem(answer, 'store_unavailable');
    } finally {
      restore();
    }
    assert.equal((await client.send('GET', '/api/session')).status, isSignedOut ? 401 : 200);
    assert.equal((await owner.send('GET', '/api/session')).status, 200);
  });
}
