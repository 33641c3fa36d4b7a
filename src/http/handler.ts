import { OpenAPIHono } from '@hono/zod-openapi';
import { RollcallError } from '../errors.ts';
import { cookieNamesFor } from './cookie.ts';
import { beginExchange, type Exchange } from './exchange.ts';
import { knownError, logLineOf } from './log.ts';
import { documentOf, routeOf } from './openapi.ts';
import type { Operation } from './operation.ts';
import { respondWithPage } from './pages.ts';
import type { Handler, HandlerOptions } from './ports.ts';
import { problemPage, problemResponse } from './problem.ts';
import { operations } from './routes.ts';
import { isDataPath, secure } from './security-headers.ts';
import { refuseUnknownHost } from './steps/host.ts';
import { refuseTokenInUrl } from './steps/token-in-url.ts';
import { refuseLongUrl } from './steps/url-length.ts';

type Environment = { readonly Bindings: { readonly exchange: Exchange } };
type App = OpenAPIHono<Environment>;

/** What every request passes before its route is looked for. */
const steps: readonly ((exchange: Exchange) => void)[] = [refuseLongUrl, refuseUnknownHost, refuseTokenInUrl];

/**
 * Rollcall over HTTP: a function from a request to its answer, for any runtime that speaks `Request` and `Response`.
 * Every answer carries the security headers and `Rollcall-Request-Id`; every refusal is a problem document.
 */
export function createHandler(options: HandlerOptions): Handler {
  const app = createApp(options);
  const isHttps = options.publicUrl.protocol === 'https:';
  return async (request, peer) => {
    const exchange = beginExchange(options, request, peer);
    const response = await answer(app, exchange);
    response.headers.set('Rollcall-Request-Id', exchange.requestId);
    return secure(response, exchange.url.pathname, isHttps);
  };
}

async function answer(app: App, exchange: Exchange): Promise<Response> {
  try {
    for (const refuse of steps) refuse(exchange);
    return await app.fetch(exchange.request, { exchange });
  } catch (thrown) {
    return refusalOf(exchange, knownError(thrown, exchange.request));
  }
}

function refusalOf(exchange: Exchange, error: RollcallError): Response {
  exchange.options.log(logLineOf(exchange, error));
  const write = isDataPath(exchange.url.pathname) ? problemResponse : problemPage;
  const response = write(error, exchange.requestId);
  return exchange.request.method === 'HEAD' ? new Response(null, response) : response;
}

function createApp(options: HandlerOptions): App {
  // The path as it came: what is decoded for routing alone would be another path to every check before it.
  const app: App = new OpenAPIHono<Environment>({ getPath: ({ url }) => new URL(url).pathname });
  for (const operation of operations) addOperation(app, operation);
  const document = JSON.stringify(
    documentOf(app, options.publicUrl, cookieNamesFor(options.publicUrl).session),
  );
  app.get('/openapi.json', () => {
    const headers = { 'Content-Type': 'application/json; charset=utf-8' };
    return new Response(document, { headers });
  });
  const paths = new Set([...operations.map(({ path }) => path), '/openapi.json']);
  for (const path of paths) refuseOtherMethods(app, path);
  app.get('*', ({ env }) => {
    if (isDataPath(env.exchange.url.pathname)) throw new RollcallError('not_found');
    return respondWithPage(env.exchange);
  });
  app.all('*', ({ env }) => {
    if (isDataPath(env.exchange.url.pathname)) throw new RollcallError('not_found');
    return methodRefusal(env.exchange, ['get']);
  });
  app.onError((error) => {
    throw error;
  });
  return app;
}

function addOperation(app: App, operation: Operation): void {
  const route = routeOf(operation);
  app.openAPIRegistry.registerPath(route);
  app.on(operation.method.toUpperCase(), route.getRoutingPath(), ({ env, req }) =>
    operation.perform(env.exchange, req.param()),
  );
}

function refuseOtherMethods(app: App, path: string): void {
  const allowed = operations.filter((operation) => operation.path === path).map(({ method }) => method);
  const methods = allowed.length === 0 ? ['get'] : allowed;
  app.all(path.replaceAll(/\{(\w+)\}/g, ':$1'), ({ env }) => methodRefusal(env.exchange, methods));
}

function methodRefusal(exchange: Exchange, methods: readonly string[]): Response {
  const response = refusalOf(exchange, new RollcallError('method_not_allowed'));
  const allowed = methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
  response.headers.set('Allow', allowed.join(', '));
  return response;
}
