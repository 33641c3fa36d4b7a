import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { asksToCommit, type Frame, isCommitted, isNotification } from './frames.ts';
import { Pipe } from './pipe.ts';

/** A way over a link. */
export type Way = 'to-database' | 'to-server';

/** How a link behaves. */
export interface LinkState {
  /** Which way nothing arrives. What is sent meanwhile arrives once the way is free again, as TCP sends again. */
  readonly held: readonly Way[];
  /** What is sent takes so long, on the ways named below. */
  readonly delayMs: number;
  readonly slow: readonly Way[];
  /** Notifications are swallowed; all else arrives. */
  readonly losesNotifications: boolean;
  /** New connections are reset. */
  readonly refuses: boolean;
}

/** Both ways. */
export const bothWays: readonly Way[] = ['to-database', 'to-server'];

const fair: LinkState = { held: [], delayMs: 0, slow: bothWays, losesNotifications: false, refuses: false };

/** Where a commit is torn off: on its way to the database, or once it is done and before its answer arrives. */
export type Tear = 'before-commit' | 'after-commit';

/** What a link did to what went over it. */
export interface LinkCounts {
  connections: number;
  notificationsLost: number;
  commitsTorn: number;
}

/** What stands between one server and the database: a proxy that can do to the connections what networks do. */
export class Link {
  readonly counts: LinkCounts = { connections: 0, notificationsLost: 0, commitsTorn: 0 };
  readonly #server: Server;
  readonly #databasePort: number;
  readonly #connections = new Set<Connection>();
  #state: LinkState = fair;
  #awaited: { readonly text: string; readonly seen: () => void } | null = null;
  #tear: { readonly where: Tear; readonly torn: () => void } | null = null;

  private constructor(databasePort: number) {
    this.#databasePort = databasePort;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  /** Opens a link to a database on this machine. */
  static async open(databasePort: number): Promise<Link> {
    const link = new Link(databasePort);
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    return link;
  }

  /** Where the server connects to. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Changes what is named; the rest stays. */
  set(change: Partial<LinkState>): void {
    this.#state = { ...this.#state, ...change };
    for (const connection of this.#connections) connection.flush();
  }

  /** Fair again; what was held arrives. */
  heal(): void {
    this.#tear = null;
    this.set(fair);
  }

  /** Resets every connection. */
  cut(): void {
    for (const connection of [...this.#connections]) connection.reset();
  }

  /** Resets the connection of the next commit, before or after it; resolves when that has happened. */
  tearNextCommit(where: Tear): Promise<void> {
    return new Promise((resolve) => {
      this.#tear = { where, torn: resolve };
    });
  }

  /** Resolves when the server sends a message that holds the text, before it is passed on. */
  nextRequest(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited = { text, seen: resolve };
    });
  }

  async close(): Promise<void> {
    this.set({ refuses: true });
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(socket: Socket): void {
    if (this.#state.refuses) {
      socket.on('error', () => undefined);
      socket.resetAndDestroy();
      return;
    }
    this.counts.connections += 1;
    const database = connect({ port: this.#databasePort, host: '127.0.0.1', allowHalfOpen: true });
    const connection = new Connection(socket, database, {
      state: () => this.#state,
      passes: (frame, from) => this.#passes(connection, frame, from),
      over: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
  }

  #passes(connection: Connection, frame: Frame, from: 'client' | 'database'): boolean {
    if (from === 'database' && this.#state.losesNotifications && isNotification(frame)) {
      this.counts.notificationsLost += 1;
      return false;
    }
    if (this.#awaited !== null && from === 'client' && frame.bytes.includes(this.#awaited.text)) {
      this.#awaited.seen();
      this.#awaited = null;
    }
    if (!this.#isTorn(frame, from)) return true;
    this.counts.commitsTorn += 1;
    this.#tear?.torn();
    this.#tear = null;
    connection.reset();
    return false;
  }

  #isTorn(frame: Frame, from: 'client' | 'database'): boolean {
    if (this.#tear === null) return false;
    if (this.#tear.where === 'after-commit') return from === 'database' && isCommitted(frame);
    return from === 'client' && asksToCommit(frame);
  }
}

interface Rules {
  state(): LinkState;
  passes(frame: Frame, from: 'client' | 'database'): boolean;
  over(): void;
}

/** One connection of a server, and the one to the database that stands for it. */
class Connection {
  readonly #sockets: readonly Socket[];
  readonly #pipes: readonly Pipe[];
  readonly #over: () => void;

  constructor(server: Socket, database: Socket, rules: Rules) {
    const { state, passes } = rules;
    this.#sockets = [server, database];
    this.#over = rules.over;
    for (const socket of this.#sockets) {
      socket.setNoDelay(true);
      // The end that follows is what tells the other side.
      socket.on('error', () => undefined);
    }
    const isFree = (way: Way) => () => !state().held.includes(way);
    const delayMs = (way: Way) => () => (state().slow.includes(way) ? state().delayMs : 0);
    const end = (): void => this.#finish();
    const rulesOf = (way: Way) => ({ isFree: isFree(way), delayMs: delayMs(way), passes, end });
    this.#pipes = [
      new Pipe(server, database, { from: 'client', ...rulesOf('to-database') }),
      new Pipe(database, server, { from: 'database', ...rulesOf('to-server') }),
    ];
  }

  /** Sends what may go by now. */
  flush(): void {
    for (const pipe of this.#pipes) pipe.flush();
  }

  /** Resets both sides; what was under way is lost. */
  reset(): void {
    this.#stop();
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** One side is gone: the other hears so after all that was sent before. */
  #finish(): void {
    this.#stop();
    for (const socket of this.#sockets) socket.destroySoon();
  }

  #stop(): void {
    this.#over();
    for (const pipe of this.#pipes) pipe.stop();
  }
}
