import { isoOf } from '../exchange.ts';
import { sessionOperation } from '../operation.ts';
import { requireSummary } from '../own-records.ts';
import { userWireOf } from '../session-wire.ts';
import { accountAnswer } from '../wire.ts';

export const account = sessionOperation({
  method: 'get',
  path: '/api/account',
  id: 'account',
  summary: 'What the settings show about the account',
  body: null,
  status: 200,
  answer: accountAnswer,
  run: async (exchange, { session }) => {
    const { user, totpEnabledAt, recoveryCodesLeft } = await requireSummary(exchange, session.userId);
    const enabledAt = totpEnabledAt === null ? null : isoOf(totpEnabledAt);
    const twoFactor = { totp: totpEnabledAt !== null, passkeys: 0, recoveryCodesLeft, enabledAt };
    return {
      value: { user: userWireOf(user), twoFactor, passwordChangedAt: isoOf(user.passwordChangedAt) },
    };
  },
});
