import { RollcallError } from '../../errors.ts';
import type { Exchange } from '../exchange.ts';

/** For probes and scrapers, which come by an address of the inside. */
const anyHostPaths: readonly string[] = ['/healthz', '/readyz', '/metrics'];
const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Refuses a request for another host than the public URL's with `unknown_host`, so that no forged name reaches a link, a
 * cookie or a cache. The `Host` header alone counts; what proxies forward is not read.
 */
export function refuseUnknownHost({ options, request, url }: Exchange): void {
  if (anyHostPaths.includes(url.pathname)) return;
  const host = request.headers.get('host') ?? url.host;
  if (!isOwnHost(host, options.publicUrl)) throw new RollcallError('unknown_host');
}

/** Whether a host, with its port, is the public URL's. On this machine all three names of the machine are. */
export function isOwnHost(host: string, publicUrl: URL): boolean {
  if (!/^[\w.-]+(:\d{1,5})?$|^\[[\da-f:.]+\](:\d{1,5})?$/i.test(host)) return false;
  const base = `${publicUrl.protocol}//${host}`;
  if (!URL.canParse(base)) return false;
  const asked = new URL(base);
  if (asked.host === publicUrl.host) return true;
  const isLoopback = loopbackNames.includes(publicUrl.hostname);
  return isLoopback && loopbackNames.includes(asked.hostname) && asked.port === publicUrl.port;
}
