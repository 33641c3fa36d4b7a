import type { AccountStore, AccountTransaction } from '../src/accounts/ports.ts';
import type { Established, EstablishInput } from '../src/engine/changes.ts';
import type { Signal } from '../src/engine/events.ts';
import { type Policy, policyOf } from '../src/engine/policy.ts';
import type { Clock, Finality, Random } from '../src/engine/ports.ts';
import type { Origin } from '../src/engine/session.ts';
import { Sessions } from '../src/engine/sessions.ts';
import { createMemoryStore } from '../src/store/memory.ts';
import { seededRandom } from './seeded-random.ts';

/** A clock that moves only when a test moves it. */
export class FixedClock implements Clock {
  #now: number;
  #monotonic = 0;

  constructor(now: number = Date.UTC(2026, 10, 23, 13, 6)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  /** Time passes. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
    this.#monotonic += Math.max(0, milliseconds);
  }
}

export const second = 1000;
export const minute: number = 60 * second;
export const hour: number = 60 * minute;
export const day: number = 24 * hour;

/** A request from Chrome on Windows. */
export function originOf(name: string = 'Chrome on Windows', ip: string = '203.0.113.7'): Origin {
  const client = {
    name,
    kind: 'browser',
    browser: null,
    os: null,
    vendor: null,
    model: null,
    formFactor: 'desktop',
  } as const;
  return { ip, userAgent: 'test', client, place: null };
}

/** The engine on a store, with a clock to move and every signal kept. */
export interface Laboratory {
  readonly sessions: Sessions<AccountTransaction>;
  readonly store: AccountStore;
  readonly clock: FixedClock;
  readonly random: Random;
  readonly signals: Signal[];
  /** Establishes a session; everything has a default. */
  establish(input?: Partial<EstablishInput>): Promise<Established>;
}

export function createLaboratory(
  limits: Partial<Policy> = {},
  store: AccountStore = createMemoryStore(),
  finality?: Finality,
): Laboratory {
  const clock = new FixedClock();
  const random = seededRandom('laboratory');
  const signals: Signal[] = [];
  const sink = { publish: (signal: Signal) => void signals.push(signal) };
  const sessions = new Sessions({
    store,
    clock,
    random,
    policy: policyOf('standard', limits),
    signals: sink,
    ...(finality === undefined ? {} : { finality }),
  });
  const establish = async (input: Partial<EstablishInput> = {}): Promise<Established> => {
    const established = await sessions.establish({
      userId: 'mara',
      origin: originOf(),
      proofs: [{ method: 'pwd', at: clock.now() }],
      persistence: 'browser',
      deviceToken: null,
      replaces: null,
      ...input,
    });
    if (established === null) throw new Error('the user is disabled');
    return established;
  };
  return { sessions, store, clock, random, signals, establish };
}
