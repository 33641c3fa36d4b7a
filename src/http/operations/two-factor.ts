import { accepted } from '../accepted.ts';
import { rotatedParts } from '../delivery.ts';
import { sessionOperation } from '../operation.ts';
import { recoveryCodesAnswer, totpAnswer, totpConfirmRequest } from '../wire.ts';

export const startTotp = sessionOperation({
  method: 'post',
  path: '/api/two-factor/totp',
  id: 'startTotp',
  summary: 'Make a key for an authenticator app; it counts once confirmed',
  body: null,
  status: 200,
  answer: totpAnswer,
  proof: 'one',
  run: async (exchange, { session }) => {
    const { key, uri, qr } = accepted(await exchange.options.accounts.startTotp(session));
    return { value: { secret: key, uri, qr } };
  },
});

export const confirmTotp = sessionOperation({
  method: 'post',
  path: '/api/two-factor/totp/confirm',
  id: 'confirmTotp',
  summary: 'Turn two-factor on with the first right code; sessions that never proved it end',
  body: totpConfirmRequest,
  status: 200,
  answer: recoveryCodesAnswer,
  run: async (exchange, caller, { body }) => {
    const confirmed = accepted(await exchange.options.accounts.confirmTotp(caller.session, body.code));
    const { recoveryCodes, revoked } = confirmed;
    const { token, headers } = rotatedParts(exchange, caller, confirmed);
    return { value: { recoveryCodes: [...recoveryCodes], revoked, ...token }, headers };
  },
});

export const removeTotp = sessionOperation({
  method: 'delete',
  path: '/api/two-factor/totp',
  id: 'removeTotp',
  summary: 'Turn two-factor off',
  body: null,
  status: 204,
  answer: null,
  proof: 'one',
  run: async (exchange, { session }) => {
    accepted(await exchange.options.accounts.removeTotp(session));
    return { value: null };
  },
});

export const replaceRecoveryCodes = sessionOperation({
  method: 'post',
  path: '/api/two-factor/recovery-codes',
  id: 'replaceRecoveryCodes',
  summary: 'Make ten new recovery codes; the old ones stop working',
  body: null,
  status: 200,
  answer: recoveryCodesAnswer,
  proof: 'one',
  run: async (exchange, { session }) => {
    const { recoveryCodes } = accepted(await exchange.options.accounts.replaceRecoveryCodes(session));
    return { value: { recoveryCodes: [...recoveryCodes], revoked: 0 } };
  },
});
