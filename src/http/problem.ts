import { catalogue, type RollcallError } from '../errors.ts';
import type { ProblemWire } from './wire.ts';

/** Seconds after which a client may try again when the error itself doesn't say. */
const retryAfterOfUnavailable = 2;

/** The problem document (RFC 9457) of an error: nothing in it but the catalogue's words and the error's own facts. */
export function problemOf({ code, facts }: RollcallError, requestId: string): ProblemWire {
  const { title, status, remedy } = catalogue[code];
  return {
    type: `urn:rollcall:problem:${code}`,
    title,
    status,
    code,
    ...(facts.detail === undefined ? {} : { detail: facts.detail }),
    remedy,
    requestId,
    ...(facts.fields === undefined ? {} : { fields: facts.fields.map((field) => ({ ...field })) }),
    ...(facts.methods === undefined ? {} : { methods: [...facts.methods] }),
  };
}

/** The answer that carries the problem document. */
export function problemResponse(error: RollcallError, requestId: string): Response {
  const headers = new Headers({ 'Content-Type': 'application/problem+json; charset=utf-8' });
  addRefusalHeaders(headers, error);
  return new Response(JSON.stringify(problemOf(error, requestId)), { status: error.status, headers });
}

/** The answer to a person who asked for a page: the same words as a document, without anything of the request in it. */
export function problemPage(error: RollcallError, requestId: string): Response {
  const { title, remedy } = catalogue[error.code];
  const headers = new Headers({ 'Content-Type': 'text/html; charset=utf-8' });
  addRefusalHeaders(headers, error);
  const body =
    '<!doctype html><html lang="en"><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">' +
    `<title>${title}</title><h1>${title}</h1><p>${remedy}</p><p>Request id: <code>${requestId}</code></p></html>`;
  return new Response(body, { status: error.status, headers });
}

function addRefusalHeaders(headers: Headers, { status, facts }: RollcallError): void {
  if (status === 401) headers.set('WWW-Authenticate', 'Bearer');
  const seconds = facts.retryAfterSeconds ?? (status === 503 ? retryAfterOfUnavailable : null);
  if (seconds !== null) headers.set('Retry-After', String(Math.max(1, Math.ceil(seconds))));
}
