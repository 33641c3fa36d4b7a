import type { SessionRecord } from '../../engine/session.ts';
import { RollcallError } from '../../errors.ts';
import { readBearer } from '../bearer.ts';
import { readCookies } from '../cookie.ts';
import type { Exchange } from '../exchange.ts';

/** Whoever makes a request in an active session. */
export interface Caller {
  readonly session: SessionRecord;
  /** Secret: as presented. */
  readonly token: string;
  /** How the token came, and so how its successor is delivered. */
  readonly isInCookie: boolean;
  readonly isInHeader: boolean;
}

type Presented = Omit<Caller, 'session'>;

/** The caller, or `no_active_session`: the same answer whether the token is malformed, unknown, replaced or ended. */
export async function requireCaller(exchange: Exchange): Promise<Caller> {
  const presented = presentedToken(exchange);
  if (presented === null) throw new RollcallError('no_active_session');
  const verification = await exchange.options.sessions.verify(presented.token);
  if (verification.isActive) return { ...presented, session: verification.session };
  throw new RollcallError('no_active_session', { cause: verification.reason });
}

/** The caller, or null where nothing is presented or what is presented is not active. */
export async function findCaller(exchange: Exchange): Promise<Caller | null> {
  return activeCaller(exchange, presentedToken(exchange));
}

/** The same by the cookie alone: for pages, and for what a sign-in replaces in this browser. */
export async function findCookieCaller(exchange: Exchange): Promise<Caller | null> {
  const token = readCookies(exchange.request.headers.get('cookie'), exchange.cookieNames).session;
  return activeCaller(exchange, token === null ? null : { token, isInCookie: true, isInHeader: false });
}

/** Notes the owner's activity, unless the client says that it asks by itself. */
export function noteActivity({ options, request }: Exchange, { session }: Caller): void {
  if (request.headers.get('rollcall-background') !== '1') options.sessions.touch(session);
}

/** A token of a sign-in that waits for its second factor, and how it came. */
export interface PendingToken {
  readonly token: string;
  readonly isInCookie: boolean;
}

/** The pending token of the cookie or the bearer header, or `no_pending_sign_in`. */
export function requirePendingToken({ request, cookieNames }: Exchange): PendingToken {
  const inCookie = readCookies(request.headers.get('cookie'), cookieNames).pending;
  const inHeader = readBearer(request.headers.get('authorization'));
  refuseDisagreement(inCookie, inHeader);
  const token = inHeader ?? inCookie;
  if (token === null) throw new RollcallError('no_pending_sign_in');
  return { token, isInCookie: inHeader === null };
}

function presentedToken({ request, cookieNames }: Exchange): Presented | null {
  const inCookie = readCookies(request.headers.get('cookie'), cookieNames).session;
  const inHeader = readBearer(request.headers.get('authorization'));
  refuseDisagreement(inCookie, inHeader);
  const token = inHeader ?? inCookie;
  return token === null ? null : { token, isInCookie: inCookie !== null, isInHeader: inHeader !== null };
}

function refuseDisagreement(inCookie: string | null, inHeader: string | null): void {
  if (inCookie === null || inHeader === null || inCookie === inHeader) return;
  throw new RollcallError('ambiguous_credentials');
}

async function activeCaller({ options }: Exchange, presented: Presented | null): Promise<Caller | null> {
  if (presented === null) return null;
  const verification = await options.sessions.verify(presented.token);
  return verification.isActive ? { ...presented, session: verification.session } : null;
}
