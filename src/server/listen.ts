import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { catalogue, type ErrorCode } from '../errors.ts';

/** Answers one request; `address` is the peer of the socket. */
export type Answer = (request: Request, peer: { readonly address: string | null }) => Promise<Response>;

/** Limits of the socket; what is longer or slower is refused before a handler sees it. */
const limits = {
  /** Request line and headers together, in bytes. */
  maxHeaderSize: 16 * 1024,
  /** All headers must have arrived after this. */
  headersTimeout: 10_000,
  /** The whole request must have arrived after this. */
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  /** How often the two limits above are looked at; by itself the runtime looks every 30 s. */
  connectionsCheckingInterval: 1_000,
} as const;
const maxConnections = 10_000;
/** How long a refused socket may take to go. */
const lingerMs = 1_000;

/** Headers that mean something only once: a second one is an attempt to be read in two ways. */
const singular = new Set([
  'host',
  'authorization',
  'content-type',
  'content-length',
  'transfer-encoding',
  'origin',
  'sec-fetch-site',
]);

/** Makes a server around an answer. It refuses by itself what no handler should have to read. */
export function createHttpServer(answer: Answer, report: (error: unknown) => void): Server {
  const listener = getRequestListener(
    (request, { incoming }) => answer(request, { address: incoming.socket.remoteAddress ?? null }),
    { overrideGlobalObjects: false, errorHandler: (error) => refuseAsResponse(error, report) },
  );
  // The runtime refuses a missing host without a word; `refusalOf` says why.
  const answers = new WeakMap<Duplex, ServerResponse>();
  const server = createServer({ ...limits, requireHostHeader: false }, (incoming, outgoing) => {
    answers.set(incoming.socket, outgoing);
    const refusal = refusalOf(incoming);
    if (refusal === null) void listener(incoming, outgoing);
    else refuse(outgoing, refusal);
  });
  server.maxConnections = maxConnections;
  server.on('clientError', (error, socket) => {
    if (isAnswering(answers.get(socket))) closeWhenWritten(socket);
    else refuseSocket(socket, codeOf(error));
  });
  server.on('checkExpectation', (_request, outgoing) => refuse(outgoing, 'invalid_request'));
  server.on('connect', (_request, socket) => refuseSocket(socket, 'method_not_allowed'));
  server.on('upgrade', (_request, socket) => refuseSocket(socket, 'invalid_request'));
  return server;
}

/** Whether an answer is on its way out, so that nothing else may be written between or after it. */
function isAnswering(outgoing: ServerResponse | undefined): boolean {
  return outgoing?.headersSent === true && !outgoing.writableFinished;
}

function closeWhenWritten(socket: Duplex): void {
  if (socket instanceof Socket) socket.destroySoon();
  else socket.destroy();
}

/** Why a request with this head is refused unread, or null. */
export function refusalOf({
  method,
  url,
  rawHeaders,
}: Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders'>): ErrorCode | null {
  if (method === 'TRACE' || method === 'TRACK') return 'method_not_allowed';
  if (url === undefined || !url.startsWith('/') || url.includes('#')) return 'invalid_request';
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    if (seen.has(name) && singular.has(name)) return 'invalid_request';
    if (name === 'transfer-encoding' && !isChunked(rawHeaders[index + 1])) return 'invalid_request';
    seen.add(name);
  }
  return seen.has('host') ? null : 'invalid_request';
}

/** Any other coding would be passed on as it came. */
function isChunked(coding: string | undefined): boolean {
  return coding?.trim().toLowerCase() === 'chunked';
}

function codeOf(error: Error & { code?: string; rawPacket?: unknown }): ErrorCode {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request_timeout';
  const packet = Buffer.isBuffer(error.rawPacket) ? error.rawPacket.toString('latin1') : '';
  if (error.code === 'HPE_INVALID_METHOD' && /^[\w!#$%&'*+.^`|~-]+ [/*]/.test(packet))
    return 'method_not_allowed';
  if (error.code !== 'HPE_HEADER_OVERFLOW') return 'invalid_request';
  return /^[A-Z]+ /.test(packet) && !packet.includes('\r\n') ? 'uri_too_long' : 'headers_too_large';
}

function problemOf(code: ErrorCode): {
  readonly status: number;
  readonly body: string;
  readonly headers: Record<string, string>;
} {
  const { status, title, remedy } = catalogue[code];
  const body = JSON.stringify({ type: 'about:blank', title, status, code, remedy });
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    connection: 'close',
  };
  if (code === 'method_not_allowed') headers['allow'] = 'GET, HEAD, POST, PUT, PATCH, DELETE';
  return { status, body, headers };
}

function refuse(outgoing: ServerResponse, code: ErrorCode): void {
  const { status, body, headers } = problemOf(code);
  outgoing.writeHead(status, headers).end(body);
}

function refuseSocket(socket: Duplex, code: ErrorCode): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  // What is still being sent is read and thrown away: closing on it would cost the client its answer.
  socket.resume();
  setTimeout(() => socket.destroy(), lingerMs).unref();
  const { status, body, headers } = problemOf(code);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('')}\r\n${body}`);
}

function refuseAsResponse(error: unknown, report: (error: unknown) => void): Response {
  // The request could not even be read as one: a malformed target or body framing.
  report(error);
  const { status, body, headers } = problemOf('invalid_request');
  return new Response(body, { status, headers });
}
