import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  describeReport,
  emptyReport,
  type TestEvent,
  withFailure,
  withNote,
  withOutput,
  withPass,
} from '../../tools/testing/file-report.ts';
import { describeTally, isGreen } from '../../tools/testing/tally.ts';
import { groupOf } from '../../tools/testing/test-files.ts';

const event: TestEvent = {
  name: 'refuses an ended session',
  file: '/repo/test/a.test.ts',
  line: 7,
  isSuite: false,
  isSkipped: false,
  error: undefined,
};

function runnerError(failureType: string, cause?: unknown): Error {
  return Object.assign(new Error('test failed', { cause }), { failureType });
}

describe('the test report', () => {
  it('counts tests, not the suites around them', () => {
    const report = withPass(withPass(emptyReport, event), { ...event, isSuite: true });
    assert.deepEqual(report.tally, { passed: 1, failed: 0, skipped: 0 });
  });

  it('counts a skipped test apart', () => {
    assert.deepEqual(withPass(emptyReport, { ...event, isSkipped: true }).tally, {
      passed: 0,
      failed: 0,
      skipped: 1,
    });
  });

  it('counts a failure once, not again for its parents and its file', () => {
    const failed = withFailure(emptyReport, {
      ...event,
      error: runnerError('testCodeFailure', new Error('no')),
    });
    const suite = withFailure(failed, { ...event, isSuite: true, error: runnerError('subtestsFailed') });
    const file = withFailure(suite, {
      ...event,
      name: '/repo/test/a.test.ts',
      error: runnerError('testCodeFailure'),
    });
    assert.deepEqual(file.tally, { passed: 0, failed: 1, skipped: 0 });
  });

  it('counts a suite whose set-up failed', () => {
    const error = runnerError('hookFailed', new Error('no database'));
    assert.equal(withFailure(emptyReport, { ...event, isSuite: true, error }).tally.failed, 1);
  });

  it('shows what tests measured, and not what the runner counts', () => {
    const counted = withNote(withPass(emptyReport, event), 'duration_ms 12.5', 0);
    const report = withNote(counted, 'p95 48 ms of 20', 1);
    const [line, note, ...rest] = describeReport('test/a.test.ts', report, 1000).split('\n');
    assert.deepEqual(
      [line?.trim(), note?.trim(), rest],
      ['ok    test/a.test.ts (1, 1.0 s)', 'p95 48 ms of 20', []],
    );
  });

  it('fails a file that holds no tests', () => {
    assert.equal(withPass(emptyReport, { ...event, name: '/repo/test/a.test.ts' }).tally.failed, 1);
  });

  it('fails a file that crashes after its tests passed', () => {
    const error = Object.assign(runnerError('testCodeFailure'), { exitCode: 3 });
    const report = withFailure(withPass(emptyReport, event), {
      ...event,
      name: '/repo/test/a.test.ts',
      error,
    });
    assert.deepEqual(report.tally, { passed: 1, failed: 1, skipped: 0 });
    assert.match(describeReport('a', report, 0), /exit code 3/);
  });

  it('says one line for a green file and keeps its output to itself', () => {
    const report = withPass(withOutput(emptyReport, 'chatter'), event);
    assert.equal(describeReport('test/a.test.ts', report, 1234), '  ok    test/a.test.ts (1, 1.2 s)');
  });

  it('shows a failure with its cause and the output of its file', () => {
    const error = runnerError('testCodeFailure', new Error('the store is closed'));
    const text = describeReport(
      'test/a.test.ts',
      withFailure(withOutput(emptyReport, 'chatter'), { ...event, error }),
      0,
    );
    assert.match(text, /refuses an ended session \(line 7\)/);
    assert.match(text, /the store is closed/);
    assert.match(text, /chatter/);
  });

  it('ends with one line that names what was skipped only if something was', () => {
    assert.equal(describeTally({ passed: 12, failed: 0, skipped: 0 }), '12 passed, 0 failed');
    assert.equal(describeTally({ passed: 12, failed: 1, skipped: 2 }), '12 passed, 1 failed, 2 skipped');
  });

  it('is not green when nothing was tested', () => {
    assert.equal(isGreen({ passed: 0, failed: 0, skipped: 0 }), false);
    assert.equal(isGreen({ passed: 0, failed: 0, skipped: 3 }), false);
    assert.equal(isGreen({ passed: 1, failed: 0, skipped: 0 }), true);
    assert.equal(isGreen({ passed: 1, failed: 1, skipped: 0 }), false);
  });
});

describe('the groups of tests', () => {
  it('keep apart what measures, what waits, and what fills the machine', () => {
    assert.equal(groupOf('test/attacks/replay.test.ts'), 'quick');
    assert.equal(groupOf('test/engine/token.test.ts'), 'quick');
    assert.equal(groupOf('test/chaos/link.test.ts'), 'quick');
    assert.equal(groupOf('test/faults/http-races.test.ts'), 'quick');
    assert.equal(groupOf('test/faults/shutdown.test.ts'), 'patient');
    assert.equal(groupOf('test/faults/kill.test.ts'), 'alone');
    assert.equal(groupOf('test/chaos/chaos.test.ts'), 'alone');
    assert.equal(groupOf('test/browser/log-out.test.ts'), 'browser');
    assert.equal(groupOf('test/browser/live.test.ts'), 'measured');
  });
});
