import { type Answer, localProblem, type Problem, problemFrom } from './problem.ts';
import type * as Wire from './types.ts';

export interface ClientOptions {
  /** Where Rollcall answers, without a trailing slash. Default: the page's own origin. */
  readonly baseUrl?: string;
  readonly fetch?: typeof fetch;
  /** Milliseconds until an operation counts as unanswered. Default 15,000. */
  readonly timeoutMs?: number;
  /** Told of every problem before the caller sees it. */
  readonly onProblem?: (problem: Problem) => void;
}

/** Why something is read: `isBackground` says that the page asks by itself, which is no activity of the owner. */
export interface Reading {
  readonly isBackground?: boolean;
}

/** One function per operation. All of them answer with a value or a problem; none throws for a refusal. */
export interface Client {
  signUp(request: Wire.SignUpRequest): Promise<Answer<Wire.SignUpAnswer>>;
  signIn(request: Wire.SignInRequest): Promise<Answer<Wire.SignInAnswer>>;
  verifySecondFactor(request: Wire.SecondFactorRequest): Promise<Answer<Wire.SignedInAnswer>>;
  signOut(): Promise<Answer<null>>;
  currentSession(reading?: Reading): Promise<Answer<Wire.CurrentSessionAnswer>>;
  listSessions(reading?: Reading): Promise<Answer<Wire.SessionListAnswer>>;
  /** Final everywhere once answered. An id already ended is answered the same way. May need a step-up. */
  revokeSession(id: string): Promise<Answer<null>>;
  revokeOtherSessions(): Promise<Answer<Wire.RevokedAnswer>>;
  labelDevice(id: string, label: string | null): Promise<Answer<Wire.LabelAnswer>>;
  history(cursor: string | null): Promise<Answer<Wire.HistoryAnswer>>;
  stepUp(request: Wire.StepUpRequest): Promise<Answer<Wire.StepUpAnswer>>;
  account(): Promise<Answer<Wire.AccountAnswer>>;
  changePassword(request: Wire.PasswordRequest): Promise<Answer<Wire.PasswordAnswer>>;
  assessPassword(request: Wire.AssessRequest): Promise<Answer<Wire.AssessAnswer>>;
  suggestPassphrase(): Promise<Answer<Wire.PassphraseAnswer>>;
  startTotp(): Promise<Answer<Wire.TotpAnswer>>;
  confirmTotp(code: string): Promise<Answer<Wire.RecoveryCodesAnswer>>;
  removeTotp(): Promise<Answer<null>>;
  replaceRecoveryCodes(): Promise<Answer<Wire.RecoveryCodesAnswer>>;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Send = <Value>(
  method: Method,
  path: string,
  body?: unknown,
  reading?: Reading,
) => Promise<Answer<Value>>;

/** A client for one Rollcall. Credentials are the browser's cookies; the client never sees them. */
export function createClient(options: ClientOptions = {}): Client {
  const send = sender(options);
  const part = encodeURIComponent;
  return {
    signUp: (request) => send('POST', '/api/sign-up', request),
    signIn: (request) => send('POST', '/api/sign-in', request),
    verifySecondFactor: (request) => send('POST', '/api/sign-in/second-factor', request),
    signOut: () => send('POST', '/api/sign-out'),
    currentSession: (reading) => send('GET', '/api/session', undefined, reading),
    listSessions: (reading) => send('GET', '/api/sessions', undefined, reading),
    revokeSession: (id) => send('DELETE', `/api/sessions/${part(id)}`),
    revokeOtherSessions: () => send('POST', '/api/sessions/revoke-others'),
    labelDevice: (id, label) => send('PATCH', `/api/devices/${part(id)}`, { label }),
    history: (cursor) => send('GET', `/api/history${cursor === null ? '' : `?cursor=${part(cursor)}`}`),
    stepUp: (request) => send('POST', '/api/step-up', request),
    account: () => send('GET', '/api/account'),
    changePassword: (request) => send('PUT', '/api/password', request),
    assessPassword: (request) => send('POST', '/api/password/assess', request),
    suggestPassphrase: () => send('GET', '/api/passphrase'),
    startTotp: () => send('POST', '/api/two-factor/totp'),
    confirmTotp: (code) => send('POST', '/api/two-factor/totp/confirm', { code }),
    removeTotp: () => send('DELETE', '/api/two-factor/totp'),
    replaceRecoveryCodes: () => send('POST', '/api/two-factor/recovery-codes'),
  };
}

function sender(options: ClientOptions): Send {
  const { baseUrl = '', timeoutMs = 15_000, onProblem } = options;
  const call = options.fetch ?? ((input, init) => fetch(input, init));
  const credentials = baseUrl === '' ? 'same-origin' : 'include';
  return async <Value>(
    method: Method,
    path: string,
    body?: unknown,
    reading: Reading = {},
  ): Promise<Answer<Value>> => {
    const init = requestInit(method, body, reading);
    const answer = await answerOf<Value>(() =>
      call(baseUrl + path, { ...init, credentials, signal: AbortSignal.timeout(timeoutMs) }),
    );
    if (!answer.ok) onProblem?.(answer.problem);
    return answer;
  };
}

function requestInit(method: Method, body: unknown, { isBackground = false }: Reading): RequestInit {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (method !== 'GET') headers['content-type'] = 'application/json';
  if (isBackground) headers['rollcall-background'] = '1';
  const init: RequestInit = { method, headers, cache: 'no-store', redirect: 'error' };
  return body === undefined ? init : { ...init, body: JSON.stringify(body) };
}

async function answerOf<Value>(call: () => Promise<Response>): Promise<Answer<Value>> {
  try {
    const response = await call();
    return await readAnswer<Value>(response);
  } catch (error) {
    const isLate = error instanceof DOMException && error.name === 'TimeoutError';
    return { ok: false, problem: localProblem(isLate ? 'timed_out' : 'network_failed') };
  }
}

async function readAnswer<Value>(response: Response): Promise<Answer<Value>> {
  const text = await response.text();
  const body = text === '' ? null : parsed(text);
  if (!response.ok) {
    const problem = problemFrom(response.status, body, response.headers.get('retry-after'));
    return { ok: false, problem };
  }
  if (body === undefined) return { ok: false, problem: localProblem('unreadable_answer', response.status) };
  // The server validates what it sends with the same schemas these types are made of.
  return { ok: true, value: body as Value };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
