import { RollcallError } from '../../errors.ts';
import { isoOf } from '../exchange.ts';
import { sessionOperation } from '../operation.ts';
import { findOwnSession, requireSummary } from '../own-records.ts';
import { sessionWireOf, userWireOf } from '../session-wire.ts';
import { currentSessionAnswer, sessionListAnswer } from '../wire.ts';

export const currentSession = sessionOperation({
  method: 'get',
  path: '/api/session',
  id: 'currentSession',
  summary: 'The asking session and its user',
  body: null,
  status: 200,
  answer: currentSessionAnswer,
  run: async (exchange, { session }) => {
    const { user } = await requireSummary(exchange, session.userId);
    const { sessions } = exchange.options;
    const own = await findOwnSession(exchange, session);
    return { value: { user: userWireOf(user), session: sessionWireOf(own, session.id, sessions.policy) } };
  },
});

export const listSessions = sessionOperation({
  method: 'get',
  path: '/api/sessions',
  id: 'listSessions',
  summary: 'Every active session of the owner, the asking one first, then the latest active',
  body: null,
  status: 200,
  answer: sessionListAnswer,
  run: async (exchange, { session }) => {
    const { sessions, clock } = exchange.options;
    const asOf = isoOf(clock.now());
    const listed = (await sessions.list(session.userId))
      .map((each) => sessionWireOf(each, session.id, sessions.policy))
      .toSorted((left, right) => Number(right.current) - Number(left.current));
    // It ended while the request ran.
    if (listed[0]?.current !== true) throw new RollcallError('no_active_session');
    return { value: { sessions: listed, asOf } };
  },
});
