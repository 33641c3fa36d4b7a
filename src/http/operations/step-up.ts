import { accepted } from '../accepted.ts';
import { rotatedParts } from '../delivery.ts';
import { originOf } from '../exchange.ts';
import { sessionOperation } from '../operation.ts';
import { findOwnSession } from '../own-records.ts';
import { sessionWireOf } from '../session-wire.ts';
import { stepUpAnswer, stepUpRequest } from '../wire.ts';

export const stepUp = sessionOperation({
  method: 'post',
  path: '/api/step-up',
  id: 'stepUp',
  summary: 'Prove again that it is you; the session goes on under a new token',
  body: stepUpRequest,
  status: 200,
  answer: stepUpAnswer,
  run: async (exchange, caller, { body }) => {
    const { accounts, sessions } = exchange.options;
    const own = await findOwnSession(exchange, caller.session);
    const rotated = accepted(await accounts.stepUp(caller.session, body, originOf(exchange)));
    const { token, headers } = rotatedParts(exchange, caller, rotated);
    const session = sessionWireOf({ ...own, session: rotated.session }, rotated.session.id, sessions.policy);
    return { value: { session, ...token }, headers };
  },
});
