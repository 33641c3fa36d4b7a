import { acceptCh } from '../devices/headers.ts';
import { RollcallError } from '../errors.ts';
import type { Exchange } from './exchange.ts';
import { findCookieCaller, noteActivity } from './steps/credential.ts';

/** Who a page is for. Everyone else is sent on before a byte of it is. */
type Audience = 'owner' | 'stranger' | 'anyone';

interface Page {
  readonly file: string;
  readonly audience: Audience;
}

const pages: ReadonlyMap<string, Page> = new Map([
  ['/account/sessions', { file: 'account-sessions.html', audience: 'owner' }],
  ['/account/password', { file: 'account-password.html', audience: 'owner' }],
  ['/account/two-factor', { file: 'account-two-factor.html', audience: 'owner' }],
  ['/account/history', { file: 'account-history.html', audience: 'owner' }],
  ['/sign-in', { file: 'sign-in.html', audience: 'stranger' }],
  ['/sign-up', { file: 'sign-up.html', audience: 'stranger' }],
  ['/signed-out', { file: 'signed-out.html', audience: 'anyone' }],
]);

const home = '/account/sessions';
const entrance = '/sign-in';

/** Answers a page or one of its assets; `not_found`, with the page that says so where there is one, for all else. */
export async function respondWithPage(exchange: Exchange): Promise<Response> {
  const path = exchange.url.pathname;
  if (path.startsWith('/assets/')) return asset(exchange, path);
  const page = pages.get(path);
  if (page !== undefined) return (await sentOn(exchange, page.audience)) ?? document(exchange, page);
  if (path === '/' || path === '/account' || path.startsWith('/account/')) return threshold(exchange, path);
  return notFound(exchange);
}

/** `/` and whatever else is below the account: strangers to the entrance, owners home or to nothing. */
async function threshold(exchange: Exchange, path: string): Promise<Response> {
  const sent = await sentOn(exchange, 'owner');
  if (sent !== null) return sent;
  return path === '/' || path === '/account' ? redirect(home) : notFound(exchange);
}

async function sentOn(exchange: Exchange, audience: Audience): Promise<Response | null> {
  if (audience === 'anyone') return null;
  const caller = await findCookieCaller(exchange);
  if (caller !== null) noteActivity(exchange, caller);
  if (audience === 'owner') return caller === null ? redirect(entrance) : null;
  return caller === null ? null : redirect(home);
}

function redirect(location: string): Response {
  return new Response(null, { status: 302, headers: { Location: location } });
}

function document(exchange: Exchange, { file, audience }: Page): Response {
  const found = exchange.options.pages.respond(file);
  if (found === null) throw new RollcallError('not_found');
  const headers = new Headers({ 'Content-Type': found.contentType });
  // So that the request that signs in brings what the device is recognised by.
  if (audience === 'stranger') headers.set('Accept-CH', acceptCh);
  return new Response(found.bytes, { headers });
}

/** The build names assets by their content, so they never change. */
function asset({ options }: Exchange, path: string): Response {
  const found = options.pages.respond(path.slice(1));
  if (found === null) throw new RollcallError('not_found');
  const headers = {
    'Content-Type': found.contentType,
    'Cache-Control': 'public, max-age=31536000, immutable',
  };
  return new Response(found.bytes, { headers });
}

function notFound({ options }: Exchange): Response {
  const found = options.pages.respond('not-found.html');
  if (found === null) throw new RollcallError('not_found');
  return new Response(found.bytes, { status: 404, headers: { 'Content-Type': found.contentType } });
}
