import type { Operation } from './operation.ts';
import { account } from './operations/account.ts';
import { history } from './operations/history.ts';
import { labelDevice } from './operations/label-device.ts';
import { liveness, metrics, readiness } from './operations/monitoring.ts';
import { assessPassword, changePassword, passphrase } from './operations/password.ts';
import { revokeOthers, revokeSession } from './operations/revoke.ts';
import { currentSession, listSessions } from './operations/sessions.ts';
import { completeSignIn, signIn } from './operations/sign-in.ts';
import { signOut } from './operations/sign-out.ts';
import { signUp } from './operations/sign-up.ts';
import { stepUp } from './operations/step-up.ts';
import { stream } from './operations/stream.ts';
import { confirmTotp, removeTotp, replaceRecoveryCodes, startTotp } from './operations/two-factor.ts';

/** Every operation there is. Routing and the OpenAPI document are both made of this table. */
export const operations: readonly Operation[] = [
  signUp,
  signIn,
  completeSignIn,
  signOut,
  currentSession,
  listSessions,
  revokeOthers,
  revokeSession,
  labelDevice,
  history,
  stream,
  stepUp,
  changePassword,
  assessPassword,
  passphrase,
  startTotp,
  confirmTotp,
  removeTotp,
  replaceRecoveryCodes,
  account,
  liveness,
  readiness,
  metrics,
];
