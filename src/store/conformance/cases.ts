import { activityCases } from './activity.ts';
import { pendingSignInCases, throttleCases } from './attempts.ts';
import type { ConformanceCase } from './case.ts';
import { deviceCases } from './devices.ts';
import { historyCases } from './history.ts';
import { recoveryCodeCases } from './recovery-codes.ts';
import { sessionCases } from './sessions.ts';
import { standingCases } from './standing.ts';
import { totpCases } from './totp.ts';
import { groupCases, transactionCases } from './transactions.ts';
import { userCases } from './users.ts';

/** The contract of `AccountStore`. A store keeps it when every case passes on an empty store of its own. */
export const cases: readonly ConformanceCase[] = [
  ...sessionCases,
  ...activityCases,
  ...deviceCases,
  ...standingCases,
  ...historyCases,
  ...userCases,
  ...totpCases,
  ...recoveryCodeCases,
  ...pendingSignInCases,
  ...throttleCases,
  ...transactionCases,
  ...groupCases,
];
