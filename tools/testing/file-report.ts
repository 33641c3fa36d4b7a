import { inspect } from 'node:util';
import { addTallies, emptyTally, type Tally } from './tally.ts';

/** What the report needs of an event of Node's test runner; `name` equal to `file` speaks of the file as a whole. */
export type TestEvent = {
  readonly name: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly isSuite: boolean;
  readonly isSkipped: boolean;
  readonly error: unknown;
};

/** What became of one test file so far. */
export type FileReport = {
  readonly tally: Tally;
  readonly failures: readonly string[];
  /** What its tests measured and wanted to be read. */
  readonly notes: readonly string[];
  readonly output: string;
};

/** A file of which nothing is known yet. */
export const emptyReport: FileReport = { tally: emptyTally, failures: [], notes: [], output: '' };

/** The report after a test that passed. A file that "passes" as a whole held no test, which is a failure. */
export function withPass(report: FileReport, event: TestEvent): FileReport {
  if (isWholeFile(event)) return withFailureText(report, 'holds no tests');
  if (event.isSuite) return report;
  const one = event.isSkipped ? { ...emptyTally, skipped: 1 } : { ...emptyTally, passed: 1 };
  return { ...report, tally: addTallies(report.tally, one) };
}

/** The report after a failure. A parent that fails only because its children did is not counted again. */
export function withFailure(report: FileReport, event: TestEvent): FileReport {
  if (failureType(event.error) === 'subtestsFailed') return report;
  if (isWholeFile(event)) {
    // A file ends with an error whenever one of its tests failed; that adds nothing.
    if (report.failures.length > 0) return report;
    return withFailureText(report, describeError(event.error));
  }
  const place = event.line === undefined ? '' : ` (line ${event.line})`;
  return withFailureText(report, `${event.name}${place}\n${describeError(event.error)}`);
}

/** The report after a test noted what it measured. The runner's own notes, of the file as a whole, tell nothing new. */
export function withNote(report: FileReport, message: string, nesting: number): FileReport {
  return nesting === 0 && runnersNote.test(message)
    ? report
    : { ...report, notes: [...report.notes, message] };
}

const runnersNote = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/;

/** The report after the file wrote something; shown only if the file fails. */
export function withOutput(report: FileReport, text: string): FileReport {
  return { ...report, output: report.output + text };
}

/** The lines to print for a finished file: one and its notes when it is green, failures and output in full when not. */
export function describeReport(name: string, report: FileReport, durationMs: number): string {
  const { passed, failed } = report.tally;
  const time = `${(durationMs / 1000).toFixed(1)} s`;
  const notes = report.notes.map(indent);
  if (failed === 0) return [`  ok    ${name} (${passed}, ${time})`, ...notes].join('\n');
  const failures = report.failures.map((failure) => indent(`FAILED ${failure}`));
  const output = report.output === '' ? [] : [indent('output of the file:'), indent(report.output.trimEnd())];
  return [
    `  FAIL  ${name} (${failed} of ${passed + failed}, ${time})`,
    ...notes,
    ...failures,
    ...output,
  ].join('\n');
}

function withFailureText(report: FileReport, failure: string): FileReport {
  const tally = addTallies(report.tally, { ...emptyTally, failed: 1 });
  return { ...report, tally, failures: [...report.failures, failure] };
}

function isWholeFile(event: TestEvent): boolean {
  return event.name === event.file;
}

function failureType(error: unknown): unknown {
  return error instanceof Error && 'failureType' in error ? error.failureType : undefined;
}

function describeError(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return `${describeCause(cause)}${describeExit(error)}`;
}

function describeCause(cause: unknown): string {
  if (typeof cause === 'string') return cause;
  // The message of a failed assertion already shows both values; other errors may carry a cause and more.
  const text = isAssertion(cause) ? (cause.stack ?? cause.message) : inspect(cause, { depth: 6 });
  return text.replaceAll(/\n +at [^\n]*node:internal[^\n]*?( \{)?(?=\n|$)/g, '$1');
}

/** Errors come from another process and have lost their class. */
function isAssertion(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'ERR_ASSERTION';
}

/** The runner's error about a whole file says how its process ended. */
function describeExit(error: unknown): string {
  if (!(error instanceof Error) || !('exitCode' in error) || typeof error.exitCode !== 'number') return '';
  return ` (exit code ${error.exitCode})`;
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '        ');
}
