/**
 * `npm run chaos`: three servers on a real PostgreSQL while one fault after another strikes, each for a minute; what is
 * measured under them; and servers with one rule of the protocol broken, each of which must be caught. Ends with a table,
 * and with exit code 1 when a log-out was not final or anything else was not as it must be.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../postgres-server.ts';
import { controls, moreControls, provoke } from './controls.ts';
import { faults } from './faults.ts';
import { describe } from './history.ts';
import { measurements } from './measurements.ts';
import { endure, type OrdealReport } from './ordeal.ts';
import { showProgress } from './progress.ts';
import { Recorder } from './recorder.ts';
import { Stage } from './stage.ts';
import { summaryOf } from './summary.ts';

const residents = 6;
const fewestLogOuts = 2_000;
const extent = { outageSeconds: 30, halfRenewals: 10 };
const resultsFolder = join(import.meta.dirname, '../../build/chaos');

interface Settings {
  /** For each kind of fault. */
  readonly seconds: number;
  /** Decides faults and clients, to the accuracy of timers. */
  readonly seed: string;
  /** Kinds of faults whose name holds this. */
  readonly only: string;
}

function readSettings(): Settings {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Date.now()) },
      only: { type: 'string', default: '' },
    },
  });
  const seconds = Number(values.seconds);
  if (!(seconds >= 1)) throw new Error('--seconds must be a number from 1');
  return { ...values, seconds };
}

/** What was not as it must be, a sentence each. */
const complaints: string[] = [];

function complain(sentence: string): void {
  complaints.push(sentence);
  console.log(`  WRONG: ${sentence}`);
}

async function faultsOn(
  stage: Stage,
  recorder: Recorder,
  settings: Settings,
): Promise<readonly OrdealReport[]> {
  const reports: OrdealReport[] = [];
  for (const fault of faults.filter(({ name }) => name.includes(settings.only))) {
    using _progress = showProgress(fault.name, recorder);
    try {
      reports.push(await endure(stage, recorder, fault, { ...settings, residents }));
    } catch (error) {
      complain(`${fault.name}: ${error instanceof Error ? error.message : String(error)}`);
      await stage.heal();
    }
    writeViolations(recorder, reports.at(-1));
  }
  return reports;
}

/** Writes out all that was asked for the account of a violation, in the order it was answered. */
function writeViolations(recorder: Recorder, report: OrdealReport | undefined): void {
  for (const { sentence, ended } of report?.counts.violations ?? []) {
    mkdirSync(resultsFolder, { recursive: true });
    const path = join(resultsFolder, `violation-${ended.operation.number}.txt`);
    const lines = recorder.historyOf(ended.operation.account).map(describe);
    writeFileSync(path, `${report?.fault}\n${sentence}\n${describe(ended)}\n\n${lines.join('\n')}\n`);
    complain(`${report?.fault}: ${sentence}; its history is in ${path}`);
  }
}

async function measureOn(stage: Stage, recorder: Recorder): Promise<void> {
  const scene = { recorder, requests: stage.requests, ports: stage.ports };
  for (const { name, measure } of measurements) {
    using _progress = showProgress(name, recorder);
    try {
      const { notes, wrongs } = await measure(stage, scene, extent);
      for (const note of notes) console.log(`  ${note}`);
      for (const wrong of wrongs) complain(wrong);
    } catch (error) {
      complain(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    await stage.heal();
    await stage.leased();
  }
  for (const { sentence } of recorder.takeCounts().violations) complain(sentence);
}

async function control(stage: Stage): Promise<void> {
  for (const each of [...controls, ...moreControls]) {
    const broken = await provoke(each, stage.postgres, 'mutant');
    const whole = await provoke(each, stage.postgres, 'unbroken');
    if (broken.violation === null) complain(`${each.mutant} was not caught`);
    else console.log(`  ${each.mutant} is caught: ${broken.violation.sentence}`);
    if (whole.violation !== null) complain(`as in ${each.mutant}, unbroken: ${whole.violation.sentence}`);
  }
}

async function main(): Promise<number> {
  const settings = readSettings();
  console.log(`chaos with seed ${settings.seed}: starting PostgreSQL and three servers`);
  const postgres = await startPostgres();
  const stage = await Stage.set({ nodes: 3, postgres });
  const recorder = new Recorder();
  try {
    const reports = await faultsOn(stage, recorder, settings);
    console.log(`\n${summaryOf(reports)}\n`);
    const logOuts = reports.reduce((sum, { counts }) => sum + counts.logOuts, 0);
    if (settings.seconds >= 60 && logOuts < fewestLogOuts) complain(`only ${logOuts} log-outs`);
    console.log('Measured under faults');
    await measureOn(stage, recorder);
    console.log('Servers with a rule broken');
    await control(stage);
    for (const crash of stage.crashes) complain(`a server ${crash}`);
  } finally {
    await stage.strike();
    await postgres.stop();
  }
  console.log(
    complaints.length === 0 ? '\nall well' : `\n${complaints.length} WRONG\n${complaints.join('\n')}`,
  );
  return complaints.length === 0 ? 0 : 1;
}

process.exitCode = await main();
