import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { freePort } from './running-service.ts';

type State = 'clear' | 'cut' | 'swallowing' | 'muted';

const notification = 'A'.charCodeAt(0);
const typeAndLength = 5;

/** The line between a node and its PostgreSQL server, which a test can spoil. Its connections are without TLS. */
export class DatabaseLine {
  readonly port: number;
  #serverPort: number;
  readonly #listener: Server;
  readonly #open = new Set<Socket>();
  #state: State = 'clear';

  private constructor(port: number, serverPort: number) {
    this.port = port;
    this.#serverPort = serverPort;
    this.#listener = createServer((socket) => this.#join(socket));
  }

  /** Lays a line to the server's port on this machine. */
  static async to(serverPort: number): Promise<DatabaseLine> {
    const line = new DatabaseLine(await freePort(), serverPort);
    await new Promise<void>((resolve, reject) => {
      line.#listener.once('error', reject);
      line.#listener.listen(line.port, '127.0.0.1', resolve);
    });
    return line;
  }

  /** Breaks every connection and refuses new ones. */
  cut(): void {
    this.#state = 'cut';
    this.#breakAll();
  }

  /** Lets nothing through in either direction, and says nothing of it. */
  swallow(): void {
    this.#state = 'swallowing';
  }

  /** Drops notifications alone: everything else passes. */
  mute(): void {
    this.#state = 'muted';
  }

  /** From here on everything passes. What was swallowed stays lost, so its connections are broken. */
  mend(): void {
    if (this.#state === 'swallowing') this.#breakAll();
    this.#state = 'clear';
  }

  /** From here on it leads to another server of this machine. */
  leadTo(serverPort: number): void {
    this.#serverPort = serverPort;
    this.#breakAll();
  }

  close(): Promise<void> {
    this.#breakAll();
    return new Promise((resolve) => this.#listener.close(() => resolve()));
  }

  #join(node: Socket): void {
    if (this.#state === 'cut') return void node.destroy();
    const server = connect(this.#serverPort, '127.0.0.1');
    this.#tie(node, server);
    this.#tie(server, node);
    node.on('data', (bytes: Buffer) => {
      if (this.#state !== 'swallowing') server.write(bytes);
    });
    server.pipe(serverMessages((type) => this.#passes(type))).pipe(node);
  }

  /** A broken end breaks the other; what broke it is of no interest. */
  #tie(one: Socket, other: Socket): void {
    this.#open.add(one);
    one.setNoDelay(true);
    one.on('error', () => other.destroy());
    one.on('close', () => {
      this.#open.delete(one);
      other.destroy();
    });
  }

  #passes(type: number): boolean {
    return this.#state !== 'swallowing' && (this.#state !== 'muted' || type !== notification);
  }

  #breakAll(): void {
    for (const socket of this.#open) socket.destroy();
  }
}

/** Passes on the server's messages, each whole, whose type may pass. */
function serverMessages(passes: (type: number) => boolean): Transform {
  let rest = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= typeAndLength) {
        const end = 1 + rest.readInt32BE(1);
        if (rest.length < end) break;
        if (passes(rest[0] ?? 0)) this.push(Buffer.from(rest.subarray(0, end)));
        rest = rest.subarray(end);
      }
      done();
    },
  });
}
