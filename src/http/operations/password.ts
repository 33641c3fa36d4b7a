import { RollcallError } from '../../errors.ts';
import { accepted, errorOf, isRefused } from '../accepted.ts';
import { rotatedParts } from '../delivery.ts';
import { originOf } from '../exchange.ts';
import { openOperation, sessionOperation } from '../operation.ts';
import { findCaller } from '../steps/credential.ts';
import { stepUpRequired } from '../steps/recent-proof.ts';
import { assessAnswer, assessRequest, passphraseAnswer, passwordAnswer, passwordRequest } from '../wire.ts';

export const changePassword = sessionOperation({
  method: 'put',
  path: '/api/password',
  id: 'changePassword',
  summary: 'Change the password; all other sessions end unless told otherwise, this one gets a new token',
  body: passwordRequest,
  status: 200,
  answer: passwordAnswer,
  run: async (exchange, caller, { body }) => {
    const { accounts } = exchange.options;
    const outcome = await accounts.changePassword(caller.session, body, originOf(exchange));
    if (isRefused(outcome) && outcome.code === 'step_up_required')
      throw await stepUpRequired(exchange, caller);
    const changed = accepted(outcome);
    const { token, headers } = rotatedParts(exchange, caller, changed);
    return { value: { revoked: changed.revoked, ...token }, headers };
  },
});

export const assessPassword = openOperation({
  method: 'post',
  path: '/api/password/assess',
  id: 'assessPassword',
  summary: 'How good a password would be, for the meter; stores nothing',
  body: assessRequest,
  status: 200,
  answer: assessAnswer,
  run: async (exchange, { body }) => {
    const userId = (await findCaller(exchange))?.session.userId ?? null;
    const input = { password: body.password, email: body.email ?? null, userId };
    const outcome = await exchange.options.accounts.assess(input, originOf(exchange).network);
    if ('status' in outcome) throw errorOf(outcome);
    const { score, refusal, minimumLength } = outcome;
    if (refusal === null) return { value: { score, refusal, minimumLength } };
    const { code, detail } = refusal;
    if (code === 'invalid_request') throw new RollcallError(code, { detail });
    return { value: { score, refusal: { code, detail }, minimumLength } };
  },
});

export const passphrase = openOperation({
  method: 'get',
  path: '/api/passphrase',
  id: 'suggestPassphrase',
  summary: 'A new random passphrase to offer',
  body: null,
  status: 200,
  answer: passphraseAnswer,
  run: async ({ options }) => ({ value: { passphrase: options.accounts.suggestPassphrase() } }),
});
