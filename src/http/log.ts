import { type ErrorCode, RollcallError } from '../errors.ts';
import type { Exchange } from './exchange.ts';
import type { LogLine } from './ports.ts';
import { holdsToken, withoutTokens } from './token-shape.ts';

const longestPath = 200;
const longestExcerpt = 300;

/** Refusals that an honest client doesn't cause, and that an operator wants to see. */
const suspicious: readonly ErrorCode[] = [
  'ambiguous_credentials',
  'token_in_url',
  'cross_site_request',
  'unknown_host',
  'too_many_attempts',
];

/** The line about a refusal or surprise, without anything that could be a secret. */
export function logLineOf({ request, url, requestId }: Exchange, error: RollcallError): LogLine {
  const cause = error.facts.cause;
  const excerpt = excerptOf(cause);
  const stack = error.status >= 500 ? stackOf(cause) : null;
  return {
    level: levelOf(error),
    code: error.code,
    method: request.method,
    path: holdsToken(url.pathname) ? '[token]' : url.pathname.slice(0, longestPath),
    status: error.status,
    requestId,
    ...(excerpt === null ? {} : { excerpt }),
    ...(stack === null ? {} : { stack }),
  };
}

function levelOf({ status, code }: RollcallError): LogLine['level'] {
  if (status >= 500) return 'error';
  return suspicious.includes(code) ? 'warn' : 'info';
}

function excerptOf(cause: unknown): string | null {
  if (cause === undefined) return null;
  const text = cause instanceof Error ? `${cause.name}: ${innermostMessage(cause)}` : String(cause);
  return withoutTokens(text)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .slice(0, longestExcerpt);
}

function innermostMessage(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${innermostMessage(error.cause)}` : error.message;
}

/** The places alone: the message before them was cut and cleaned. */
function stackOf(cause: unknown): string | null {
  if (!(cause instanceof Error)) return null;
  const places = (cause.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return places.slice(0, 12).join('\n');
}

/** Any thrown thing as an error of the catalogue; what is not one of ours is `unexpected`, with the thing as its cause. */
export function knownError(thrown: unknown, request: Request): RollcallError {
  if (thrown instanceof RollcallError) return thrown;
  // The client went away while its body was read: nobody will see the answer.
  if (request.signal.aborted) return new RollcallError('request_timeout');
  return new RollcallError('unexpected', { cause: thrown });
}
