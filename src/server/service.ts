import type { Server } from 'node:http';
import { join } from 'node:path';
import { Accounts } from '../accounts/accounts.ts';
import { createPasswordHasher } from '../accounts/password-hash.ts';
import { createPasswordJudge } from '../accounts/password-rules.ts';
import type { AccountStore } from '../accounts/ports.ts';
import { createVault } from '../accounts/vault.ts';
import { policyOf } from '../engine/policy.ts';
import type { Clock, Random } from '../engine/ports.ts';
import { Sessions } from '../engine/sessions.ts';
import { systemClock, systemRandom } from '../engine/system.ts';
import { RollcallError } from '../errors.ts';
import { createHandler } from '../http/handler.ts';
import type { Handler } from '../http/ports.ts';
import { SignalHub } from '../signals/hub.ts';
import { openSqliteStore, type SqliteStore } from '../store/sqlite.ts';
import { startJobs } from './jobs.ts';
import { createHttpServer } from './listen.ts';
import type { Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { loadPages } from './pages.ts';
import { type InstanceSecret, loadSecret } from './secret.ts';
import type { Settings } from './settings.ts';

/** The running service. */
export interface Service {
  /** Where people open it. */
  readonly url: string;
  /** Answers what is running, refuses what is new, ends streams, writes activity and closes the database. At most 10 seconds. */
  readonly stop: () => Promise<void>;
}

/** What a test may replace. */
export interface ServiceParts {
  readonly clock?: Clock;
  readonly random?: Random;
}

/** How long running answers may take once the service is told to stop. */
const drainMs = 8_000;
/** How soon after its last answer a connection is closed then. */
const idleCheckMs = 50;

/** Opens the store, wires every part and listens. Throws a RollcallError with one sentence when anything is not as it must be. */
export async function startService(settings: Settings, log: Log, parts: ServiceParts = {}): Promise<Service> {
  const { clock = systemClock, random = systemRandom } = parts;
  const pages = await loadPages(join(import.meta.dirname, '../../dist/ui'));
  const secret = await loadSecret(settings.secretFile, random);
  const store = await openStore(settings);
  const hub = new SignalHub();
  const sessions = new Sessions({ store, clock, random, policy: policyOf('standard'), signals: hub });
  const accounts = accountsOn(store, sessions, secret, { clock, random });
  const jobs = startJobs({ sessions, accounts, clock }, (job, error) =>
    log.error({ job, error }, 'a job failed and will be tried again'),
  );
  const metrics = createMetrics();
  let isStopping = false;
  const handler = createHandler({
    sessions,
    accounts,
    hub,
    clock,
    random,
    publicUrl: settings.publicUrl,
    trustedProxies: settings.trustedProxies,
    pages: { respond: (path) => pages.get(path) ?? null },
    metrics,
    health: { isReady: () => store.ping().then(() => true), isStopping: () => isStopping },
    log: ({ level, ...facts }) => log[level](facts, 'answered with a problem'),
  });
  const release = async (): Promise<void> => {
    await jobs.stop();
    await store.close();
  };
  const server = await listen(measured(handler, metrics, clock), settings, log).catch(
    async (error: unknown) => {
      await release();
      throw error;
    },
  );
  return {
    url: settings.publicUrl.href,
    stop: async () => {
      isStopping = true;
      await close(server);
      await release();
    },
  };
}

async function openStore({ databasePath }: Settings): Promise<SqliteStore> {
  try {
    return await openSqliteStore({ path: databasePath });
  } catch (cause) {
    if (!(cause instanceof RollcallError)) throw cause;
    throw new RollcallError(cause.code, { detail: `ROLLCALL_DATABASE_URL: ${cause.message}`, cause });
  }
}

function accountsOn(
  store: AccountStore,
  sessions: ConstructorParameters<typeof Accounts>[0]['sessions'],
  secret: InstanceSecret,
  { clock, random }: Required<ServiceParts>,
): Accounts {
  return new Accounts({
    sessions,
    store,
    hasher: createPasswordHasher({ random, queueLimit: 256 }),
    judge: createPasswordJudge(),
    vault: createVault({ key: secret.keyFor('totp keys'), random }),
    clock,
    random,
    issuer: 'Rollcall',
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
