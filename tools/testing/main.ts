import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { provideBrowser } from './browser.ts';
import { runFiles } from './run-files.ts';
import { addTallies, describeTally, emptyTally, isGreen, type Tally } from './tally.ts';
import { listTestFiles, type TestFiles } from './test-files.ts';

const root = dirname(dirname(import.meta.dirname));
/** Files that run at once where none minds: one more than there are cores, for some of them wait. */
const together = availableParallelism() + 1;
const onePassed: Tally = { ...emptyTally, passed: 1 };
const oneFailed: Tally = { ...emptyTally, failed: 1 };

/** A part of the run with a heading; what it returns is added to the sum. */
type Step = { readonly heading: string; readonly run: () => Tally | Promise<Tally> };

function biome(): Tally {
  return program(['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.']);
}

function types(project: string): Tally {
  return existsSync(join(root, project))
    ? program(['node_modules/typescript/bin/tsc', '-p', project])
    : emptyTally;
}

function pages(): Tally {
  return existsSync(join(root, 'tools/build-ui.mjs')) ? program(['tools/build-ui.mjs']) : emptyTally;
}

/** A program that is one check: silent when it passes, shown in full when not. */
function program([script, ...args]: readonly [string, ...string[]]): Tally {
  const result = spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, encoding: 'utf8' });
  if (result.status === 0) return onePassed;
  console.log(`${result.stdout}${result.stderr}`.trimEnd());
  return oneFailed;
}

function browser(): Tally {
  const path = provideBrowser(process.env);
  if (path === undefined) {
    console.log('  no Chromium found or fetched; name one in ROLLCALL_CHROMIUM');
    return oneFailed;
  }
  process.env['ROLLCALL_CHROMIUM'] = path;
  console.log(`  ${path}`);
  return emptyTally;
}

/** The steps of a run. With a filter only tests run, and only what they need. */
function stepsFor(files: TestFiles, isFiltered: boolean, signal: AbortSignal): readonly Step[] {
  const checks: readonly Step[] = [
    { heading: 'Format and lint', run: biome },
    { heading: 'Types', run: () => addTallies(types('tsconfig.json'), types('tsconfig.ui.json')) },
  ];
  const run = (paths: readonly string[], concurrency: number): Promise<Tally> =>
    runFiles(paths, { root, concurrency, signal });
  const group = (heading: string, paths: readonly string[], concurrency: number): readonly Step[] =>
    paths.length === 0 ? [] : [{ heading, run: () => run(paths, concurrency) }];
  const { quick, browser: inBrowser, measured, patient, alone, needsBrowser } = files;
  const sideBySide: Step = {
    heading: 'Measurements and faults',
    run: async () => (await Promise.all([run(measured, 1), run(patient, 1)])).reduce(addTallies),
  };
  return [
    ...(isFiltered ? [] : checks),
    { heading: 'Pages', run: pages },
    ...group('Tests and attacks', quick, together),
    ...(needsBrowser ? [{ heading: 'Browser', run: browser }] : []),
    ...group('Browser tests', inBrowser, together),
    ...(measured.length + patient.length === 0 ? [] : [sideBySide]),
    ...group('Crashes and chaos', alone, 1),
  ];
}

async function runSteps(steps: readonly Step[], signal: AbortSignal): Promise<Tally> {
  let sum = emptyTally;
  for (const step of steps) {
    if (signal.aborted) break;
    console.log(`\n${step.heading}`);
    const startedAt = performance.now();
    sum = addTallies(sum, await step.run());
    console.log(`  ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  }
  return sum;
}

async function main(filters: readonly string[]): Promise<number> {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => abort.abort());
  const files = listTestFiles(root, filters);
  const tally = await runSteps(stepsFor(files, filters.length > 0, abort.signal), abort.signal);
  if (abort.signal.aborted) console.log('\nstopped before the end');
  console.log(`\n${describeTally(tally)}`);
  return isGreen(tally) && !abort.signal.aborted ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
