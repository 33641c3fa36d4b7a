import type { SecondFactorRequired, SignedIn, SignInContext } from '../accounts/answers.ts';
import type { Rotated } from '../engine/changes.ts';
import type { SessionRecord } from '../engine/session.ts';
import { clearCookie, longestCookieSeconds, readCookies, setCookie } from './cookie.ts';
import { type Exchange, isoOf, originOf } from './exchange.ts';
import type { Reply } from './operation.ts';
import { sessionWireOf, userWireOf } from './session-wire.ts';
import { type Caller, findCookieCaller } from './steps/credential.ts';
import type { SecondFactorRequiredAnswer, SignedInAnswer } from './wire.ts';

/** How a client gets its token: a browser in a cookie, which script can't read, anything else in the body. */
export type Delivery = 'cookie' | 'body';

type Header = readonly [string, string];

/** What a sign-in needs to know of the request. A client that takes its token in the body is not this browser: its cookies don't count. */
export async function signInContextOf(
  exchange: Exchange,
  delivery: Delivery,
): Promise<{ readonly context: SignInContext; readonly network: string }> {
  const { origin, network } = originOf(exchange);
  if (delivery === 'body') return { context: { origin, deviceToken: null, replaces: null }, network };
  const replaces = (await findCookieCaller(exchange))?.session ?? null;
  return { context: { origin, deviceToken: presentedDevice(exchange), replaces }, network };
}

/** The answer to a sign-in that is complete. */
export function signedInReply(
  exchange: Exchange,
  signedIn: SignedIn,
  delivery: Delivery,
): Reply<SignedInAnswer> {
  const { policy } = exchange.options.sessions;
  const value: SignedInAnswer = {
    status: 'signed-in',
    user: userWireOf(signedIn.user),
    session: sessionWireOf(signedIn, signedIn.session.id, policy),
  };
  if (delivery === 'body') return { value: { ...value, token: signedIn.token } };
  return { value, headers: signedInHeaders(exchange, signedIn) };
}

/** The cookies of a sign-in that is complete: session and device; the pending one goes. */
export function signedInHeaders(exchange: Exchange, { session, token, deviceToken }: SignedIn): Header[] {
  const { cookieNames } = exchange;
  const headers = [sessionCookie(exchange, session, token)];
  // A device that is known keeps its cookie; setting it again lets it live on.
  const device = deviceToken ?? presentedDevice(exchange);
  if (device !== null)
    headers.push(cookie(setCookie(cookieNames.device, device, cookieNames, longestCookieSeconds)));
  if (presented(exchange).pending !== null)
    headers.push(cookie(clearCookie(cookieNames.pending, cookieNames)));
  return headers;
}

/** The answer to a right password that a second factor must follow. */
export function secondFactorReply(
  { options, cookieNames }: Exchange,
  { methods, expiresAt, pendingToken }: SecondFactorRequired,
  delivery: Delivery,
): Reply<SecondFactorRequiredAnswer> {
  const value: SecondFactorRequiredAnswer = {
    status: 'second-factor-required',
    methods: [...methods],
    expiresAt: isoOf(expiresAt),
  };
  if (delivery === 'body') return { value: { ...value, pendingToken } };
  const seconds = Math.max(1, Math.ceil((expiresAt - options.clock.now()) / 1000));
  return { value, headers: [cookie(setCookie(cookieNames.pending, pendingToken, cookieNames, seconds))] };
}

/** How a rotated token gets to whoever presented the old one. */
export function rotatedParts(
  exchange: Exchange,
  caller: Caller,
  { session, token }: Rotated,
): { readonly token: { readonly token?: string }; readonly headers: readonly Header[] } {
  return {
    token: caller.isInHeader ? { token } : {},
    headers: caller.isInCookie ? [sessionCookie(exchange, session, token)] : [],
  };
}

/** What a browser is told on signing out: the cookie goes, and so does all it kept of our pages. */
export function signedOutHeaders({ cookieNames }: Exchange, caller: Caller): readonly Header[] {
  if (!caller.isInCookie) return [];
  return [cookie(clearCookie(cookieNames.session, cookieNames)), ['Clear-Site-Data', '"cache", "storage"']];
}

function sessionCookie({ options, cookieNames }: Exchange, session: SessionRecord, token: string): Header {
  const { absoluteTimeoutSeconds } = options.sessions.policy;
  const life = session.persistence === 'persistent' ? absoluteTimeoutSeconds : null;
  return cookie(setCookie(cookieNames.session, token, cookieNames, life));
}

function cookie(value: string): Header {
  return ['Set-Cookie', value];
}

function presentedDevice(exchange: Exchange): string | null {
  return presented(exchange).device;
}

function presented({ request, cookieNames }: Exchange) {
  return readCookies(request.headers.get('cookie'), cookieNames);
}
