import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Round } from './messages.ts';
import { type Spread, spreadOf } from './statistics.ts';
import { type Listing, own } from './subjects.ts';
import type { TouchCommits } from './touch-interval.ts';

/** One line of the table. */
export interface Row {
  readonly name: string;
  readonly title: string;
  readonly sessions: number;
  readonly cpuUs: Spread;
  readonly wallUs: Spread;
  /** Its CPU time as a multiple of Rollcall's in the same round: what disturbed one round disturbed both. */
  readonly ratio: Spread;
  readonly aim: Listing['aim'];
  /** Null where nothing is aimed at. */
  readonly isAimMet: boolean | null;
  readonly rounds: readonly Round[];
}

/** Under what the numbers came about. */
export interface Conditions {
  readonly startedAt: string;
  readonly node: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Processes that wanted to run, a one-minute average; the run itself keeps about one busy. */
  readonly loadBefore: number;
  readonly loadAfter: number;
  /** The packages compared with. */
  readonly peers: Readonly<Record<string, string>>;
}

export interface Results {
  readonly conditions: Conditions;
  readonly rows: readonly Row[];
  readonly touchCommits: TouchCommits;
}

/** What was measured of one subject. */
export interface Measured {
  readonly listing: Listing;
  readonly sessions: number;
  readonly rounds: readonly Round[];
}

/** The table's lines, each compared with Rollcall's. */
export function rowsOf(all: readonly Measured[]): readonly Row[] {
  const ours = all.find(({ listing }) => listing.name === own)?.rounds ?? [];
  return all.map((measured) => rowOf(measured, ours));
}

function rowOf({ listing, sessions, rounds }: Measured, ours: readonly Round[]): Row {
  const { name, title, aim } = listing;
  const ratio = spreadOf(rounds.map(({ cpuUs }, index) => cpuUs / (ours[index]?.cpuUs ?? Number.NaN)));
  return {
    name,
    title,
    sessions,
    cpuUs: spreadOf(rounds.map(({ cpuUs }) => cpuUs)),
    wallUs: spreadOf(rounds.map(({ wallUs }) => wallUs)),
    ratio,
    aim,
    isAimMet: isMet(aim, ratio.median),
    rounds,
  };
}

/** "At most" is about Rollcall against the subject, the ratio the other way round. */
function isMet(aim: Listing['aim'], ratio: number): boolean | null {
  if (aim === null) return null;
  if ('settingAtMost' in aim) return ratio <= aim.settingAtMost;
  return 'atLeast' in aim ? ratio >= aim.atLeast : 1 / ratio <= aim.atMost;
}

/** The conditions that can be read from the machine, before the run. */
export function readConditions(): Omit<Conditions, 'loadAfter'> {
  const [load = 0] = loadavg();
  return {
    startedAt: new Date().toISOString(),
    node: process.versions.node,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    loadBefore: load,
    peers: readPeers(),
  };
}

function readPeers(): Readonly<Record<string, string>> {
  const manifest = readFileSync(join(import.meta.dirname, 'package.json'), 'utf8');
  const { dependencies } = JSON.parse(manifest) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return dependencies;
}

/** Writes the results as JSON beside those of earlier runs; the file's path. */
export function writeResults(folder: string, results: Results): string {
  mkdirSync(folder, { recursive: true });
  const name = results.conditions.startedAt.replaceAll(':', '-').replace(/\..*/, '');
  const path = join(folder, `verify-${name}.json`);
  writeFileSync(path, `${JSON.stringify(results, null, 2)}\n`);
  return path;
}
