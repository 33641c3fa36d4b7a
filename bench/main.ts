/**
 * `npm run bench`: what one check of a session costs, Rollcall and its peers in one run. Each subject has a process of its
 * own; the rounds go round them in turn, so that what the machine does meanwhile hits all alike.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Contestant } from './contestant.ts';
import { type Results, readConditions, rowsOf, writeResults } from './results.ts';
import { type Listing, listings } from './subjects.ts';
import { describeResults } from './table.ts';
import { countTouchCommits } from './touch-interval.ts';

const resultsFolder = join(import.meta.dirname, 'results');

/** Enough for the slowest to be compiled and its caches filled. */
const warmUpMs = 2_500;
const roundMs = 300;
const fewestRounds = 5;
/** Answers compared with the right user before and after the rounds; in the rounds all must be accepted. */
const provenChecks = 2_000;
const touchChecks = 10_000;

interface Settings {
  readonly rounds: number;
  readonly profileFolder: string | null;
}

function readSettings(): Settings {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '11' }, profile: { type: 'boolean', default: false } },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < fewestRounds) {
    throw new Error(`--rounds must be a whole number from ${fewestRounds}`);
  }
  return { rounds, profileFolder: values.profile ? join(resultsFolder, 'profiles') : null };
}

function say(sentence: string): void {
  console.log(`bench: ${sentence}`);
}

/** Loads the subjects, two at a time. */
async function startAll(folder: string, profileFolder: string | null): Promise<readonly Contestant[]> {
  const started = new Map<Listing, Contestant>();
  const waiting = listings.values();
  const lane = async (): Promise<void> => {
    for (const listing of waiting) {
      const startedAt = performance.now();
      const contestant = await Contestant.start(listing, folder, profileFolder);
      started.set(listing, contestant);
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      say(`loaded ${listing.title}: ${contestant.sessions.toLocaleString('en')} sessions in ${seconds} s`);
    }
  };
  await Promise.all([lane(), lane()]);
  return listings.flatMap((listing) => started.get(listing) ?? []);
}

async function measureAll(contestants: readonly Contestant[], rounds: number): Promise<void> {
  for (const contestant of contestants) {
    await contestant.prove(provenChecks, 1);
    await contestant.warmUp(warmUpMs);
    say(`warmed up ${contestant.listing.title}`);
  }
  for (let round = 1; round <= rounds; round += 1) {
    for (const contestant of startingAt(round, contestants)) await contestant.measure(roundMs, round);
    say(`round ${round} of ${rounds}`);
  }
  for (const contestant of contestants) await contestant.prove(provenChecks, 2);
  say('every answer was right, before, during and after');
}

/** The same in a circle, so that no subject always runs after the same one. */
function startingAt<T>(round: number, all: readonly T[]): readonly T[] {
  const first = round % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

async function run({ rounds, profileFolder }: Settings, folder: string): Promise<Results> {
  const conditions = readConditions();
  const touchCommits = await countTouchCommits(folder, touchChecks);
  say(`counted the commits of ${touchChecks.toLocaleString('en')} verifies inside the touch interval`);
  const contestants = await startAll(folder, profileFolder);
  await measureAll(contestants, rounds);
  for (const contestant of contestants) await contestant.stop();
  const [loadAfter = 0] = loadavg();
  return { conditions: { ...conditions, loadAfter }, rows: rowsOf(contestants), touchCommits };
}

/** A folder for the databases, removed however this process ends. */
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  return folder;
}

async function main(): Promise<void> {
  const settings = readSettings();
  if (settings.profileFolder !== null) mkdirSync(settings.profileFolder, { recursive: true });
  const results = await run(settings, makeFolder());
  console.log(`\n${describeResults(results)}\n`);
  say(`wrote ${writeResults(resultsFolder, results)}`);
}

try {
  await main();
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
