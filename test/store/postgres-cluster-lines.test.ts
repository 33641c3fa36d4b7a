import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { openLines, type PostgresLines } from '../../src/store/postgres/lines.ts';
import { packMessages, unpackMessages } from '../../src/store/postgres/message-packing.ts';
import { ConnectionSource } from '../../src/store/postgres/source.ts';
import { DatabaseLine } from '../database-line.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { ClusterDatabase, known, publish, read, revocationOf, until } from './cluster-database.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres();
});
after(() => server.stop());

/** What a node hears. The first wake says that it listens. */
class Ear {
  readonly lines: PostgresLines;
  readonly heard: string[] = [];
  wakes = 0;

  private constructor(url: string, nodeId: string) {
    this.lines = openLines({ source: new ConnectionSource({ url }), nodeId, probeEveryMs: 100 });
    this.lines.wakes.onWake(() => {
      this.wakes += 1;
    });
    this.lines.messages.onMessage((message) => void this.heard.push(message));
  }

  static async open(test: TestContext, url: string, nodeId: string): Promise<Ear> {
    const ear = Ear.openDeaf(test, url, nodeId);
    await until(() => ear.wakes > 0);
    return ear;
  }

  /** Does not listen yet. */
  static openDeaf(test: TestContext, url: string, nodeId: string): Ear {
    const ear = new Ear(url, nodeId);
    test.after(() => ear.lines.close());
    return ear;
  }

  send(...messages: readonly string[]): void {
    for (const message of messages) this.lines.messages.send(message);
  }
}

async function lineTo(test: TestContext): Promise<DatabaseLine> {
  const line = await DatabaseLine.to(server.port);
  test.after(() => line.close());
  return line;
}

describe('wakes on PostgreSQL', () => {
  it('wake the other nodes at a commit, and not the one that committed', async (test) => {
    const database = await ClusterDatabase.make(server, test);
    const writer = await database.connect();
    const [first, second] = [
      await Ear.open(test, database.url, 'first'),
      await Ear.open(test, database.url, 'second'),
    ];
    await publish(writer, 'first', revocationOf('a'));
    await until(() => second.wakes === 2);
    await publish(writer, 'second', revocationOf('b'));
    // Notifications keep the order of the commits, so the own one would have come before.
    await until(() => first.wakes === 2);
    assert.equal(second.wakes, 2);
  });

  it('do not reach the nodes of another schema', async (test) => {
    const [here, there] = [
      await ClusterDatabase.make(server, test),
      await ClusterDatabase.make(server, test),
    ];
    const ear = await Ear.open(test, here.url, 'first');
    await publish(await there.connect(), 'second', revocationOf('a'));
    await publish(await here.connect(), 'second', revocationOf('a'));
    await until(() => ear.wakes === 2);
  });

  it('may be lost: the next renewal brings what they told of', async (test) => {
    const line = await lineTo(test);
    const database = await ClusterDatabase.make(server, test);
    const [ledger, writer] = [database.ledger(), await database.connect()];
    await ledger.join({ nodeId: 'first', renewal: 1 });
    const ear = await Ear.open(test, through(line, database.url), 'first');
    line.mute();
    await publish(writer, 'second', revocationOf('a'));
    const { entries } = known(await ledger.renew({ nodeId: 'first', renewal: 2, applied: 0 }));
    assert.equal(entries.length, 1);
    assert.equal(ear.wakes, 1);
  });

  it('come once more when a connection that was lost is there again', async (test) => {
    const line = await lineTo(test);
    const database = await ClusterDatabase.make(server, test);
    const ear = await Ear.open(test, through(line, database.url), 'first');
    line.cut();
    line.mend();
    await until(() => ear.wakes === 2);
    await publish(await database.connect(), 'second', revocationOf('a'));
    await until(() => ear.wakes === 3);
  });

  it('come again after the line was silent, and after the database restarted', async (test) => {
    const line = await lineTo(test);
    const database = await ClusterDatabase.make(server, test);
    const observer = await database.connect();
    const url = `${through(line, database.url)}&application_name=listener`;
    const ear = await Ear.open(test, url, 'first');
    line.swallow();
    // Only a probe finds out: the line still stands.
    const listeners = "select count(*) from pg_stat_activity where application_name = 'listener'";
    await until(async () => (await read(observer, listeners)) === 0);
    line.mend();
    await until(() => ear.wakes === 2);
    await server.halt('crash');
    await server.resume();
    await until(() => ear.wakes === 3);
  });
});

