import assert from 'node:assert/strict';
import type { ApiAnswer, ApiClient, RunningService } from '../running-service.ts';

/** A signed-in user of a test, and what an attacker would like to have of them. */
export interface Victim {
  /** The browser they signed up in. */
  readonly client: ApiClient;
  readonly email: string;
  readonly password: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly deviceId: string;
}

/** Judged in a third of the time that a phrase of words takes. */
const victimPassword = 'vqzt wkfj xhpd gbrn';

let count = 0;

/** An address nobody has used in this process. */
export function freshEmail(): string {
  count += 1;
  return `owner-${count}@attacks.example`;
}

/** Signs up a user of its own for a test. */
export async function newVictim(
  service: RunningService,
  headers: Record<string, string> = {},
): Promise<Victim> {
  const email = freshEmail();
  const client = service.client(headers);
  const answer = await client.signUp(email, victimPassword);
  assert.equal(answer.status, 201, answer.text);
  return { client, email, password: victimPassword, ...idsOf(answer) };
}

/** The ids in the answer to a sign-up or sign-in. */
export function idsOf(answer: ApiAnswer): Pick<Victim, 'userId' | 'sessionId' | 'deviceId'> {
  const user = part(answer.body, 'user');
  const session = part(answer.body, 'session');
  return {
    userId: text(user, 'id'),
    sessionId: text(session, 'id'),
    deviceId: text(part(session, 'device'), 'id'),
  };
}

/** Signs the victim in from one more browser; fails unless that gives a session. */
export async function anotherBrowser(
  service: RunningService,
  { email, password }: Pick<Victim, 'email' | 'password'>,
): Promise<{ readonly client: ApiClient; readonly sessionId: string; readonly deviceId: string }> {
  const client = service.client();
  const answer = await client.signIn(email, password);
  assert.equal(answer.body['status'], 'signed-in', answer.text);
  return { client, ...idsOf(answer) };
}

/** Another browser with the same cookies: what a thief has, or a replay after the end. */
export function copyOf(service: RunningService, client: ApiClient): ApiClient {
  const copy = service.client();
  for (const [name, value] of client.cookies) copy.cookies.set(name, value);
  return copy;
}

/** The token in a browser's session cookie. */
export function tokenOf(client: ApiClient): string {
  return cookieOf(client, 'rollcall');
}

/** The value of a browser's cookie; fails without it. */
export function cookieOf(client: ApiClient, name: string): string {
  const value = client.cookies.get(name);
  assert.ok(value !== undefined, `the browser has no cookie ${name}`);
  return value;
}

/** What `GET /api/session` answers to a bare token as bearer. */
export async function statusAsBearer(service: RunningService, token: string): Promise<number> {
  const answer = await service
    .client()
    .send('GET', '/api/session', undefined, { authorization: `Bearer ${token}` });
  return answer.status;
}

/** What `GET /api/session` answers to a value in the session cookie. */
export async function statusAsCookie(service: RunningService, value: string): Promise<number> {
  const client = service.client();
  client.cookies.set('rollcall', value);
  return (await client.send('GET', '/api/session')).status;
}

/** Fails unless the token is refused as cookie and as bearer. */
export async function assertDead(
  service: RunningService,
  token: string,
  message = 'it lives',
): Promise<void> {
  assert.equal(await statusAsBearer(service, token), 401, `as bearer: ${message}`);
  assert.equal(await statusAsCookie(service, token), 401, `as cookie: ${message}`);
}

/** Fails unless the token is accepted. */
export async function assertAlive(
  service: RunningService,
  token: string,
  message = 'it is dead',
): Promise<void> {
  assert.equal(await statusAsBearer(service, token), 200, message);
}

/** An object inside a parsed body. */
export function part(
  body: Readonly<Record<string, unknown>>,
  name: string,
): Readonly<Record<string, unknown>> {
  const value = body[name];
  assert.ok(typeof value === 'object' && value !== null, `there is no object "${name}"`);
  return value as Record<string, unknown>;
}

/** A list of objects inside a parsed body. */
export function list(
  body: Readonly<Record<string, unknown>>,
  name: string,
): readonly Readonly<Record<string, unknown>>[] {
  const value = body[name];
  assert.ok(Array.isArray(value), `there is no list "${name}"`);
  return value as readonly Record<string, unknown>[];
}

/** A text inside a parsed body. */
export function text(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name];
  assert.ok(typeof value === 'string', `there is no text "${name}"`);
  return value;
}

/** The status and code of an answer: `401 no_active_session`. */
export function outcomeOf({ status, body }: Pick<ApiAnswer, 'status' | 'body'>): string {
  return typeof body['code'] === 'string' ? `${status} ${body['code']}` : String(status);
}

/** An operation as the published OpenAPI document names it. */
export interface PublishedOperation {
  readonly method: string;
  readonly path: string;
  readonly isForSession: boolean;
}

/** Every operation the service says it has. */
export async function publishedOperations(service: RunningService): Promise<readonly PublishedOperation[]> {
  const { body } = await service.client().send('GET', '/openapi.json');
  return Object.entries(part(body, 'paths')).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, { readonly security?: readonly unknown[] }>).map(
      ([method, { security = [] }]) => ({
        method: method.toUpperCase(),
        path,
        isForSession: security.length > 0,
      }),
    ),
  );
}

/** Bodies that pass the schema of each operation that takes one, so that a refusal is never the schema's. */
export const plausibleBodies: Readonly<Record<string, object>> = {
  'POST /api/sign-up': { email: 'someone@attacks.example', password: 'lantern quartz violet harbour' },
  'POST /api/sign-in': { email: 'someone@attacks.example', password: 'lantern quartz violet harbour' },
  'POST /api/sign-in/second-factor': { method: 'totp', code: '000000' },
  'POST /api/step-up': { password: victimPassword },
  'PUT /api/password': { currentPassword: victimPassword, newPassword: 'copper meadow signal teapot' },
  'PATCH /api/devices/{id}': { label: 'Mine now' },
  'POST /api/two-factor/totp/confirm': { code: '000000' },
  'POST /api/password/assess': { password: 'a word' },
};
