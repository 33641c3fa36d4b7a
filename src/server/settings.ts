import { parseTrustedProxies } from '../devices/address.ts';
import { RollcallError } from '../errors.ts';
import { type DatabaseSettings, parseDatabaseUrl } from './database-url.ts';

/** The settings of the service (design, section 8), each checked. Nothing else is read from the environment, but for what the
 * driver of PostgreSQL finds there when its URL leaves it out, such as PGPASSWORD. */
export interface Settings {
  readonly port: number;
  readonly host: string;
  readonly publicUrl: URL;
  readonly database: DatabaseSettings;
  readonly trustedProxies: ReturnType<typeof parseTrustedProxies>;
  readonly secretFile: string;
}

/** What the environment says, by name; unset and empty are the same. */
export type Environment = Readonly<Record<string, string | undefined>>;

const known = new Set([
  'ROLLCALL_PUBLIC_URL',
  'ROLLCALL_DATABASE_URL',
  'ROLLCALL_TRUSTED_PROXIES',
  'ROLLCALL_SMTP_URL',
  'ROLLCALL_SECRET_FILE',
]);

/** Reads and checks every setting; throws `invalid_setting` with one sentence that names the first wrong one. */
export function readSettings(environment: Environment): Settings {
  refuseUnknown(environment);
  refuseMail(environment);
  const port = readPort(environment);
  return {
    port,
    host: readHost(environment),
    publicUrl: readPublicUrl(environment, port),
    database: parseDatabaseUrl(text(environment, 'ROLLCALL_DATABASE_URL') ?? 'sqlite:./data/rollcall.db'),
    trustedProxies: parseTrustedProxies(text(environment, 'ROLLCALL_TRUSTED_PROXIES') ?? ''),
    secretFile: text(environment, 'ROLLCALL_SECRET_FILE') ?? 'data/secret',
  };
}

/** Whether a host name can only be this machine. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname === '[::1]' ||
    hostname === '::1' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}

function text(environment: Environment, name: string): string | null {
  const value = environment[name]?.trim();
  return value === undefined || value === '' ? null : value;
}

function refuse(detail: string): never {
  throw new RollcallError('invalid_setting', { detail });
}

function refuseUnknown(environment: Environment): void {
  for (const name of Object.keys(environment)) {
    if (name.startsWith('ROLLCALL_') && !known.has(name))
      refuse(`${name} is not a setting of Rollcall; check its spelling.`);
  }
}

function refuseMail(environment: Environment): void {
  const value = text(environment, 'ROLLCALL_SMTP_URL');
  if (value === null) return;
  const protocol = URL.canParse(value) ? new URL(value).protocol : '';
  if (protocol !== 'smtp:' && protocol !== 'smtps:')
    refuse('ROLLCALL_SMTP_URL must be a URL that starts with smtp:// or smtps://.');
}

function readPort(environment: Environment): number {
  const value = text(environment, 'PORT') ?? '3000';
  const port = /^\d{1,5}$/.test(value) ? Number(value) : -1;
  return port >= 1 && port <= 65_535 ? port : refuse('PORT must be a whole number from 1 to 65535.');
}

function readHost(environment: Environment): string {
  const host = text(environment, 'HOST') ?? '127.0.0.1';
  return /^[\w.:[\]-]+$/.test(host)
    ? host.replace(/^\[|\]$/g, '')
    : refuse('HOST must be an address or a host name.');
}

function readPublicUrl(environment: Environment, port: number): URL {
  const value = text(environment, 'ROLLCALL_PUBLIC_URL') ?? `http://localhost:${port}`;
  if (!URL.canParse(value)) refuse('ROLLCALL_PUBLIC_URL must be a URL such as https://accounts.example.com.');
  const url = new URL(value);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    refuse('ROLLCALL_PUBLIC_URL must start with https:// or http://.');
  if (url.username + url.password + url.search + url.hash !== '' || url.pathname !== '/') {
    refuse('ROLLCALL_PUBLIC_URL must be scheme, host and port alone, without path, user or query.');
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    refuse('ROLLCALL_PUBLIC_URL must start with https://: plain http is for localhost only.');
  }
  return url;
}
