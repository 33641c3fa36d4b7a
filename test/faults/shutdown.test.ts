import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { describe, it } from 'node:test';
import { type ApiClient, ownerEmail, ownerPassword } from '../running-service.ts';
import { inspect, tamper } from '../store/store-files.ts';
import { type ServiceProcess, serviceHome } from './service-process.ts';

/** The service promises to stop within 10 s, whatever its clients do. */
const stopBoundMs = 10_000;
/** Clients keep an idle connection for 5 s; the service must not wait for that. */
const idleBoundMs = 4_500;
const stopping = 'Stopping:';
/** What a refused start writes: nothing but one line for the operator. */
const oneSentence = /^Rollcall did not start\. [^\n]+\.\n$/;

/** A sign-in whose head the service has read and whose body is still to come. */
async function halfSignIn(service: ServiceProcess) {
  const body = JSON.stringify({ email: ownerEmail, password: ownerPassword });
  const outgoing = request(`${service.url}/api/sign-in`, {
    method: 'POST',
    headers: {
      ...{ origin: service.url, 'content-type': 'application/json', expect: '100-continue' },
      'content-length': Buffer.byteLength(body),
    },
  });
  const answered = once(outgoing, 'response');
  // Whoever waits for the answer learns of a failure; before that it is no surprise.
  answered.catch(() => {});
  outgoing.flushHeaders();
  await once(outgoing, 'continue');
  outgoing.write(body.slice(0, 10));
  return async (): Promise<number | undefined> => {
    outgoing.end(body.slice(10));
    const [response] = await answered;
    response.resume();
    return response.statusCode;
  };
}

async function openStream(client: ApiClient, service: ServiceProcess): Promise<Response> {
  const cookie = `rollcall=${client.cookies.get('rollcall')}`;
  const response = await fetch(`${service.url}/api/stream`, { headers: { cookie } });
  assert.equal(response.status, 200);
  return response;
}

async function statusOf(client: ApiClient): Promise<number> {
  return (await client.send('GET', '/api/session')).status;
}

function activeAt(databasePath: string): number {
  const [row] = inspect(databasePath, 'select max(last_active_at) as at from sessions');
  return Number(row?.['at']);
}

/** F-02. */
describe('a service told to stop', () => {
  it('answers what is running, takes nothing new, ends streams and exits with 0 in time', async (test) => {
    const service = await (await serviceHome(test)).start();
    const owner = service.client();
    await owner.signUp();
    const stream = await openStream(owner, service);
    const complete = await Promise.all(Array.from({ length: 3 }, () => halfSignIn(service)));
    const startedAt = performance.now();
    const exited = service.end('SIGTERM');
    await service.says(stopping);
    await assert.rejects(fetch(service.url), 'a new connection is refused');
    assert.deepEqual(await Promise.all(complete.map((finish) => finish())), [200, 200, 200]);
    assert.match(await stream.text(), /^event: ready/m);
    assert.deepEqual(await exited, { code: 0, signal: null });
    assert.ok(performance.now() - startedAt < idleBoundMs);
    test.diagnostic(`${Math.round(performance.now() - startedAt)} ms from the signal to the end`);
  });

  it('does not wait for connections that are idle', async (test) => {
    const service = await (await serviceHome(test)).start();
    await service.client().signUp();
    const startedAt = performance.now();
    assert.deepEqual(await service.end('SIGTERM'), { code: 0, signal: null });
    test.diagnostic(`${Math.round(performance.now() - startedAt)} ms from the signal to the end`);
    assert.ok(performance.now() - startedAt < idleBoundMs);
  });

  it('ends within its bound though a client never finishes its request', async (test) => {
    const service = await (await serviceHome(test)).start();
    await service.client().signUp();
    const finish = await halfSignIn(service);
    const startedAt = performance.now();
    const exit = await service.end('SIGTERM');
    await assert.rejects(finish());
    assert.deepEqual(exit, { code: 0, signal: null });
    assert.ok(performance.now() - startedAt < stopBoundMs);
  });

  it('writes the activity that was in memory', async (test) => {
    const home = await serviceHome(test);
    const first = await home.start();
    const owner = first.client();
    await owner.signUp();
    await first.end('SIGTERM');
    const hourAgo = Date.now() - 60 * 60_000;
    tamper(home.databasePath, `update sessions set last_active_at = ${hourAgo}`);
    const second = await home.start();
    const seenFrom = Date.now();
    assert.equal(await statusOf(owner), 200);
    await second.end('SIGTERM');
    assert.ok(activeAt(home.databasePath) >= seenFrom, 'the last request is not in the file');
  });

  it('ends at once at a second signal, and loses nothing acknowledged', async (test) => {
    const home = await serviceHome(test);
    const service = await home.start();
    const owner = service.client();
    await owner.signUp();
    const finish = await halfSignIn(service);
    const exited = service.end('SIGTERM');
    await service.says(stopping);
    await service.end('SIGINT');
    assert.deepEqual(await exited, { code: 1, signal: null });
    await assert.rejects(finish());
    await home.start();
    assert.equal(await statusOf(owner), 200);
  });
});

/** F-01, F-03. */
describe('a service that was killed', () => {
  it('starts again at once, with every log-out still final and every other session alive', async (test) => {
    const home = await serviceHome(test);
    const first = await home.start();
    const [owner, phone, laptop] = [first.client(), first.client(), first.client()];
    await owner.signUp();
    for (const client of [phone, laptop]) assert.equal((await client.signIn()).status, 200);
    const { body } = await phone.send('GET', '/api/session');
    const { id } = body['session'] as { readonly id: string };
    assert.equal((await owner.send('DELETE', `/api/sessions/${id}`)).status, 204);
    for (const round of [1, 2]) {
      await (round === 1 ? first : await home.start()).end('SIGKILL');
      const next = await home.start();
      assert.deepEqual(await Promise.all([owner, phone, laptop].map(statusOf)), [200, 401, 200]);
      await next.end('SIGKILL');
    }
  });
});

describe('a second service on the same file', () => {
  it('is refused with one sentence, and the first goes on', async (test) => {
    const home = await serviceHome(test);
    const first = await home.start();
    const owner = first.client();
    await owner.signUp();
    const second = home.launch(home.port + 1);
    assert.deepEqual(await second.exited, { code: 1, signal: null });
    assert.match(second.errors, oneSentence);
    assert.match(second.errors, /Another process is using this database file/);
    assert.equal(second.output, '');
    assert.equal(await statusOf(owner), 200);
    assert.equal((await owner.send('POST', '/api/sign-out')).status, 204);
    assert.equal(await statusOf(owner), 401);
  });
});
