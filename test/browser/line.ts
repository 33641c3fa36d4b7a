import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../running-service.ts';

/** The line between the browser and the service, which a test can cut. */
export interface Line {
  readonly port: number;
  /** Breaks every connection and lets no new one through. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Lays a line to the port on this machine. */
export async function layLine(toPort: number): Promise<Line> {
  const open = new Set<Socket>();
  let isCut = false;
  const join = (from: Socket): void => {
    if (isCut) return void from.destroy();
    const to = connect(toPort, '127.0.0.1');
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      open.add(one);
      // A broken end breaks the other; what broke it is of no interest.
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  };
  const breakAll = (): void => {
    for (const socket of open) socket.destroy();
  };
  const server = createServer(join);
  const port = await listen(server);
  return {
    port,
    cut: () => {
      isCut = true;
      breakAll();
    },
    mend: () => {
      isCut = false;
    },
    close: () => {
      breakAll();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function listen(server: Server): Promise<number> {
  const port = await freePort();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(port));
  });
}
