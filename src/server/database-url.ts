import { RollcallError } from '../errors.ts';

/** Where sessions are kept. */
export type DatabaseSettings =
  | { readonly kind: 'sqlite' /** Path of the file. */; readonly path: string }
  | { readonly kind: 'postgres' /** Holds the password: never to be logged. */; readonly url: string };

/** What may follow `?` in a PostgreSQL URL. A misspelt one would be ignored, and `sslmode` with it. */
const knownParameters = new Set([
  'application_name',
  'host',
  'options',
  'sslcert',
  'sslkey',
  'sslmode',
  'sslnegotiation',
  'sslrootcert',
  'uselibpqcompat',
]);
const inBetween = new Set(['prefer', 'require', 'verify-ca']);
const sslModes = new Set(['disable', ...inBetween, 'verify-full', 'no-verify']);

const example = 'postgres://user:password@host:5432/rollcall';

/** Reads ROLLCALL_DATABASE_URL; throws `invalid_setting` with one sentence that never repeats the value. */
export function parseDatabaseUrl(text: string): DatabaseSettings {
  if (text.startsWith('sqlite:')) return parseSqlite(text);
  if (/^postgres(ql)?:\/\//i.test(text)) return parsePostgres(text);
  return refuse('must start with sqlite: and name a file, or with postgres:// and name a database.');
}

function refuse(complaint: string): never {
  throw new RollcallError('invalid_setting', { detail: `ROLLCALL_DATABASE_URL ${complaint}` });
}

function parseSqlite(text: string): DatabaseSettings {
  const path = text.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
  if (path === '' || path.startsWith(':')) refuse('must name a file after sqlite:.');
  return { kind: 'sqlite', path };
}

function parsePostgres(text: string): DatabaseSettings {
  if (!URL.canParse(text)) refuse(unreadable);
  const url = new URL(text);
  const { username, password, hostname, pathname, hash, searchParams } = url;
  if (hash !== '' || ![username, password, pathname].every(isDecodable)) refuse(unreadable);
  if (hostname === '' && !searchParams.has('host')) refuse('must name a host after postgres://.');
  if (/^\/?$/.test(pathname)) refuse('must name a database after the host.');
  for (const name of searchParams.keys()) if (!knownParameters.has(name)) refuse(unknownParameter);
  return { kind: 'postgres', url: withPlainSslMode(text, searchParams) };
}

/** The driver takes modes in between for `verify-full`, and warns of it at length: here they say so. */
function withPlainSslMode(text: string, parameters: URLSearchParams): string {
  const mode = parameters.get('sslmode');
  if (mode !== null && !sslModes.has(mode))
    refuse(`has an unknown sslmode; known are ${[...sslModes].join(', ')}.`);
  if (mode === null || !inBetween.has(mode) || parameters.has('uselibpqcompat')) return text;
  const url = new URL(text);
  url.searchParams.set('sslmode', 'verify-full');
  return url.href;
}

const unreadable = `can't be read as a URL such as ${example}; special characters in the password must be percent-encoded.`;
const unknownParameter = `has an unknown parameter after the question mark; known are ${[...knownParameters].join(', ')}.`;

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
