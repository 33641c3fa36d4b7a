import { RollcallError } from '../../errors.ts';
import type { Exchange } from '../exchange.ts';
import { holdsToken } from '../token-shape.ts';

const tokenNames: readonly string[] = ['token', 'access_token'];

/** Refuses tokens in a URL with `token_in_url`: URLs end up in logs, histories and referrers (RFC 6750, 5.3). */
export function refuseTokenInUrl({ request, url }: Exchange): void {
  const isNamed = [...url.searchParams.keys()].some((name) => tokenNames.includes(name.toLowerCase()));
  if (isNamed || holdsToken(request.url)) throw new RollcallError('token_in_url');
}
