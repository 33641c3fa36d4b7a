import { RollcallError } from '../../errors.ts';
import type { Operation } from '../operation.ts';
import { requireCaller } from '../steps/credential.ts';
import { readNoQuery } from '../steps/query.ts';
import { refuseForeignReader } from '../steps/same-origin.ts';
import { SessionStream, streamHeaders } from '../stream.ts';

/** Streams that one user may hold open at one process. */
const mostStreams = 20;
/** Seconds after which a refused client may try again: a page that was closed is noticed by then. */
const retryAfterSeconds = 30;

export const stream: Operation = {
  method: 'get',
  path: '/api/stream',
  id: 'stream',
  summary:
    'Server-sent events: what happens to the owner’s sessions, and `signed-out` when it happens to the asking one',
  body: null,
  query: null,
  status: 200,
  answer: null,
  mediaType: 'text/event-stream',
  isForSession: true,
  // No activity is noted: an open page is not the owner's presence.
  perform: async (exchange) => {
    refuseForeignReader(exchange);
    const caller = await requireCaller(exchange);
    readNoQuery(exchange);
    const { hub, health } = exchange.options;
    if (health.isStopping()) throw new RollcallError('shutting_down');
    if (hub.countOf(caller.session.userId) >= mostStreams) {
      const detail = `At most ${mostStreams} event streams of one account are open at once.`;
      throw new RollcallError('too_many_attempts', { detail, retryAfterSeconds });
    }
    const isHead = exchange.request.method === 'HEAD';
    const body = isHead ? null : new SessionStream(exchange, caller).body;
    return new Response(body, { headers: streamHeaders });
  },
};
