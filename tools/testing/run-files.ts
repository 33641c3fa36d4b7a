import { relative } from 'node:path';
import { run } from 'node:test';
import {
  describeReport,
  emptyReport,
  type FileReport,
  type TestEvent,
  withFailure,
  withNote,
  withOutput,
  withPass,
} from './file-report.ts';
import { addTallies, emptyTally, type Tally } from './tally.ts';

/** A hanging file fails after this long; the slowest, hundreds of crashes in a row, takes a few minutes. */
const fileTimeoutMs = 20 * 60 * 1000;

/** How to run a group of test files. */
export type RunOptions = {
  /** The folder that the printed names are relative to, and the working directory of the tests. */
  readonly root: string;
  /** How many files run at once, each in a process of its own. */
  readonly concurrency: number;
  /** Ends the run and its processes when aborted. */
  readonly signal: AbortSignal;
};

/** Runs test files, prints one line for each as it ends (failures in full), and counts. */
export async function runFiles(files: readonly string[], options: RunOptions): Promise<Tally> {
  const waiting = [...files];
  let tally = emptyTally;
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const report = await runFile(file, options);
      tally = addTallies(tally, report.tally);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, work));
  return tally;
}

async function runFile(file: string, { root, signal }: RunOptions): Promise<FileReport> {
  const startedAt = performance.now();
  let report = emptyReport;
  // One call per file: within a call the runner holds back the events of all but the first unfinished file.
  const events = run({ files: [file], isolation: 'process', cwd: root, signal, timeout: fileTimeoutMs });
  events.on('test:pass', (data) => {
    report = withPass(report, testEvent(data));
  });
  events.on('test:fail', (data) => {
    report = withFailure(report, testEvent(data));
  });
  events.on('test:diagnostic', ({ message, nesting }) => {
    report = withNote(report, message, nesting);
  });
  events.on('test:stdout', ({ message }) => {
    report = withOutput(report, message);
  });
  events.on('test:stderr', ({ message }) => {
    report = withOutput(report, message);
  });
  // The listeners above see each event; reading to the end is what tells that the file is done.
  for await (const _ of events);
  console.log(describeReport(relative(root, file), report, performance.now() - startedAt));
  return report;
}

type RunnerResult = {
  readonly name: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly skip?: string | boolean | undefined;
  readonly todo?: string | boolean | undefined;
  readonly details: { readonly type?: string | undefined; readonly error?: unknown };
};

function testEvent(data: RunnerResult): TestEvent {
  return {
    name: data.name,
    file: data.file,
    line: data.line,
    isSuite: data.details.type === 'suite',
    isSkipped: isSet(data.skip) || isSet(data.todo),
    error: data.details.error,
  };
}

/** The runner gives the reason as text, or true when there is none. */
function isSet(mark: string | boolean | undefined): boolean {
  return mark !== undefined && mark !== false;
}
