import { connect } from 'node:net';

/** What came back on a socket, read to its end. */
export interface RawAnswer {
  /** 0 when the connection ended without an answer. */
  readonly status: number;
  readonly headers: Headers;
  /** The body of the first answer, chunks joined. */
  readonly text: string;
  /** The parsed body; an empty object when it is none. */
  readonly body: Readonly<Record<string, unknown>>;
  /** All that was received. */
  readonly all: string;
}

/** How long a socket may stay open before the test says that nobody answers. */
const patienceMs = 15_000;

/** Sends bytes as they are and reads until the other side ends; fails when it never does. */
export function sendRaw(port: number, bytes: string | Uint8Array): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`The connection stays open after ${JSON.stringify(textOf(chunks).slice(0, 200))}`));
    }, patienceMs);
    const done = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(readAnswer(textOf(chunks)));
    };
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    // A server that refuses before it has read everything resets the connection.
    socket.on('error', done);
    socket.on('end', done);
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  });
}

/** A request as text, with `Host` and `Connection: close` unless `headers` say otherwise. */
export function rawRequest(
  port: number,
  line: string,
  headers: readonly (string | Uint8Array)[] = [],
  body = '',
): Uint8Array {
  const lines = headers.map((each) => Buffer.from(each as string, 'latin1'));
  const has = (name: string): boolean =>
    lines.some((each) => each.toString('latin1').toLowerCase().startsWith(`${name}:`));
  const head = [
    Buffer.from(`${line} HTTP/1.1`, 'latin1'),
    ...(has('host') ? [] : [Buffer.from(`Host: localhost:${port}`)]),
    ...(has('connection') ? [] : [Buffer.from('Connection: close')]),
    ...lines,
    ...(body === '' || has('content-length') || has('transfer-encoding')
      ? []
      : [Buffer.from(`Content-Length: ${Buffer.byteLength(body)}`)]),
  ];
  const joined = head.flatMap((each) => [each, Buffer.from('\r\n')]);
  return Buffer.concat([...joined, Buffer.from(`\r\n${body}`)]);
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('latin1');
}

function readAnswer(all: string): RawAnswer {
  const end = all.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = (end < 0 ? all : all.slice(0, end)).split('\r\n');
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const rest = end < 0 ? '' : all.slice(end + 4);
  const text = headers.get('transfer-encoding') === 'chunked' ? joinChunks(rest) : rest;
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1] ?? 0);
  return { status, headers, text, body: objectOf(text), all };
}

function joinChunks(text: string): string {
  let joined = '';
  let at = 0;
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    if (lineEnd < 0 || !(size > 0)) return joined;
    joined += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
