import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Clock, Random } from '../engine/ports.ts';
import { systemClock, systemRandom } from '../engine/system.ts';
import { mintId } from '../engine/token.ts';
import { RollcallError } from '../errors.ts';
import { createHandler } from '../http/handler.ts';
import type { Handler } from '../http/ports.ts';
import { assemble, type Core } from './core.ts';
import { openDatabase } from './database.ts';
import { createHttpServer } from './listen.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { loadPages, type PageFile } from './pages.ts';
import { loadSecret } from './secret.ts';
import type { Settings } from './settings.ts';

/** The running service. */
export interface Service {
  /** Where people open it. */
  readonly url: string;
  /** What the operator must know although it runs, a sentence each. */
  readonly warnings: readonly string[];
  /** Answers what is running, refuses what is new, ends streams, writes activity and closes the database. At most 10 seconds. */
  readonly stop: () => Promise<void>;
}

/** What a test may replace. */
export interface ServiceParts {
  readonly clock?: Clock;
  readonly random?: Random;
}

/** How long running answers may take once the service is told to stop. */
const drainMs = 7_000;
/** How long the whole may take: a database that does not answer any more must not hold up the end. */
const stopMs = 9_500;
/** How soon after its last answer a connection is closed then. */
const idleCheckMs = 50;

/** Opens the database, puts every part together and listens. Throws a RollcallError with one sentence when anything is not as it must be. */
export async function startService(settings: Settings, log: Log, parts: ServiceParts = {}): Promise<Service> {
  const { clock = systemClock, random = systemRandom } = parts;
  const pages = await loadPages(join(import.meta.dirname, '../../dist/ui'));
  const secret = await loadSecret(settings.secretFile, random);
  const nodeId = mintId(clock.now(), random);
  const database = await openDatabase(settings.database, { nodeId, secret });
  for (const warning of database.warnings) log.warn({}, warning);
  const core = assemble({ database, secret, nodeId, clock, random, log });
  let isStopping = false;
  const handler = handlerOn(core, pages, settings, { clock, random, log, isStopping: () => isStopping });
  await core.start();
  const server = await listen(measured(handler, core.metrics, clock), settings, log).catch(
    async (error: unknown) => {
      await core.stop();
      throw error;
    },
  );
  return {
    url: settings.publicUrl.href,
    warnings: database.warnings,
    stop: async () => {
      isStopping = true;
      const stoppedBy = clock.monotonic() + stopMs;
      await close(server);
      await atMost(stoppedBy - clock.monotonic(), core.stop());
    },
  };
}

function handlerOn(
  { sessions, accounts, hub, metrics, readiness }: Core,
  pages: ReadonlyMap<string, PageFile>,
  { publicUrl, trustedProxies }: Settings,
  parts: Required<ServiceParts> & { readonly log: Log; readonly isStopping: () => boolean },
): Handler {
  const { clock, random, log, isStopping } = parts;
  return createHandler({
    ...{ sessions, accounts, hub, metrics, clock, random, publicUrl, trustedProxies },
    pages: { respond: (path) => pages.get(path) ?? null },
    health: { readiness, isStopping },
    log: ({ level, ...facts }) => log[level](facts, 'answered with a problem'),
  });
}

function measured(handler: Handler, metrics: Metrics, clock: Clock): Handler {
  return async (request, peer) => {
    const startedAt = clock.monotonic();
    const response = await handler(request, peer);
    const seconds = (clock.monotonic() - startedAt) / 1000;
    metrics.answered({ method: request.method, status: response.status, seconds });
    return response;
  };
}

function listen(handler: Handler, { port, host }: Settings, log: Log): Promise<Server> {
  const server = createHttpServer(handler, (error) => log.warn({ error }, 'a request could not be read'));
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const code = 'code' in cause ? String(cause.code) : cause.message;
      const name = /^(EADDRNOTAVAIL|ENOTFOUND|EAI_|EINVAL)/.test(code) ? 'HOST' : 'PORT';
      const detail = `${name}: ${host}:${port} can't be listened on (${code}).`;
      reject(new RollcallError('invalid_setting', { detail, cause }));
    });
    server.listen(port, host, () => resolve(server));
  });
}

function atMost(limitMs: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, limitMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), drainMs);
    // A client keeps its connection after the last answer; waiting for that would hold up every restart.
    const idle = setInterval(() => server.closeIdleConnections(), idleCheckMs);
    server.close(() => {
      clearTimeout(late);
      clearInterval(idle);
      resolve();
    });
    server.closeIdleConnections();
  });
}
