import { accepted } from '../accepted.ts';
import { signedInHeaders, signInContextOf } from '../delivery.ts';
import { openOperation } from '../operation.ts';
import { sessionWireOf, userWireOf } from '../session-wire.ts';
import { readVisibleText } from '../visible-text.ts';
import { signUpAnswer, signUpRequest } from '../wire.ts';

const longestName = 100;

export const signUp = openOperation({
  method: 'post',
  path: '/api/sign-up',
  id: 'signUp',
  summary: 'Create an account and sign in to it',
  body: signUpRequest,
  status: 201,
  answer: signUpAnswer,
  run: async (exchange, { body }) => {
    const { accounts, sessions } = exchange.options;
    const { context, network } = await signInContextOf(exchange, 'cookie');
    const { email, password } = body;
    const name = body.name === undefined ? null : readVisibleText('name', body.name, longestName);
    const signedIn = accepted(await accounts.signUp({ email, password, name, ...context }, network));
    const { user, session } = signedIn;
    return {
      value: { user: userWireOf(user), session: sessionWireOf(signedIn, session.id, sessions.policy) },
      headers: signedInHeaders(exchange, signedIn),
    };
  },
});
