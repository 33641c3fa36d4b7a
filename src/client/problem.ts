import { catalogue, type ErrorCode, type FieldError } from '../errors.ts';

/** What only the client can find out: nobody answered, not in time, or not in a way it understands. */
export type LocalCode = 'network_failed' | 'timed_out' | 'unreadable_answer';

/** A proof that will do where `step_up_required` is answered. */
export type ProofMethod = 'password' | 'totp' | 'recovery-code';

/** A refusal or failure as a value; switch on `code`. */
export interface Problem {
  readonly code: ErrorCode | LocalCode;
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** A sentence for this occurrence, when the server had one. */
  readonly detail: string | null;
  readonly title: string;
  readonly requestId: string | null;
  readonly fields: readonly FieldError[];
  /** With `step_up_required`: the proofs that will do. Empty otherwise. */
  readonly methods: readonly ProofMethod[];
  /** Seconds until a retry can succeed; null when the server did not say. */
  readonly retryAfterSeconds: number | null;
}

/** What every operation answers: the value, or the problem. Nothing is thrown for an expected refusal. */
export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: Problem };

const localTitles: Record<LocalCode, string> = {
  network_failed: 'The server could not be reached.',
  timed_out: 'The server did not answer in time.',
  unreadable_answer: 'The server gave an answer that could not be read.',
};

/** A problem found on this side of the connection. */
export function localProblem(code: LocalCode, status = 0): Problem {
  const none = { detail: null, requestId: null, fields: [], methods: [], retryAfterSeconds: null };
  return { code, status, title: localTitles[code], ...none };
}

/**
 * Reads a problem document (RFC 9457). A code this client does not know, from a newer server, becomes
 * `unexpected`; a body that is no problem document, from a proxy in between, becomes `unreadable_answer`.
 */
export function problemFrom(status: number, body: unknown, retryAfter: string | null): Problem {
  const retryAfterSeconds = secondsFrom(retryAfter);
  if (!isRecord(body) || typeof body['code'] !== 'string') {
    return { ...localProblem('unreadable_answer', status), retryAfterSeconds };
  }
  return {
    code: isKnownCode(body['code']) ? body['code'] : 'unexpected',
    status,
    detail: textOrNull(body['detail']),
    title: textOrNull(body['title']) ?? catalogue.unexpected.title,
    requestId: textOrNull(body['requestId']),
    fields: listOf(body['fields'], isFieldError),
    methods: listOf(body['methods'], isProofMethod),
    retryAfterSeconds,
  };
}

function isKnownCode(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function isFieldError(value: unknown): value is FieldError {
  return isRecord(value) && typeof value['field'] === 'string' && typeof value['problem'] === 'string';
}

function isProofMethod(value: unknown): value is ProofMethod {
  return value === 'password' || value === 'totp' || value === 'recovery-code';
}

function listOf<Item>(value: unknown, isItem: (item: unknown) => item is Item): readonly Item[] {
  return Array.isArray(value) ? value.filter(isItem) : [];
}

function secondsFrom(retryAfter: string | null): number | null {
  if (retryAfter === null || !/^\d{1,6}$/.test(retryAfter)) return null;
  return Number(retryAfter);
}