describe('messages on PostgreSQL', () => {
  it('reach the other nodes as they are and in order, and not the one that sent them', async (test) => {
    const { url } = await ClusterDatabase.make(server, test);
    const [first, second] = [await Ear.open(test, url, 'first'), await Ear.open(test, url, 'second')];
    const sent = ["it's", '\\', '', '"', 'é😀\n', '\0', 'twice', 'twice', ...long(40)];
    first.send(...sent);
    await until(() => second.heard.length === sent.length);
    second.send('last');
    await until(() => first.heard.length > 0);
    assert.deepEqual([first.heard, second.heard], [['last'], sent]);
  });

  it('do not reach the nodes of another schema', async (test) => {
    const [here, there] = [
      await ClusterDatabase.make(server, test),
      await ClusterDatabase.make(server, test),
    ];
    const [ear, neighbour] = [
      await Ear.open(test, here.url, 'first'),
      await Ear.open(test, here.url, 'second'),
    ];
    const stranger = await Ear.open(test, there.url, 'third');
    const echo = await Ear.open(test, there.url, 'fourth');
    stranger.send('there');
    await until(() => echo.heard.length === 1);
    neighbour.send('here');
    await until(() => ear.heard.length === 1);
    assert.deepEqual(ear.heard, ['here']);
  });

  it('wait for a connection, the latest thousand of them', async (test) => {
    const line = await lineTo(test);
    const { url } = await ClusterDatabase.make(server, test);
    line.cut();
    const first = Ear.openDeaf(test, through(line, url), 'first');
    const second = await Ear.open(test, url, 'second');
    const sent = Array.from({ length: 1_500 }, (_, number) => `message ${number}`);
    first.send(...sent);
    line.mend();
    await until(() => second.heard.includes('message 1499'));
    assert.deepEqual(second.heard, sent.slice(-1_000));
  });

  it('are not sent after closing, and closing again is no error', async (test) => {
    const { url } = await ClusterDatabase.make(server, test);
    const [first, second] = [await Ear.open(test, url, 'first'), await Ear.open(test, url, 'second')];
    await first.lines.close();
    await first.lines.close();
    first.send('late');
    const third = await Ear.open(test, url, 'third');
    third.send('later');
    await until(() => second.heard.length === 1);
    assert.deepEqual(second.heard, ['later']);
  });
});

describe('packing messages', () => {
  it('fills notifications up to what PostgreSQL takes, and leaves out what fits into none', () => {
    const fitting = [...long(9), '€'.repeat(2_662), 'end'];
    const payloads = packMessages('node', ['€'.repeat(2_663), ...fitting, 'x'.repeat(8_000)]);
    for (const payload of payloads) assert.ok(Buffer.byteLength(payload) < 8_000);
    const unpacked = payloads.flatMap((payload) => unpackMessages(payload)?.messages ?? []);
    assert.ok(isDeepStrictEqual(unpacked, fitting));
    assert.deepEqual(packMessages('node', []), []);
  });

  it('reads nothing into a payload of another making', () => {
    for (const payload of ['', '{', 'null', '{}', '[]', '[1]', '["node",1]', '["node",["a"]]']) {
      assert.equal(unpackMessages(payload), null, payload);
    }
  });
});

function long(count: number): readonly string[] {
  return Array.from({ length: count }, (_, number) => `${number}:${'x'.repeat(1_500)}`);
}

function through(line: DatabaseLine, url: string): string {
  return url.replace(`:${server.port}/`, `:${line.port}/`);
}
