/**
 * The one catalogue of errors. `status` is the HTTP status a code is answered with, `title` says what happened
 * (RFC 9457 `title`), `remedy` what the reader can do about it. A code never changes its meaning.
 */
export const catalogue = {
  invalid_request: {
    status: 400,
    title: 'The request is not valid.',
    remedy: 'Correct the named fields and send it again.',
  },
  invalid_json: {
    status: 400,
    title: 'The body is not valid JSON.',
    remedy: 'Send one JSON object in UTF-8.',
  },
  ambiguous_credentials: {
    status: 400,
    title: 'The request carries credentials that disagree.',
    remedy: 'Send one session cookie or one bearer token, not both.',
  },
  token_in_url: {
    status: 400,
    title: 'Tokens are not accepted in a URL.',
    remedy: 'Send the token in the Cookie or Authorization header.',
  },
  no_active_session: { status: 401, title: 'There is no active session.', remedy: 'Sign in.' },
  no_pending_sign_in: {
    status: 401,
    title: 'There is no sign-in waiting for a second factor.',
    remedy: 'Start again with the password.',
  },
  invalid_credentials: {
    status: 401,
    title: 'That e-mail and password do not match.',
    remedy: 'Check both.',
  },
  invalid_code: {
    status: 401,
    title: 'That code is not right.',
    remedy: 'Enter the code that is shown now. A code works once.',
  },
  step_up_required: {
    status: 403,
    title: 'This needs a recent proof that it is you.',
    remedy: 'Prove it with POST /api/step-up, then repeat the request.',
  },
  cross_site_request: {
    status: 403,
    title: 'The request comes from another site.',
    remedy: 'Send it from the pages of this service.',
  },
  not_found: { status: 404, title: 'There is nothing here.', remedy: 'Check the address.' },
  method_not_allowed: {
    status: 405,
    title: 'This method is not allowed here.',
    remedy: 'Use a method named in the Allow header.',
  },
  request_timeout: { status: 408, title: 'The request took too long to arrive.', remedy: 'Send it again.' },
  email_taken: {
    status: 409,
    title: 'An account with this e-mail exists.',
    remedy: 'Sign in, or use another e-mail.',
  },
  two_factor_on: {
    status: 409,
    title: 'Two-factor is already on.',
    remedy: 'Turn it off first to replace it.',
  },
  two_factor_off: { status: 409, title: 'Two-factor is not on.', remedy: 'Turn it on first.' },
  no_pending_enrolment: {
    status: 409,
    title: 'No authenticator app is waiting to be confirmed.',
    remedy: 'Start the set-up again.',
  },
  content_too_large: { status: 413, title: 'The body is too large.', remedy: 'Send at most 64 KiB.' },
  uri_too_long: { status: 414, title: 'The address is too long.', remedy: 'Send at most 8 KiB.' },
  unsupported_media_type: {
    status: 415,
    title: 'The body must be JSON.',
    remedy: 'Send Content-Type: application/json, uncompressed.',
  },
  unknown_host: {
    status: 421,
    title: 'This service does not answer for that host.',
    remedy: 'Use the public URL of the service.',
  },
  password_too_short: {
    status: 422,
    title: 'The password is too short.',
    remedy: 'Use at least 15 characters, or 8 with two-factor on.',
  },
  password_too_long: {
    status: 422,
    title: 'The password is too long.',
    remedy: 'Use at most 256 characters.',
  },
  password_common: {
    status: 422,
    title: 'The password is among the first that are guessed.',
    remedy: 'Use several unrelated words.',
  },
  password_contains_email: {
    status: 422,
    title: 'The password contains your e-mail name.',
    remedy: 'Leave your name and e-mail out of it.',
  },
  password_unchanged: { status: 422, title: 'The new password is the old one.', remedy: 'Choose another.' },
  too_many_attempts: {
    status: 429,
    title: 'Too many attempts.',
    remedy: 'Wait for the time in Retry-After.',
  },
  headers_too_large: {
    status: 431,
    title: 'The headers are too large.',
    remedy: 'Send at most 16 KiB of headers.',
  },
  unexpected: {
    status: 500,
    title: 'Something went wrong on our side.',
    remedy: 'Try again; tell the operator the request id if it stays.',
  },
  too_busy: {
    status: 503,
    title: 'The service is too busy to check passwords now.',
    remedy: 'Try again after the time in Retry-After.',
  },
  store_unavailable: {
    status: 503,
    title: 'The database cannot be reached, so nothing was allowed or changed.',
    remedy: 'Try again; the operator finds the cause in the log.',
  },
  outcome_unknown: {
    status: 503,
    title: 'It is not known whether the change was stored.',
    remedy: 'Repeat the request; repeating it is safe.',
  },
  shutting_down: { status: 503, title: 'The service is stopping.', remedy: 'Try again in a moment.' },
  invalid_setting: {
    status: 500,
    title: 'A setting is not valid.',
    remedy: 'Correct the named setting and start again.',
  },
  store_in_use: {
    status: 500,
    title: 'Another process is using this database file.',
    remedy: 'Stop it, or give each process its own file.',
  },
  store_unsafe: {
    status: 500,
    title: 'The database cannot keep the promise of a final log-out.',
    remedy: 'See the detail for the setting that must change.',
  },
  store_newer: {
    status: 500,
    title: 'The database was written by a newer version.',
    remedy: 'Start the newer version.',
  },
} as const satisfies Record<string, { status: number; title: string; remedy: string }>;

/** A stable error code; clients may switch on it. */
export type ErrorCode = keyof typeof catalogue;

/** What went wrong with one field of a request. Never holds the refused value. */
export interface FieldError {
  readonly field: string;
  readonly problem: string;
}

export interface ErrorFacts {
  /** One sentence for this occurrence. Never a secret, never a value the client sent. */
  readonly detail?: string;
  /** Seconds until a retry can succeed; sent as Retry-After. */
  readonly retryAfterSeconds?: number;
  readonly fields?: readonly FieldError[];
  /** With `step_up_required`: the proofs that will do. */
  readonly methods?: readonly ('password' | 'totp' | 'recovery-code')[];
  readonly cause?: unknown;
}

/** The only error class of Rollcall: thrown for refusals and surprises, told apart by `code`. */
export class RollcallError extends Error {
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, facts: ErrorFacts = {}) {
    super(
      facts.detail ?? catalogue[code].title,
      facts.cause === undefined ? undefined : { cause: facts.cause },
    );
    this.name = 'RollcallError';
    this.code = code;
    this.facts = facts;
  }

  /** The HTTP status of the code. */
  get status(): number {
    return catalogue[this.code].status;
  }
}
