import { hash } from 'node:crypto';
import pg from 'pg';
import { policyOf } from '../../src/engine/policy.ts';
import { Sessions } from '../../src/engine/sessions.ts';
import { systemClock, systemRandom } from '../../src/engine/system.ts';
import { type Spread, spreadOf } from '../statistics.ts';
import type { BenchDatabase } from './database.ts';
import { perSecond } from './lanes.ts';

/** Verifies a second that have to ask the database, ours and asked one by one. */
export interface Misses {
  readonly ours: Spread;
  readonly pool: Spread;
  /** Ours as a multiple of the pool's in the same round. */
  readonly ratio: Spread;
}

/** Verifies under way at once. */
const inFlight = 64;
const poolSize = 10;

/** What anyone would write by hand: one row by its key, with what decides, and the digest compared. */
const join = `select s.id, s.user_id, s.digest, s.last_active_at, s.terminated_at, st.epoch, st.is_disabled, i.epoch as instance
  from sessions s join instance i on i.id = 1 left join standings st on st.user_id = s.user_id where s.id = $1`;

/** Measures both in turn, the same tokens. */
export async function measureMisses(
  database: BenchDatabase,
  tokens: readonly string[],
  { rounds, roundMs }: { readonly rounds: number; readonly roundMs: number },
): Promise<Misses> {
  const ours = await oursOn(database);
  const pool = new pg.Pool({ connectionString: database.url, max: poolSize });
  const byPool = async (turn: number): Promise<void> => askPool(pool, tokens[turn % tokens.length] ?? '');
  const byUs = async (turn: number): Promise<void> => ours(tokens[turn % tokens.length] ?? '');
  const measured: { ours: number; pool: number }[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const rates = {
      ours: await perSecond(inFlight, roundMs, byUs),
      pool: await perSecond(inFlight, roundMs, byPool),
    };
    // The first round warms up.
    if (round > 0) measured.push(rates);
  }
  await pool.end();
  return {
    ours: spreadOf(measured.map((rates) => rates.ours)),
    pool: spreadOf(measured.map((rates) => rates.pool)),
    ratio: spreadOf(measured.map((rates) => rates.ours / rates.pool)),
  };
}

/** The engine without a lease: every verify asks the database. */
async function oursOn(database: BenchDatabase): Promise<(token: string) => Promise<void>> {
  const { store } = await database.open();
  const finality = {
    mayAnswerFromMemory: () => false,
    mayAnswerFromStore: () => true,
    settled: () => Promise.resolve(),
  };
  const signals = { publish: () => {} };
  const [clock, random, policy] = [systemClock, systemRandom, policyOf('standard')];
  const sessions = new Sessions({ store, clock, random, policy, signals, finality, memoryCapacity: 1_000 });
  return async (token) => {
    if (!(await sessions.verify(token)).isActive) throw new Error('an active session was refused');
  };
}

async function askPool(pool: pg.Pool, token: string): Promise<void> {
  const id = token.slice(4, 30);
  const { rows } = await pool.query<{ digest: string }>({ name: 'join', text: join, values: [id] });
  if (rows[0]?.digest !== hash('sha256', token, 'base64url'))
    throw new Error('an active session was refused');
}
