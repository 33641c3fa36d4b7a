import { connect, type Socket } from 'node:net';

/** A request whose head has arrived at the service and whose body has not. */
export interface OpenRequest {
  /** Sends the rest: what was promised, or another object of the same length in JSON. The whole answer. */
  finish(body?: object): Promise<string>;
}

/** Sends the head of a request and holds the body back, so that whatever the head proves was proved before. */
export async function openRequest(
  port: number,
  line: string,
  headers: readonly string[],
  body: object,
): Promise<OpenRequest> {
  const json = JSON.stringify(body);
  const head = [
    `${line} HTTP/1.1`,
    `Host: localhost:${port}`,
    `Origin: http://localhost:${port}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(json)}`,
    'Connection: close',
    ...headers,
  ];
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.write(`${head.join('\r\n')}\r\n\r\n${json.slice(0, 1)}`);
  return { finish: (other = body) => readToEnd(socket, JSON.stringify(other).slice(1)) };
}

function once(socket: Socket, name: 'connect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once(name, () => resolve());
  });
}

function readToEnd(socket: Socket, rest: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('error', reject);
    socket.once('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
    socket.write(rest);
  });
}
