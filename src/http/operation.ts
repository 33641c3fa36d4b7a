import type { z } from '@hono/zod-openapi';
import type { Exchange } from './exchange.ts';
import { readBody, readNoBody } from './steps/body.ts';
import { type Caller, noteActivity, requireCaller } from './steps/credential.ts';
import { readNoQuery, readQuery } from './steps/query.ts';
import { type ProofNeed, requireRecentProof } from './steps/recent-proof.ts';
import { refuseCrossSite } from './steps/same-origin.ts';

/** What an operation answers: a value of its schema, and headers such as cookies. */
export interface Reply<Answer> {
  readonly value: Answer;
  readonly headers?: readonly (readonly [string, string])[];
}

/** What a request brought, checked. */
export interface Input<Body, Query> {
  readonly body: Body;
  readonly query: Query;
  /** The parts of the path in braces, by name; decoded, not checked. */
  readonly path: Readonly<Record<string, string>>;
}

/** How an operation is found and documented, and what it takes and gives. */
interface Description<Body, Query, Answer> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** With parameters in braces. */
  readonly path: string;
  /** The operation id of the OpenAPI document. */
  readonly id: string;
  readonly summary: string;
  /** Null for an operation that takes no body. */
  readonly body: z.ZodType<Body> | null;
  /** Absent for an operation that takes no query. */
  readonly query?: z.ZodType<Query>;
  readonly status: 200 | 201 | 204;
  /** Null for 204 without content. */
  readonly answer: z.ZodType<Answer> | null;
}

/** An operation for anyone. */
interface OpenDescription<Body, Query, Answer> extends Description<Body, Query, Answer> {
  run(exchange: Exchange, input: Input<Body, Query>): Promise<Reply<Answer>>;
}

/** An operation inside an active session. */
interface SessionDescription<Body, Query, Answer> extends Description<Body, Query, Answer> {
  /** Whether a recent proof is asked for, and for how much. */
  readonly proof?: ProofNeed;
  run(exchange: Exchange, caller: Caller, input: Input<Body, Query>): Promise<Reply<Answer>>;
}

/** An operation as the table of routes holds it. */
export interface Operation {
  readonly method: Description<unknown, unknown, unknown>['method'];
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly body: z.ZodType | null;
  readonly query: z.ZodType | null;
  readonly status: number;
  readonly answer: z.ZodType | null;
  /** The media type of the answer when it is not JSON. */
  readonly mediaType?: string;
  /** Whether a session is needed. */
  readonly isForSession: boolean;
  /** Takes the request through its steps. Rejects with the refusal of the first that refuses. */
  perform(exchange: Exchange, path: Input<null, null>['path']): Promise<Response>;
}

/** An operation that anyone may ask for. Its steps: own site, query, body, act. */
export function openOperation<Body = null, Query = null, Answer = null>(
  description: OpenDescription<Body, Query, Answer>,
): Operation {
  return {
    ...documented(description),
    isForSession: false,
    perform: async (exchange, path) => {
      refuseCrossSite(exchange);
      const query = queryOf(exchange, description);
      const body = await bodyOf(exchange, description);
      return responseOf(description.status, await description.run(exchange, { body, query, path }));
    },
  };
}

/** An operation of a session's holder. Its steps: own site, credential, query, body, recent proof, act. */
export function sessionOperation<Body = null, Query = null, Answer = null>(
  description: SessionDescription<Body, Query, Answer>,
): Operation {
  return {
    ...documented(description),
    isForSession: true,
    perform: async (exchange, path) => {
      refuseCrossSite(exchange);
      const caller = await requireCaller(exchange);
      noteActivity(exchange, caller);
      const query = queryOf(exchange, description);
      const body = await bodyOf(exchange, description);
      if (description.proof !== undefined) await requireRecentProof(exchange, caller, description.proof);
      return responseOf(description.status, await description.run(exchange, caller, { body, query, path }));
    },
  };
}

function documented<Body, Query, Answer>(description: Description<Body, Query, Answer>) {
  const { method, path, id, summary, body, query, status, answer } = description;
  return { method, path, id, summary, body, query: query ?? null, status, answer };
}

function queryOf<Body, Query, Answer>(
  exchange: Exchange,
  { query }: Description<Body, Query, Answer>,
): Query {
  if (query !== undefined) return readQuery(exchange, query);
  readNoQuery(exchange);
  return null as Query;
}

async function bodyOf<Body, Query, Answer>(
  exchange: Exchange,
  { method, body }: Description<Body, Query, Answer>,
): Promise<Body> {
  if (body !== null) return readBody(exchange, body);
  if (method !== 'get') await readNoBody(exchange);
  return null as Body;
}

function responseOf<Answer>(status: number, { value, headers = [] }: Reply<Answer>): Response {
  const all = new Headers();
  for (const [name, text] of headers) all.append(name, text);
  if (value === null) return new Response(null, { status, headers: all });
  all.set('Content-Type', 'application/json; charset=utf-8');
  return new Response(JSON.stringify(value), { status, headers: all });
}
