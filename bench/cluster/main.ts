/**
 * `npm run bench -- cluster`: what many nodes on PostgreSQL cost: look-ups that miss memory, log-outs of many callers at
 * once, and how long an answer waits for the other nodes. The cost of a hit is measured with its peers by `npm run bench`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConditions } from '../results.ts';
import { type Spread, threeDigits } from '../statistics.ts';
import { type AcknowledgementTimes, measureAcknowledgements } from './acknowledgements.ts';
import { type BenchServer, loadSessions, startServer } from './database.ts';
import { type LogOuts, measureLogOuts } from './log-outs.ts';
import { type Misses, measureMisses } from './misses.ts';

const rounds = 7;
const missRoundMs = 1_500;
const logOutsARound = 1_500;
const acknowledgedLogOuts = 500;
const sessionCount = 50_000;

interface Measured {
  readonly misses: Misses;
  readonly acknowledgements: AcknowledgementTimes;
  readonly logOuts: LogOuts;
}

function say(sentence: string): void {
  console.log(`bench: ${sentence}`);
}

async function measure(server: BenchServer): Promise<Measured> {
  const database = await server.createDatabase();
  const tokens = await loadSessions(database, sessionCount);
  say(`loaded ${sessionCount.toLocaleString('en')} sessions`);
  const misses = await measureMisses(database, tokens, { rounds, roundMs: missRoundMs });
  say('measured verifies that miss memory');
  const acknowledgements = await measureAcknowledgements(database, tokens.slice(0, acknowledgedLogOuts));
  say('measured acknowledgements');
  const notifying = await server.createDatabase();
  const silent = await server.createDatabase();
  const logOuts = await measureLogOuts({ notifying, silent }, { rounds, logOuts: logOutsARound });
  return { misses, acknowledgements, logOuts };
}

function describe({ misses, acknowledgements, logOuts }: Measured): string {
  const { overCommit, whole } = acknowledgements;
  const times = ({ p50, p99 }: typeof whole): string => `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
  return [
    'Verifies a second that miss memory, 64 under way',
    `  Rollcall                      ${spread(misses.ours)}`,
    `  a pool of 10, one by one      ${spread(misses.pool)}`,
    `  ratio (aim: at least 3)       ${spread(misses.ratio)}`,
    `Log-outs one after another with ${acknowledgements.nodes} live nodes, ${acknowledgements.logOuts} of them`,
    `  commit to answer              ${times(overCommit)} (aim: at most 5 and 25)`,
    `  the whole call                ${times(whole)}`,
    `Log-outs a second of 16 callers at once, ${logOuts.perCommit.toFixed(1)} to a commit`,
    `  with notification             ${spread(logOuts.notifying)}`,
    `  without                       ${spread(logOuts.silent)}`,
    `  ratio (aim: at least 0.9)     ${spread(logOuts.ratio)}`,
  ].join('\n');
}

function spread({ median, lowest, highest }: Spread): string {
  return `${threeDigits(median)} (${threeDigits(lowest)} to ${threeDigits(highest)})`;
}

function write(results: object, startedAt: string): string {
  const folder = join(import.meta.dirname, '../results');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `cluster-${startedAt.replaceAll(':', '-').replace(/\..*/, '')}.json`);
  writeFileSync(path, `${JSON.stringify(results, null, 2)}\n`);
  return path;
}

const conditions = readConditions();
const server = await startServer();
say('PostgreSQL runs');
const measured = await measure(server);
await server.stop();
console.log(`\n${describe(measured)}\n`);
say(`wrote ${write({ conditions, ...measured }, conditions.startedAt)}`);
