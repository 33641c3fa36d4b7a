import { RollcallError } from '../errors.ts';

/**
 * The bearer token of an `Authorization` header (RFC 6750, 2.1), or null when there is no such header. Throws
 * `ambiguous_credentials` for two headers, `no_active_session` for another scheme and for what is no token at all.
 */
export function readBearer(header: string | null): string | null {
  if (header === null) return null;
  if (header.includes(',')) {
    throw new RollcallError('ambiguous_credentials', { detail: 'There are two Authorization headers.' });
  }
  const match = /^bearer +([\w.~+/-]{1,4096}=*)$/i.exec(header.trim());
  if (match?.[1] === undefined) throw new RollcallError('no_active_session', { cause: 'malformed' });
  return match[1];
}
