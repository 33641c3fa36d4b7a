import { setImmediate } from 'node:timers/promises';
import { Accounts } from '../../src/accounts/accounts.ts';
import { createPasswordHasher } from '../../src/accounts/password-hash.ts';
import { createPasswordJudge } from '../../src/accounts/password-rules.ts';
import type { AccountStore } from '../../src/accounts/ports.ts';
import { createVault } from '../../src/accounts/vault.ts';
import { parseTrustedProxies } from '../../src/devices/address.ts';
import { policyOf } from '../../src/engine/policy.ts';
import { Sessions } from '../../src/engine/sessions.ts';
import { createHandler } from '../../src/http/handler.ts';
import type { Handler, HandlerOptions, LogLine, PageFile } from '../../src/http/ports.ts';
import type { Timers } from '../../src/http/timers.ts';
import { SignalHub } from '../../src/signals/hub.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { FixedClock } from '../laboratory.ts';
import { seededRandom } from '../seeded-random.ts';

const judge = createPasswordJudge();

export const chromeOnWindows =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

export const email = 'mara@lindqvist.example';
export const password = 'lantern quartz violet harbour';

/** Timers that a test turns by hand. */
export class ManualTimers implements Timers {
  readonly #tasks = new Set<() => void>();

  every(_intervalMs: number, task: () => void): () => void {
    this.#tasks.add(task);
    return () => this.#tasks.delete(task);
  }

  /** Timers that run now. */
  get count(): number {
    return this.#tasks.size;
  }

  /** Every timer fires so many times; what each firing sets off gets its turn of the event loop. */
  async turn(times = 1): Promise<void> {
    for (let time = 0; time < times; time += 1) {
      for (const task of [...this.#tasks]) task();
      await setImmediate();
    }
  }
}

/** The whole of HTTP on a store in memory, with every port in the test's hands. */
export interface HttpLaboratory {
  readonly handler: Handler;
  readonly sessions: Sessions<Parameters<Parameters<AccountStore['write']>[0]>[0]>;
  readonly accounts: Accounts;
  readonly hub: SignalHub;
  readonly store: AccountStore;
  readonly clock: FixedClock;
  readonly timers: ManualTimers;
  readonly lines: LogLine[];
  readonly health: { isReady: boolean; isStopping: boolean };
  /** The public URL's origin. */
  readonly origin: string;
}

export interface LaboratorySettings {
  readonly publicUrl?: string;
  readonly store?: AccountStore;
  readonly trustedProxies?: string;
  readonly sessions?: (sessions: HandlerOptions['sessions']) => HandlerOptions['sessions'];
}

/** Builds the handler from real parts. */
export function createHttpLaboratory(settings: LaboratorySettings = {}): HttpLaboratory {
  const { publicUrl = 'https://rollcall.example', store = createMemoryStore() } = settings;
  const [clock, timers, hub] = [new FixedClock(), new ManualTimers(), new SignalHub()];
  const random = seededRandom('http');
  const policy = policyOf('standard');
  const sessions = new Sessions({ store, clock, random, policy, signals: hub });
  const hasher = createPasswordHasher({ random, queueLimit: 1000 });
  const vault = createVault({ key: random.bytes(32), random });
  const accounts = new Accounts({ sessions, store, hasher, judge, vault, clock, random, issuer: 'Rollcall' });
  const lines: LogLine[] = [];
  const health = { isReady: true, isStopping: false };
  const handler = createHandler({
    ...{ sessions: settings.sessions?.(sessions) ?? sessions, accounts, hub, clock, random, timers },
    publicUrl: new URL(publicUrl),
    trustedProxies: parseTrustedProxies(settings.trustedProxies ?? ''),
    pages: { respond: pageNamed },
    metrics: { text: async () => 'rollcall_up 1\n' },
    health: {
      readiness: async () => ({ isReady: health.isReady, lines: [`database: ${health.isReady}`] }),
      isStopping: () => health.isStopping,
    },
    log: (line) => lines.push(line),
  });
  const origin = new URL(publicUrl).origin;
  return { handler, sessions, accounts, hub, store, clock, timers, lines, health, origin };
}

const files = [
  'account-sessions.html',
  'account-password.html',
  'account-two-factor.html',
  'account-history.html',
  'sign-in.html',
  'sign-up.html',
  'signed-out.html',
  'not-found.html',
  'assets/page-3f2a.js',
];

function pageNamed(path: string): PageFile | null {
  if (!files.includes(path)) return null;
  const contentType = path.endsWith('.js') ? 'text/javascript; charset=utf-8' : 'text/html; charset=utf-8';
  return { bytes: new TextEncoder().encode(`page ${path}`), contentType };
}
