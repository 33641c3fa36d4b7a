import { RollcallError } from '../errors.ts';

const day = 24 * 60 * 60;

/** The longest life a browser grants a cookie (RFC 6265bis, 5.5): 400 days, in seconds. */
export const longestCookieSeconds: number = 400 * day;

/** The names of our cookies, and whether they are for https alone. */
export interface CookieNames {
  readonly session: string;
  readonly device: string;
  /** Of a sign-in that waits for its second factor. */
  readonly pending: string;
  readonly isSecure: boolean;
}

/** The names under a public URL: with the prefix `__Host-` on https, plain on this machine's http. */
export function cookieNamesFor(publicUrl: URL): CookieNames {
  const isSecure = publicUrl.protocol === 'https:';
  const session = isSecure ? '__Host-rollcall' : 'rollcall';
  return { session, device: `${session}-device`, pending: `${session}-pending`, isSecure };
}

/**
 * A `Set-Cookie` value with the attributes all our cookies share. `maxAgeSeconds` null makes a cookie that ends with the
 * browser's session; more than 400 days is cut to that.
 */
export function setCookie(
  name: string,
  value: string,
  { isSecure }: CookieNames,
  maxAgeSeconds: number | null,
): string {
  const life = maxAgeSeconds === null ? '' : `; Max-Age=${Math.min(maxAgeSeconds, longestCookieSeconds)}`;
  return `${name}=${value}${life}; Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
}

/** A `Set-Cookie` value that removes the cookie. */
export function clearCookie(name: string, names: CookieNames): string {
  return setCookie(name, '', names, 0);
}

/** The values of our cookies in a request; null where absent or empty. */
export interface PresentedCookies {
  readonly session: string | null;
  readonly device: string | null;
  readonly pending: string | null;
}

/**
 * Reads our cookies out of a `Cookie` header by exact name. Throws `ambiguous_credentials` when one of our names comes
 * twice, whatever the values, or in another case: both are how a neighbour plants a cookie of its own.
 */
export function readCookies(header: string | null, names: CookieNames): PresentedCookies {
  const found = new Map<string, string>();
  const ours = [names.session, names.device, names.pending];
  for (const [name, value] of pairsOf(header ?? '')) {
    const own = ours.find((each) => each.toLowerCase() === name.toLowerCase());
    if (own === undefined) continue;
    if (own !== name || found.has(name)) throw ambiguousCookie(own);
    found.set(name, value);
  }
  const presented = (name: string): string | null => found.get(name) || null;
  return {
    session: presented(names.session),
    device: presented(names.device),
    pending: presented(names.pending),
  };
}

function ambiguousCookie(name: string): RollcallError {
  const detail = `The cookie ${name} is there twice, or also in another spelling.`;
  return new RollcallError('ambiguous_credentials', { detail });
}

/** Name and value of every cookie; what has no name, or a value no cookie can have, gives an empty value. */
function pairsOf(header: string): readonly (readonly [string, string])[] {
  return header.split(';').flatMap((part) => {
    const equals = part.indexOf('=');
    if (equals < 0) return [];
    const value = part.slice(equals + 1).trim();
    return [[part.slice(0, equals).trim(), /^[\w.~-]*$/.test(value) ? value : 'unreadable'] as const];
  });
}
