import { createRoute, type OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import type { Env } from 'hono';
import type { Operation } from './operation.ts';
import { problemWire } from './wire.ts';

const problem = {
  description: 'A problem document (RFC 9457); switch on `code`',
  content: { 'application/problem+json': { schema: problemWire } },
};

/** An operation as the OpenAPI document and the router know it. */
export function routeOf(operation: Operation) {
  const { method, path, id, summary, status, isForSession } = operation;
  const security = isForSession ? [{ cookie: [] }, { bearer: [] }] : [];
  const responses = { [status]: answerOf(operation), default: problem };
  return createRoute({
    method,
    path,
    operationId: id,
    summary,
    security,
    request: requestOf(operation),
    responses,
  });
}

function requestOf({ path, body, query }: Operation): NonNullable<RouteConfig['request']> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name ?? '', z.string()] as const);
  const json = (schema: z.ZodType) => ({ required: true, content: { 'application/json': { schema } } });
  return {
    ...(names.length === 0 ? {} : { params: z.object(Object.fromEntries(names)) }),
    ...(query instanceof z.ZodObject ? { query } : {}),
    ...(body === null ? {} : { body: json(body) }),
  };
}

function answerOf({ answer, summary, mediaType }: Operation) {
  if (answer !== null) return { description: summary, content: { 'application/json': { schema: answer } } };
  if (mediaType === undefined) return { description: 'Done' };
  return { description: summary, content: { [mediaType]: { schema: z.string() } } };
}

/** The OpenAPI 3.1 document of all routes registered with the app. */
export function documentOf<Environment extends Env>(
  app: OpenAPIHono<Environment>,
  publicUrl: URL,
  cookie: string,
) {
  const registry = app.openAPIRegistry;
  registry.registerComponent('securitySchemes', 'cookie', { type: 'apiKey', in: 'cookie', name: cookie });
  registry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Rollcall',
      version: '1',
      description: 'Every device signed in to an account, and a log-out that is final at once, everywhere.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: publicUrl.origin }],
  });
}
