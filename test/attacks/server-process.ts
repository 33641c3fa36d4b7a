import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const main = join(import.meta.dirname, '../../src/server/main.ts');

/** The service as an operator starts it: a process with an environment and a folder. */
export interface ServerProcess {
  /** Resolves when it says that it is ready, or ends. */
  readonly started: Promise<void>;
  readonly stderr: () => string;
  readonly stdout: () => string;
  /** Asks it to stop, if it has not; its exit code. Ends it the hard way when it takes more than a minute. */
  stop(): Promise<number | null>;
  /** The exit code once it has ended by itself. */
  readonly ended: Promise<number | null>;
}

/** Starts the service in a folder; nothing of this process's own environment is handed on. */
export function startProcess(folder: string, environment: Readonly<Record<string, string>>): ServerProcess {
  const child = spawn(process.execPath, [main], { cwd: folder, env: { ...environment }, stdio: 'pipe' });
  const limit = setTimeout(() => child.kill('SIGKILL'), 60_000);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const ended = once(child, 'close').then(([code]) => {
    clearTimeout(limit);
    return code as number | null;
  });
  return {
    started: Promise.race([ended.then(() => {}), untilReady(child, stdout)]),
    stderr,
    stdout,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
    ended,
  };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

function untilReady(child: ChildProcess, stdout: () => string): Promise<void> {
  return new Promise((resolve) => {
    child.stdout?.on('data', () => {
      if (stdout().includes('is ready')) resolve();
    });
  });
}
