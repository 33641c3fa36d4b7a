import { accessSync, closeSync, constants, mkdirSync, openSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { RollcallError } from '../../errors.ts';
import { unavailable } from '../failures.ts';

/**
 * Makes the folder (mode 0700) and the file (mode 0600) where they are missing, and makes sure both can be written.
 * The modes of what exists are its owner's choice and stay. Returns the path with links resolved, so that one file
 * has one name. Refuses `:memory:` with `store_unsafe`.
 */
export function prepareFile(path: string): string {
  if (path === ':memory:') throw notAFile();
  const folder = dirname(path);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    createFile(path);
    const real = realpathSync(path);
    accessSync(real, constants.R_OK | constants.W_OK);
    accessSync(dirname(real), constants.R_OK | constants.W_OK | constants.X_OK);
    return real;
  } catch (cause) {
    throw unavailable(cause, `The database file ${path} and its folder must be writable for this process.`);
  }
}

/**
 * Makes an empty file of mode 0600 unless there is one. An existing one is not even opened: closing it again would drop
 * the locks this process holds on it.
 */
export function createFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
  }
}

function notAFile(): RollcallError {
  return new RollcallError('store_unsafe', {
    detail: 'The database must be a file: what is kept in memory does not outlive the process.',
  });
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
