import { policyOf } from '../../src/engine/policy.ts';
import type { SessionRecord } from '../../src/engine/session.ts';
import { Sessions } from '../../src/engine/sessions.ts';
import { systemClock, systemRandom } from '../../src/engine/system.ts';
import { type Spread, spreadOf } from '../statistics.ts';
import { type BenchDatabase, loadSessions } from './database.ts';

/** Log-outs a second of many callers at once, with the notification that wakes other nodes and without it. */
export interface LogOuts {
  readonly notifying: Spread;
  readonly silent: Spread;
  /** With notification as a share of without, in the same round. */
  readonly ratio: Spread;
  /** Log-outs that shared a commit, on average. */
  readonly perCommit: number;
}

const callers = 16;

/** Measures two databases of one server in turn; in one of them the function that publishes does not notify. */
export async function measureLogOuts(
  databases: { readonly notifying: BenchDatabase; readonly silent: BenchDatabase },
  { rounds, logOuts }: { readonly rounds: number; readonly logOuts: number },
): Promise<LogOuts> {
  const notifying = await contestantOn(databases.notifying, (rounds + 1) * logOuts);
  const silent = await contestantOn(databases.silent, (rounds + 1) * logOuts);
  await silence(databases.silent);
  const measured: { notifying: number; silent: number }[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const rates = { notifying: await notifying.round(logOuts), silent: await silent.round(logOuts) };
    if (round > 0) measured.push(rates);
  }
  return {
    notifying: spreadOf(measured.map((rates) => rates.notifying)),
    silent: spreadOf(measured.map((rates) => rates.silent)),
    ratio: spreadOf(measured.map((rates) => rates.notifying / rates.silent)),
    perCommit: notifying.perCommit(),
  };
}

interface Contestant {
  /** Ends so many sessions; how many a second. */
  round(logOuts: number): Promise<number>;
  perCommit(): number;
}

/** The engine without other nodes: what is measured is the commit, not the wait. */
async function contestantOn(database: BenchDatabase, count: number): Promise<Contestant> {
  const tokens = await loadSessions(database, count);
  const { store } = await database.open();
  const [clock, random, policy] = [systemClock, systemRandom, policyOf('standard')];
  const sessions = new Sessions({ store, clock, random, policy, signals: { publish: () => {} } });
  const records = await Promise.all(tokens.map(async (token) => activeSession(await sessions.verify(token))));
  return {
    round: async (logOuts) => {
      const batch = records.splice(0, logOuts).values();
      const startedAt = performance.now();
      const caller = async (): Promise<void> => {
        for (const record of batch) await sessions.signOut(record);
      };
      await Promise.all(Array.from({ length: callers }, caller));
      return (logOuts * 1000) / (performance.now() - startedAt);
    },
    perCommit: () => store.stats().changes / store.stats().commits,
  };
}

function activeSession(answer: Awaited<ReturnType<Sessions['verify']>>): SessionRecord {
  if (!answer.isActive) throw new Error('a session was not loaded');
  return answer.session;
}

/** Takes the notification out of the function that publishes. */
async function silence({ server, url }: BenchDatabase): Promise<void> {
  const database = new URL(url).pathname.slice(1);
  const [row] = await server.query(`select pg_get_functiondef('cluster_publish'::regproc) as text`, database);
  const text = String(row?.['text']);
  const silent = text.replace(/perform pg_notify\([^;]*\);/, 'null;');
  if (silent === text) throw new Error('the function that publishes does not notify');
  await server.query(silent, database);
}
