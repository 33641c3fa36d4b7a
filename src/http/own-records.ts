import type { AccountSummary } from '../accounts/answers.ts';
import type { SessionWithDevice } from '../engine/ports.ts';
import type { SessionRecord } from '../engine/session.ts';
import { RollcallError } from '../errors.ts';
import type { Exchange } from './exchange.ts';

/** The asking session with its device; `no_active_session` when it ended while the request ran. */
export async function findOwnSession(
  { options }: Exchange,
  { userId, id }: SessionRecord,
): Promise<SessionWithDevice> {
  const found = (await options.sessions.list(userId)).find(({ session }) => session.id === id);
  if (found === undefined) throw new RollcallError('no_active_session');
  return found;
}

/** The account of a session's user; `no_active_session` when it is gone, since nothing can be signed in to it. */
export async function requireSummary({ options }: Exchange, userId: string): Promise<AccountSummary> {
  const summary = await options.accounts.summary(userId);
  if (summary === null) throw new RollcallError('no_active_session');
  return summary;
}
