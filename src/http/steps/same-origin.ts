import { RollcallError } from '../../errors.ts';
import { readCookies } from '../cookie.ts';
import type { Exchange } from '../exchange.ts';
import { isOwnHost } from './host.ts';

/** What the browser says about who caused a request; `unsaid` by what is no browser, or a very old one. */
type Provenance = 'own' | 'foreign' | 'unsaid';

const safeMethods: readonly string[] = ['GET', 'HEAD'];

/**
 * Refuses a changing request that another site caused with `cross_site_request`: by Fetch Metadata, else by `Origin`.
 * Every browser sends one of them. Where neither is sent, a cookie counts only with what no site can make a browser send
 * elsewhere without asking first: a method beyond POST, or a body announced as JSON (Fetch, "CORS-safelisted").
 */
export function refuseCrossSite(exchange: Exchange): void {
  if (safeMethods.includes(exchange.request.method)) return;
  const provenance = provenanceOf(exchange);
  const isDoubtful = provenance === 'unsaid' && isSimple(exchange) && hasCredentialCookie(exchange);
  if (provenance === 'foreign' || isDoubtful) throw new RollcallError('cross_site_request');
}

/** Refuses a reading request that another site caused, for answers that go on: the event stream. */
export function refuseForeignReader(exchange: Exchange): void {
  if (provenanceOf(exchange) === 'foreign') throw new RollcallError('cross_site_request');
}

function provenanceOf({ request, options }: Exchange): Provenance {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin' || site === 'none' ? 'own' : 'foreign';
  const origin = request.headers.get('origin');
  if (origin === null) return 'unsaid';
  const [scheme, host, ...rest] = origin.split('//');
  const isOwn = scheme === options.publicUrl.protocol && rest.length === 0;
  return isOwn && host !== undefined && isOwnHost(host, options.publicUrl) ? 'own' : 'foreign';
}

function hasCredentialCookie({ request, cookieNames }: Exchange): boolean {
  const { session, pending } = readCookies(request.headers.get('cookie'), cookieNames);
  return session !== null || pending !== null;
}

function isSimple({ request }: Exchange): boolean {
  const type = request.headers.get('content-type') ?? '';
  return request.method === 'POST' && !/^application\/json\b/i.test(type);
}
