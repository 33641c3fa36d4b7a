import { clientAddress, networkOf } from '../devices/address.ts';
import { recognise } from '../devices/client.ts';
import { clientHeadersFrom } from '../devices/headers.ts';
import type { Origin } from '../engine/session.ts';
import { type CookieNames, cookieNamesFor } from './cookie.ts';
import type { HandlerOptions, Peer } from './ports.ts';

/** One request on its way through, with all that belongs to it. */
export interface Exchange {
  readonly options: HandlerOptions;
  readonly request: Request;
  readonly url: URL;
  readonly peer: Peer;
  /** Random; in the answer, in its problem document and in the log. */
  readonly requestId: string;
  readonly cookieNames: CookieNames;
}

/** Takes up a request. */
export function beginExchange(options: HandlerOptions, request: Request, peer: Peer): Exchange {
  const requestId = Buffer.from(options.random.bytes(12)).toString('base64url');
  const cookieNames = cookieNamesFor(options.publicUrl);
  return { options, request, url: new URL(request.url), peer, requestId, cookieNames };
}

/** From where a request comes, and the network its attempts are counted under. */
export interface RequestOrigin {
  readonly origin: Origin;
  /** The /32 or /64 of the address; `unknown` when there is none. */
  readonly network: string;
}

/** Where the request comes from: the address by the trusted proxies, the client by its headers. */
export function originOf(exchange: Exchange): RequestOrigin {
  const headers = clientHeadersFrom(exchange.request.headers);
  const ip = addressOf(exchange);
  const origin = { ip, userAgent: headers.userAgent, client: recognise(headers), place: null };
  return { origin, network: networkOf(ip ?? '') ?? 'unknown' };
}

function addressOf({ options, request, peer }: Exchange): string | null {
  return clientAddress({
    peer: peer.address,
    forwardedFor: request.headers.get('x-forwarded-for'),
    forwarded: request.headers.get('forwarded'),
    trusted: options.trustedProxies,
  });
}

/** An instant as it travels. */
export function isoOf(at: number): string {
  return new Date(at).toISOString();
}
