// @ts-check
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, without a trailing slash. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A reason to stop that the person at the terminal can act on; shown as one sentence, without a stack. */
export class SetupError extends Error {}

/**
 * Runs a program with this terminal and resolves with its exit code; 128 and the signal's number when
 * a signal ended it. SIGTERM and SIGHUP are passed on; Ctrl-C reaches the program by itself.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    const forget = forward(['SIGTERM', 'SIGHUP'], (signal) => child.kill(signal));
    // Without a listener Ctrl-C would end this process before the program it waits for.
    const forgetInterrupt = forward(['SIGINT'], () => {});
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      forget();
      forgetInterrupt();
      resolve(exitCode(code, signal));
    });
  });
}

/**
 * Calls `handle` with each of the named signals this process receives, until the returned function is called.
 *
 * @param {readonly NodeJS.Signals[]} signals
 * @param {(signal: NodeJS.Signals) => void} handle
 */
export function forward(signals, handle) {
  for (const signal of signals) process.on(signal, handle);
  return () => {
    for (const signal of signals) process.off(signal, handle);
  };
}

/**
 * The shell's convention: the program's own code, or 128 and the number of the signal that ended it.
 *
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
export function exitCode(code, signal) {
  if (code !== null) return code;
  return 128 + (signal === null ? 0 : constants.signals[signal]);
}

/**
 * Says every 15 seconds that the work goes on, so that a terminal without a spinner is never silent.
 *
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 */
export async function withHeartbeat(what, work) {
  const startedAt = Date.now();
  const timer = setInterval(() => say(`still ${what}, ${secondsSince(startedAt)} s`), 15_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/**
 * Whole seconds since an instant in epoch milliseconds.
 *
 * @param {number} startedAt
 */
export function secondsSince(startedAt) {
  return Math.round((Date.now() - startedAt) / 1000);
}

/**
 * One line on standard output, marked as ours.
 *
 * @param {string} sentence
 */
export function say(sentence) {
  console.log(`rollcall: ${sentence}`);
}

/**
 * Runs a tool's main function: its number is the exit code, a SetupError is one sentence on standard error.
 *
 * @param {() => Promise<number>} main
 */
export async function runTool(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`rollcall: ${error.message}`);
    process.exitCode = 1;
  }
}
