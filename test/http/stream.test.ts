import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { theSystem } from '../../src/engine/changes.ts';
import { RollcallError } from '../../src/errors.ts';
import { streamWire } from '../../src/http/wire.ts';
import { minute } from '../laboratory.ts';
import { createHttpLaboratory, type HttpLaboratory, password } from './http-laboratory.ts';
import { codeOf, Visitor } from './visitor.ts';

type Message = { readonly name: string; readonly data: Record<string, unknown> };
type Shown = {
  readonly id: string;
  readonly current: boolean;
  readonly lastActiveAt: string;
  readonly device: { readonly id: string; readonly label: string | null };
};

/** The session that a message shows. */
function shownIn(message: Message | null): Shown {
  assert.ok(message !== null);
  return message.data['session'] as Shown;
}

/** One event stream as its reader sees it. */
class Listening {
  readonly response: Response;
  readonly #reader: ReadableStreamDefaultReader<string> | null;
  #rest = '';

  constructor(response: Response) {
    this.response = response;
    this.#reader = response.body?.pipeThrough(new TextDecoderStream()).getReader() ?? null;
  }

  /** The next message, its data checked against the schema; null at the end. */
  async next(): Promise<Message | null> {
    const block = await this.nextBlock();
    if (block === null) return null;
    const [, name = '', data = ''] = /^event: (.+)\ndata: (.+)$/.exec(block) ?? [];
    assert.ok(Object.hasOwn(streamWire, name), block);
    const parsed = streamWire[name as keyof typeof streamWire].strict().parse(JSON.parse(data));
    return { name, data: parsed };
  }

  /** The next block of the stream, comments too. */
  async nextBlock(): Promise<string | null> {
    for (;;) {
      const end = this.#rest.indexOf('\n\n');
      if (end >= 0) {
        const block = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 2);
        return block;
      }
      const chunk = await this.#reader?.read();
      if (chunk === undefined || chunk.done) return null;
      this.#rest += chunk.value;
    }
  }

  async leave(): Promise<void> {
    await this.#reader?.cancel();
  }
}

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

/** Opens the visitor's stream and reads past `ready`. */
async function listen(visitor: Visitor): Promise<Listening> {
  const listening = new Listening(await visitor.open('GET', '/api/stream'));
  assert.equal((await listening.next())?.name, 'ready');
  return listening;
}

async function idOf(visitor: Visitor): Promise<string> {
  const { session } = (await visitor.send('GET', '/api/session')).json;
  return (session as { id: string }).id;
}

