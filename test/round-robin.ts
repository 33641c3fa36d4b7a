import { once } from 'node:events';
import {
  Agent,
  type ClientRequest,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { isIPv6 } from 'node:net';
import { pipeline } from 'node:stream';

/** Chooses the node of a request, counting from 0, instead of the next one's turn. */
export const nodeHeader = 'test-node';

/** A proxy as it stands in front of many nodes: every request, not every connection, goes to the next one. */
export interface RoundRobin {
  readonly port: number;
  /** Spreads over these from now on. */
  spreadOver(ports: readonly number[]): void;
  close(): Promise<void>;
}

/** Headers between two neighbours (RFC 9110, section 7.6.1). */
const hopByHop = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade']);

/**
 * Starts the proxy. It appends the client's address to `X-Forwarded-For`, passes bodies and event streams on as they come,
 * asks the next node when one can't be connected to, and answers 502 when none can.
 */
export async function startRoundRobin(port: number, targets: readonly number[] = []): Promise<RoundRobin> {
  // A kept connection could be closed under a request by a node that stops.
  const agent = new Agent({ keepAlive: false });
  let ports = targets;
  let turn = 0;
  const server = createServer((incoming, outgoing) => {
    const chosen = incoming.headers[nodeHeader];
    const first = typeof chosen === 'string' ? Number(chosen) : turn++;
    const order = ports.map((_, index) => ports[(first + index) % ports.length] ?? 0);
    forward(incoming, outgoing, typeof chosen === 'string' ? order.slice(0, 1) : order, agent);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port,
    spreadOver: (next) => {
      ports = next;
    },
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  [port, ...others]: readonly number[],
  agent: Agent,
): void {
  if (port === undefined) {
    outgoing.writeHead(502).end();
    return;
  }
  const { method, url: path, headers } = incoming;
  const onward = request({
    ...{ host: '127.0.0.1', port, agent, method, path, setHost: false },
    headers: { ...passedOn(headers), 'x-forwarded-for': forwardedFor(incoming) },
  });
  onward.once('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
    outgoing.flushHeaders();
    pipeline(answer, outgoing, () => onward.destroy());
  });
  onward.once('error', (error) => {
    if (isRefused(error)) forward(incoming, outgoing, others, agent);
    else giveUp(outgoing);
  });
  outgoing.once('close', () => onward.destroy());
  whenConnected(onward, () => incoming.pipe(onward));
}

/** The body must not be used up by a node that can't be connected to. */
function whenConnected(onward: ClientRequest, start: () => void): void {
  onward.once('socket', (socket) => {
    if (socket.connecting) socket.once('connect', start);
    else start();
  });
}

function giveUp(outgoing: ServerResponse): void {
  if (outgoing.headersSent) outgoing.destroy();
  else outgoing.writeHead(502).end();
}

function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !hopByHop.has(name) && name !== nodeHeader),
  );
}

function forwardedFor({ headers, socket }: IncomingMessage): string {
  const { remoteAddress = '' } = socket;
  const hop = isIPv6(remoteAddress) ? remoteAddress : remoteAddress.replace('::ffff:', '');
  const before = headers['x-forwarded-for'];
  return before === undefined ? hop : `${String(before)}, ${hop}`;
}

function isRefused(error: Error): boolean {
  return 'code' in error && error.code === 'ECONNREFUSED';
}
