const api = "default-src 'none'; frame-ancestors 'none'; sandbox";
const page = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const always: readonly (readonly [string, string])[] = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  [
    'Permissions-Policy',
    'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), serial=(), usb=()',
  ],
];

const oneYearWithSubdomains = 'max-age=31536000; includeSubDomains';

/** Paths whose answers are data, never documents. */
export function isDataPath(path: string): boolean {
  return /^\/(api(\/|$)|openapi\.json$|healthz$|readyz$|metrics$)/.test(path);
}

/**
 * Puts on an answer what every answer carries, errors too: content policy, sniffing, referrer, isolation, and, where the
 * answer does not say otherwise, that nobody keeps it.
 */
export function secure(response: Response, path: string, isHttps: boolean): Response {
  const { headers } = response;
  for (const [name, value] of always) headers.set(name, value);
  headers.set('Content-Security-Policy', isDataPath(path) ? api : page);
  if (isHttps) headers.set('Strict-Transport-Security', oneYearWithSubdomains);
  if (headers.has('Cache-Control')) return response;
  headers.set('Cache-Control', 'no-store');
  headers.set('Vary', 'Cookie, Authorization');
  return response;
}
