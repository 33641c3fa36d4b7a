import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { TOTP } from 'otpauth';
import { parseTrustedProxies } from '../src/devices/address.ts';
import type { Clock } from '../src/engine/ports.ts';
import { parseDatabaseUrl } from '../src/server/database-url.ts';
import type { Log } from '../src/server/log.ts';
import { startService } from '../src/server/service.ts';

export const ownerEmail = 'mara@lindqvist.example';
export const ownerPassword = 'lantern quartz violet harbour';

/** The whole service on a port of its own, with a database and a secret of its own. */
export interface RunningService {
  readonly url: string;
  readonly port: number;
  /** Where its database and secret lie. */
  readonly folder: string;
  /** Every line it logged, as JSON. */
  readonly logLines: readonly string[];
  /** A client with a cookie jar of its own. */
  client(headers?: Record<string, string>): ApiClient;
  /** Stops, and removes the folder unless it was given. Stopping twice is no error. */
  stop(): Promise<void>;
}

export interface TestServiceOptions {
  readonly clock?: Clock;
  /** Lets a client choose its address with X-Forwarded-For. */
  readonly trustedProxies?: string;
  /** Another than the address it listens on; then only raw requests with its `Host` are answered. */
  readonly publicUrl?: string;
  /** A PostgreSQL database; a SQLite file in the folder by default. */
  readonly databaseUrl?: string;
  /** A folder that outlives the service, so that it can be started on it again. */
  readonly folder?: string;
}

/** Starts a service. */
export async function startTestService(options: TestServiceOptions = {}): Promise<RunningService> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'rollcall-test-'));
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const logLines: string[] = [];
  const settings = {
    port,
    host: '127.0.0.1',
    publicUrl: new URL(options.publicUrl ?? url),
    database: parseDatabaseUrl(options.databaseUrl ?? `sqlite:${join(folder, 'rollcall.db')}`),
    trustedProxies: parseTrustedProxies(options.trustedProxies ?? ''),
    secretFile: join(folder, 'secret'),
  };
  const service = await startService(
    settings,
    recordingLog(logLines),
    options.clock ? { clock: options.clock } : {},
  );
  let stopped: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    await service.stop();
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  };
  return {
    ...{ url, port, folder, logLines },
    client: (headers = {}) => new ApiClient(url, headers),
    stop: () => (stopped ??= stop()),
  };
}

/** What an answer was, read once. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; an empty object when it is none. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Speaks to a service as a browser does: keeps cookies, says where it comes from. */
export class ApiClient {
  readonly cookies = new Map<string, string>();
  readonly #url: string;
  readonly #headers: Record<string, string>;

  constructor(url: string, headers: Record<string, string>) {
    this.#url = url;
    this.#headers = headers;
  }

  /** Sends a request; a body is sent as JSON. Headers given here win. */
  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiAnswer> {
    const response = await fetch(this.#url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...this.#ownHeaders(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: objectOf(text) };
  }

  /** The answer to a GET whose body goes on until the signal. */
  open(path: string, signal: AbortSignal): Promise<Response> {
    return fetch(this.#url + path, { headers: this.#ownHeaders(), signal });
  }

  /** Creates the owner's account, signed in here. */
  signUp(email: string = ownerEmail, password: string = ownerPassword): Promise<ApiAnswer> {
    return this.send('POST', '/api/sign-up', { email, password });
  }

  signIn(email: string = ownerEmail, password: string = ownerPassword): Promise<ApiAnswer> {
    return this.send('POST', '/api/sign-in', { email, password });
  }

  /** Turns two-factor on; gives the key and the recovery codes. */
  async turnOnTwoFactor(
    now: number = Date.now(),
  ): Promise<{ key: string; recoveryCodes: readonly string[] }> {
    const started = await this.send('POST', '/api/two-factor/totp');
    const key = String(started.body['secret']);
    const confirmed = await this.send('POST', '/api/two-factor/totp/confirm', { code: totpCode(key, now) });
    if (confirmed.status !== 200) throw new Error(confirmed.text);
    return { key, recoveryCodes: confirmed.body['recoveryCodes'] as readonly string[] };
  }

  #ownHeaders(): Record<string, string> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return { origin: this.#url, ...(cookie === '' ? {} : { cookie }), ...this.#headers };
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const at = pair.indexOf('=');
    const name = pair.slice(0, at);
    const isExpired = attributes.some((attribute) => /^max-age=0$/i.test(attribute));
    if (isExpired) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(at + 1));
  }
}

/** What an authenticator app shows for the key; spaces in the key are ignored. */
export function totpCode(key: string, now: number): string {
  return new TOTP({ secret: key.replaceAll(' ', '') }).generate({ timestamp: now });
}

/** A port nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function recordingLog(lines: string[]): Log {
  const write = (level: string) => (facts: object, sentence: string) =>
    void lines.push(JSON.stringify({ level, sentence, ...facts }, writeErrorsOut));
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

/** An error's message, stack and causes, which JSON leaves out. */
function writeErrorsOut(_key: string, value: unknown): unknown {
  return value instanceof Error ? inspect(value) : value;
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
