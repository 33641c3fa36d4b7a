import { connect, createServer, type Server, type Socket } from 'node:net';

/** Where the line breaks at the next commit: before the database hears of it, or before the node hears the answer. */
type Break = 'before-the-database' | 'before-the-answer';

/** A line to the database that breaks exactly at a commit. Its connections are without TLS. */
export class CommitLine {
  readonly #listener: Server;
  readonly #open = new Set<Socket>();
  #break: Break | null = null;

  private constructor(serverPort: number) {
    this.#listener = createServer((node) => this.#join(node, connect(serverPort, '127.0.0.1')));
  }

  /** Lays a line to the server's port on this machine. */
  static async to(serverPort: number): Promise<CommitLine> {
    const line = new CommitLine(serverPort);
    await new Promise<void>((resolve) => line.#listener.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get port(): number {
    const address = this.#listener.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  }

  /** Breaks the connection of the next commit, once. */
  breakAtCommit(where: Break): void {
    this.#break = where;
  }

  close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    return new Promise((resolve) => this.#listener.close(() => resolve()));
  }

  #join(node: Socket, server: Socket): void {
    for (const [one, other] of [
      [node, server],
      [server, node],
    ] as const) {
      this.#open.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        this.#open.delete(one);
        other.end();
      });
    }
    server.pipe(node);
    node.on('data', (bytes: Buffer) => {
      if (this.#break === null || !bytes.includes('; commit')) return void server.write(bytes);
      const where = this.#break;
      this.#break = null;
      if (where === 'before-the-database') return void node.destroy();
      server.unpipe(node);
      server.once('data', () => node.destroy()).resume();
      server.write(bytes);
    });
  }
}
