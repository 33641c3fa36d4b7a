import type { Exchange } from '../exchange.ts';
import type { Operation } from '../operation.ts';
import type { Readiness } from '../ports.ts';

const plainText = 'text/plain; charset=utf-8';

export const liveness = plainOperation('/healthz', 'liveness', 'Whether the process runs', async () =>
  text('ok'),
);

export const readiness = plainOperation(
  '/readyz',
  'readiness',
  'Whether requests can be served, and what that rests on',
  async ({ options: { health } }) => {
    const { isReady, lines } = health.isStopping() ? stopping : await health.readiness().catch(() => unknown);
    return text([isReady ? 'ready' : 'not ready', ...lines].join('\n'), isReady ? 200 : 503);
  },
);

const stopping: Readiness = { isReady: false, lines: ['process: stopping'] };
const unknown: Readiness = { isReady: false, lines: [] };

export const metrics = plainOperation(
  '/metrics',
  'metrics',
  'Metrics for Prometheus',
  async ({ options }) => {
    const headers = { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' };
    return new Response(await options.metrics.text(), { headers });
  },
);

function plainOperation(
  path: string,
  id: string,
  summary: string,
  perform: (exchange: Exchange) => Promise<Response>,
): Operation {
  return {
    ...{ method: 'get', path, id, summary, perform, body: null, query: null, answer: null },
    status: 200,
    mediaType: 'text/plain',
    isForSession: false,
  };
}

function text(body: string, status = 200): Response {
  return new Response(`${body}\n`, { status, headers: { 'Content-Type': plainText } });
}
