import { signedOutHeaders } from '../delivery.ts';
import { sessionOperation } from '../operation.ts';

export const signOut = sessionOperation({
  method: 'post',
  path: '/api/sign-out',
  id: 'signOut',
  summary: 'End the asking session',
  body: null,
  status: 204,
  answer: null,
  run: async (exchange, caller) => {
    await exchange.options.sessions.signOut(caller.session);
    return { value: null, headers: signedOutHeaders(exchange, caller) };
  },
});
