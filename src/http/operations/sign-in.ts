import { accepted } from '../accepted.ts';
import { secondFactorReply, signedInReply, signInContextOf } from '../delivery.ts';
import { openOperation, type Reply } from '../operation.ts';
import { requirePendingToken } from '../steps/credential.ts';
import {
  type SignInAnswer,
  secondFactorRequest,
  signedInAnswer,
  signInAnswer,
  signInRequest,
} from '../wire.ts';

export const signIn = openOperation({
  method: 'post',
  path: '/api/sign-in',
  id: 'signIn',
  summary: 'Sign in with e-mail and password',
  body: signInRequest,
  status: 200,
  answer: signInAnswer,
  run: async (exchange, { body }): Promise<Reply<SignInAnswer>> => {
    const { email, password, keepSignedIn, tokenDelivery } = body;
    const { context, network } = await signInContextOf(exchange, tokenDelivery);
    const persistence = keepSignedIn ? 'persistent' : 'browser';
    const outcome = await exchange.options.accounts.signIn(
      { email, password, persistence, ...context },
      network,
    );
    const answer = accepted(outcome);
    return answer.status === 'signed-in'
      ? signedInReply(exchange, answer, tokenDelivery)
      : secondFactorReply(exchange, answer, tokenDelivery);
  },
});

export const completeSignIn = openOperation({
  method: 'post',
  path: '/api/sign-in/second-factor',
  id: 'completeSignIn',
  summary: 'Complete a sign-in with a code; takes the pending cookie, or the pending token as bearer',
  body: secondFactorRequest,
  status: 200,
  answer: signedInAnswer,
  run: async (exchange, { body }) => {
    const pending = requirePendingToken(exchange);
    const delivery = pending.isInCookie ? 'cookie' : 'body';
    const { context } = await signInContextOf(exchange, delivery);
    const { accounts } = exchange.options;
    const outcome = await accounts.completeSignIn({ ...body, ...context, pendingToken: pending.token });
    return signedInReply(exchange, accepted(outcome), delivery);
  },
});
