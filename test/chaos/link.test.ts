import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { asksToCommit, FrameSplitter, isCommitted } from './frames.ts';
import { Link } from './link.ts';

/** A message with its letter and length. */
function frame(type: string, content: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + content.length);
  return Buffer.concat([Buffer.from(type), length, Buffer.from(content)]);
}

const startUp = frame('', 'start-up');
const [first, second] = [frame('Q', 'select 1\0'), frame('Q', 'begin; select 2; commit\0')];

describe('the messages of a connection', () => {
  it('come out whole, in whatever pieces they arrive', () => {
    const all = Buffer.concat([startUp, first, second]);
    for (let size = 1; size <= all.length; size += 1) {
      const splitter = new FrameSplitter('client');
      const types: string[] = [];
      for (let at = 0; at < all.length; at += size)
        types.push(...splitter.push(all.subarray(at, at + size)).map(({ type }) => type));
      assert.deepEqual(types, ['', 'Q', 'Q']);
    }
  });

  it('tell a commit that is asked for, and one that is done', () => {
    const [asked, other] = [second, first].map((bytes) => ({ type: 'Q', bytes }));
    assert.ok(asked && other && asksToCommit(asked) && !asksToCommit(other));
    assert.ok(isCommitted({ type: 'C', bytes: frame('C', 'COMMIT\0') }));
    assert.ok(!isCommitted({ type: 'C', bytes: frame('C', 'ROLLBACK\0') }));
  });
});

describe('a link', () => {
  let database: Server;
  let link: Link;
  let client: Socket;
  let heard: string;
  /** The database's ends of the connections. */
  let ends: Socket[];

  before(async () => {
    database = createServer((socket) => {
      ends.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => socket.write(answerTo(bytes)));
    });
    database.listen(0, '127.0.0.1');
    await once(database, 'listening');
  });
  after(() => database.close());
  beforeEach(async () => {
    ends = [];
    heard = '';
    link = await Link.open((database.address() as AddressInfo).port);
    client = connect(link.port, '127.0.0.1');
    client.on('error', () => undefined);
    client.on('data', (bytes) => {
      heard += bytes.toString('latin1');
    });
    client.write(startUp);
    await hears('SELECT');
    heard = '';
  });
  afterEach(async () => {
    client.destroy();
    await link.close();
  });

  /** Resolves when the client has heard the word. */
  async function hears(word: string): Promise<void> {
    while (!heard.includes(word)) await once(client, 'data');
  }

  /** Resolves when the socket is closed, however it came to that. */
  function closed(socket: Socket): Promise<void> {
    return new Promise((resolve) => socket.once('close', () => resolve()));
  }

  /** A notification and the completion of whatever was asked. */
  function answerTo(bytes: Buffer): Buffer {
    const tag = bytes.includes('commit') ? 'COMMIT\0' : 'SELECT 1\0';
    return Buffer.concat([frame('A', 'wake'), frame('C', tag)]);
  }

  it('passes everything on', async () => {
    client.write(first);
    await hears('SELECT');
    assert.ok(heard.startsWith('A') && heard.includes('wake'));
  });

  it('swallows notifications alone', async () => {
    link.set({ losesNotifications: true });
    client.write(first);
    await hears('SELECT');
    assert.ok(heard.startsWith('C') && !heard.includes('wake'));
  });

  it('delivers what was held once the way is free', async () => {
    for (const way of ['to-database', 'to-server'] as const) {
      heard = '';
      link.set({ held: [way] });
      const seen = link.nextRequest('select 1');
      client.write(first);
      await seen;
      assert.equal(heard, '');
      link.heal();
      await hears('SELECT');
    }
  });

  it('delivers late and in order when it is slow', async () => {
    link.set({ delayMs: 30, slow: ['to-database'] });
    const startedAt = performance.now();
    const sent = link.nextRequest('select 1');
    client.write(first);
    await sent;
    link.set({ delayMs: 0 });
    client.write(second);
    await hears('COMMIT');
    assert.ok(heard.indexOf('SELECT') < heard.indexOf('COMMIT'));
    assert.ok(performance.now() - startedAt >= 29);
  });

  it('tears a connection after the commit, and no other statement', async () => {
    const torn = link.tearNextCommit('after-commit');
    client.write(first);
    await hears('SELECT');
    client.write(second);
    await Promise.all([torn, closed(client)]);
    assert.doesNotMatch(heard, /COMMIT/);
  });

  it('resets its connections, and refuses new ones while it is told to', async () => {
    link.set({ refuses: true });
    link.cut();
    await closed(client);
    const refused = connect(link.port, '127.0.0.1');
    refused.on('error', () => undefined);
    await closed(refused);
    assert.equal(link.counts.connections, 1);
  });

  it('tells the server when the database closes the connection', async () => {
    ends.at(-1)?.end();
    await closed(client);
  });
});
