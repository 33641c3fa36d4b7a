import { z } from '@hono/zod-openapi';
import { isId } from '../../engine/token.ts';
import { historyEventWireOf } from '../history-wire.ts';
import { sessionOperation } from '../operation.ts';
import { historyAnswer } from '../wire.ts';

const pageSize = 50;

const historyQuery = z.strictObject({
  cursor: z
    .string()
    .refine((text) => text === '' || isId(text))
    .optional()
    .openapi({ description: 'The `next` of the page before; absent or empty for the newest page' }),
});

export const history = sessionOperation({
  method: 'get',
  path: '/api/history',
  id: 'history',
  summary: 'Sign-ins, failures, ends with their cause, and security changes, newest first, 50 a page',
  body: null,
  query: historyQuery,
  status: 200,
  answer: historyAnswer,
  run: async (exchange, { session }, { query }) => {
    // One more than a page tells whether there is a next one.
    const found = await exchange.options.sessions.history(session.userId, query.cursor || null, pageSize + 1);
    const page = found.slice(0, pageSize);
    const next = found.length > pageSize ? (page.at(-1)?.id ?? null) : null;
    return { value: { events: page.map(historyEventWireOf), next } };
  },
});