describe('the event stream', () => {
  it('starts with ready, as an event stream that nobody keeps', async () => {
    const listening = new Listening(await owner.open('GET', '/api/stream'));
    assert.equal(listening.response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    assert.equal(listening.response.headers.get('cache-control'), 'no-store');
    assert.deepEqual(await listening.next(), { name: 'ready', data: { asOf: '2026-11-23T13:06:00.000Z' } });
    await listening.leave();
  });

  it('tells of a new session and of its end, and who ended it', async () => {
    const listening = await listen(owner);
    const third = new Visitor(laboratory);
    await third.signIn();
    const established = await listening.next();
    assert.equal(established?.name, 'session.established');
    const { id, current } = shownIn(established);
    assert.deepEqual([id, current], [await idOf(third), false]);
    await owner.send('DELETE', `/api/sessions/${id}`);
    assert.deepEqual(await listening.next(), {
      name: 'session.terminated',
      data: {
        id,
        reason: 'revoked',
        at: '2026-11-23T13:06:00.000Z',
        by: { deviceName: 'Chrome on Windows', current: true },
      },
    });
    await other.send('POST', '/api/sign-out');
    const ended = await listening.next();
    assert.deepEqual(ended?.data['by'], { deviceName: 'Chrome on Windows', current: false });
    await listening.leave();
  });

  it('tells of a new name for every session of the device', async () => {
    const listening = await listen(owner);
    const { session } = (await other.send('GET', '/api/session')).json;
    const { id } = (session as { device: { id: string } }).device;
    await other.send('PATCH', `/api/devices/${id}`, { body: { label: 'Kitchen' } });
    const updated = await listening.next();
    assert.equal(updated?.name, 'session.updated');
    assert.equal(shownIn(updated).device.label, 'Kitchen');
    await listening.leave();
  });

  it('tells of activity once it is written', async () => {
    const listening = await listen(owner);
    laboratory.clock.advance(minute);
    await other.send('GET', '/api/sessions');
    await laboratory.sessions.sweep();
    const updated = await listening.next();
    assert.equal(updated?.name, 'session.updated');
    assert.equal(shownIn(updated).lastActiveAt, '2026-11-23T13:07:00.000Z');
    await listening.leave();
  });

  it('says signed-out to the ended device, when and by which, and ends (R-040)', async () => {
    const listening = await listen(other);
    laboratory.clock.advance(1000);
    await owner.send('DELETE', `/api/sessions/${await idOf(other)}`);
    assert.deepEqual(await listening.next(), {
      name: 'signed-out',
      data: { at: '2026-11-23T13:06:01.000Z', reason: 'revoked', by: { deviceName: 'Chrome on Windows' } },
    });
    assert.equal(await listening.next(), null);
    assert.equal(laboratory.timers.count, 0);
  });

  it('says which device ended it, also when that ended others before', async () => {
    const third = new Visitor(laboratory);
    await third.signIn();
    const all = [await listen(other), await listen(third)];
    await owner.send('POST', '/api/sessions/revoke-others');
    for (const listening of all) {
      assert.deepEqual((await listening.next())?.data['by'], { deviceName: 'Chrome on Windows' });
      assert.equal(await listening.next(), null);
    }
  });

  it('tells nobody of another account', async () => {
    const stranger = new Visitor(laboratory);
    await stranger.send('POST', '/api/sign-up', { body: { email: 'new@lindqvist.example', password } });
    const listening = await listen(stranger);
    await owner.send('POST', '/api/sessions/revoke-others');
    await laboratory.timers.turn(15);
    assert.equal(await listening.nextBlock(), ':');
    await listening.leave();
  });

  it('ends without signed-out when its session got a new token, and opens again with that (R-023)', async () => {
    const listening = await listen(owner);
    await owner.send('POST', '/api/step-up', { body: { password } });
    assert.equal(await listening.next(), null);
    await (await listen(owner)).leave();
  });

  it('beats every 15 seconds and counts as no activity', async () => {
    const listening = await listen(owner);
    laboratory.clock.advance(minute);
    await laboratory.timers.turn(14);
    await laboratory.timers.turn();
    assert.equal(await listening.nextBlock(), ':');
    await laboratory.timers.turn(15);
    assert.equal(await listening.nextBlock(), ':');
    const sessions = await laboratory.sessions.list(await sessionUser(owner));
    assert.ok(sessions.every(({ session }) => session.lastActiveAt === session.establishedAt));
    await listening.leave();
  });

  it('ends within five seconds when an end was never announced (R-146)', async () => {
    const listening = await listen(owner);
    await laboratory.sessions.revokeEverything();
    await laboratory.timers.turn(4);
    const last = await listening.next();
    assert.deepEqual([last?.name, last?.data['reason'], last?.data['by']], ['signed-out', 'revoked', null]);
    assert.equal(await listening.next(), null);
  });

  it('ends on its timeout', async () => {
    const listening = await listen(owner);
    laboratory.clock.advance(14 * 24 * 60 * minute);
    await laboratory.timers.turn(4);
    assert.equal((await listening.next())?.data['reason'], 'inactivity_timeout');
    assert.equal(await listening.next(), null);
  });

  it('ends when the process stops, and opens no more', async () => {
    const listening = await listen(owner);
    laboratory.health.isStopping = true;
    await laboratory.timers.turn();
    assert.equal(await listening.next(), null);
    assert.equal(codeOf(await owner.send('GET', '/api/stream')), '503 shutting_down');
  });

  it('is let go when its reader leaves', async () => {
    const listening = await listen(owner);
    assert.equal(laboratory.timers.count, 1);
    await listening.leave();
    assert.equal(laboratory.timers.count, 0);
  });

  it('drops a reader that does not read', async () => {
    const response = await owner.open('GET', '/api/stream');
    await laboratory.timers.turn(15 * 100);
    assert.equal(laboratory.timers.count, 0);
    await assert.rejects(response.text());
  });

  it('is refused to strangers, to other sites and beyond 20 at once', async () => {
    assert.equal(codeOf(await new Visitor(laboratory).send('GET', '/api/stream')), '401 no_active_session');
    for (const headers of [
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': null, origin: 'https://evil.example' },
    ]) {
      assert.equal(codeOf(await owner.send('GET', '/api/stream', { headers })), '403 cross_site_request');
    }
    const all: Listening[] = [];
    for (let count = 0; count < 20; count += 1) all.push(await listen(count % 2 === 0 ? owner : other));
    const received = await owner.send('GET', '/api/stream');
    assert.equal(codeOf(received), '429 too_many_attempts');
    assert.equal(received.headers.get('retry-after'), '30');
    await all.pop()?.leave();
    all.push(await listen(owner));
    for (const listening of all) await listening.leave();
  });

  it('opens nothing for HEAD', async () => {
    const received = await owner.send('HEAD', '/api/stream');
    assert.equal(received.status, 200);
    assert.equal(laboratory.timers.count, 0);
  });
});

describe('an event stream that cannot be verified', () => {
  type Verify = HttpLaboratory['sessions']['verify'];
  let verify: Verify | null = null;

  beforeEach(async () => {
    verify = null;
    laboratory = createHttpLaboratory({
      sessions: (sessions) =>
        new Proxy(sessions, {
          get: (target, name) => {
            if (name === 'verify' && verify !== null) return verify;
            const member: unknown = Reflect.get(target, name, target);
            return typeof member === 'function' ? member.bind(target) : member;
          },
        }),
    });
    owner = new Visitor(laboratory);
    await owner.signUp();
  });

  it('ends at once when the store fails, and shows nothing more', async () => {
    const listening = await listen(owner);
    verify = () => Promise.reject(new RollcallError('store_unavailable'));
    await laboratory.timers.turn(4);
    assert.equal(await listening.next(), null);
  });

  it('does not tell of the end of another session when its own is not accepted', async () => {
    const userId = await sessionUser(owner);
    const listening = await listen(owner);
    verify = () => ({ isActive: false, reason: 'user_disabled' });
    laboratory.hub.publish({
      type: 'session.terminated',
      userId,
      sessionId: 'another',
      reason: 'revoked',
      at: laboratory.clock.now(),
      actor: theSystem(),
    });
    const last = await listening.next();
    assert.deepEqual([last?.name, last?.data['reason']], ['signed-out', 'user_disabled']);
    assert.equal(await listening.next(), null);
  });

  it('ends when the store gives no answer until the next check', async () => {
    const listening = await listen(owner);
    verify = () => new Promise(() => {});
    await laboratory.timers.turn(7);
    assert.equal(laboratory.timers.count, 1);
    await laboratory.timers.turn();
    assert.equal(await listening.next(), null);
  });
});

async function sessionUser(visitor: Visitor): Promise<string> {
  const received = await visitor.send('GET', '/api/session', { headers: { 'rollcall-background': '1' } });
  return (received.json['user'] as { id: string }).id;
}
