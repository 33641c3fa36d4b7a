// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, delimiter, join, relative } from 'node:path';
import { root, run, SetupError, say, secondsSince, withHeartbeat } from './command.mjs';

const isWindows = process.platform === 'win32';
const nodeName = isWindows ? 'node.exe' : 'node';
const neededMajor = 24;

/**
 * Installs the packages of the lock file unless they are there already, and returns the path of the Node.js
 * that everything else must run on: the pinned one, or the caller's own if that is new enough.
 */
export async function ensureInstalled() {
  if (!isInstalled(root)) await install(root);
  return runtime() ?? (await rebuildRuntime());
}

/**
 * Installs a folder's own packages (a `package.json` beside the root one) unless they are there already.
 *
 * @param {string} folder
 */
export async function ensureFolderInstalled(folder) {
  if (!isInstalled(folder)) await install(folder);
}

/**
 * Whether `node_modules` holds exactly what the lock file names; packages for other machines may be absent.
 *
 * @param {string} folder
 */
export function isInstalled(folder) {
  const locked = packagesOf(join(folder, 'package-lock.json'));
  const present = packagesOf(join(folder, 'node_modules', '.package-lock.json'));
  if (locked === undefined || present === undefined) return false;
  const isPresent = (/** @type {[string, LockEntry]} */ [path, entry]) => {
    const found = present[path];
    if (found === undefined) return path === '' || entry.optional === true || entry.devOptional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  };
  return Object.entries(locked).every(isPresent) && Object.keys(present).every((path) => path in locked);
}

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }} LockEntry
 *
 * @param {string} lockFile
 * @returns {Record<string, LockEntry> | undefined}
 */
function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** @param {string} folder */
async function install(folder) {
  const hasLock = existsSync(join(folder, 'package-lock.json'));
  const where = relative(root, folder);
  say(`installing packages${where === '' ? '' : ` of ${where}/`} (the first time takes about a minute)`);
  const startedAt = Date.now();
  // An environment that leaves development packages out would leave out the pinned Node.js, too; and npm's
  // warnings are mostly about the machine's own Node.js, which does nothing but install.
  const code = await npm([hasLock ? 'ci' : 'install', '--include=dev', '--loglevel=error'], folder);
  if (code !== 0)
    throw new SetupError(`npm could not install the packages (exit code ${code}); its message is above.`);
  say(`packages installed in ${secondsSince(startedAt)} s`);
}

/** @param {readonly string[]} args
 * @param {string} folder */
function npm(args, folder) {
  const { command, before, options } = npmCommand();
  return withHeartbeat('installing', () => run(command, [...before, ...args], { cwd: folder, ...options }));
}

/** @returns {{ command: string, before: readonly string[], options: { shell?: boolean } }} */
function npmCommand() {
  const cli = process.env['npm_execpath'];
  if (cli !== undefined && basename(cli) === 'npm-cli.js' && existsSync(cli)) {
    return { command: outerNode(), before: [cli], options: {} };
  }
  return { command: 'npm', before: [], options: { shell: isWindows } };
}

/** npm replaces `node_modules`, so it must not itself run on the Node.js in there. */
function outerNode() {
  if (!isInRepository(process.execPath)) return process.execPath;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !isInRepository(folder));
  const outer = folders.map((folder) => join(folder, nodeName)).find(existsSync);
  return outer ?? process.execPath;
}

/** @param {string} path */
function isInRepository(path) {
  return !relative(root, path).startsWith('..');
}

function runtime() {
  const pinned = join(root, 'node_modules', 'node', 'bin', nodeName);
  return [pinned, process.execPath].find((path) => majorVersion(path) >= neededMajor);
}

/** @param {string} node */
function majorVersion(node) {
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return Number(/^v(\d+)\./.exec(stdout ?? '')?.[1] ?? 0);
}

/** The pinned Node.js comes with an install script; an earlier install that ran none can be completed. */
async function rebuildRuntime() {
  say(`the pinned Node.js is missing from node_modules, asking npm for it`);
  await npm(['rebuild', 'node'], root);
  const found = runtime();
  if (found !== undefined) return found;
  throw new SetupError(
    `npm did not install Node.js ${neededMajor}, which this project brings as its package "node" (this is Node.js ` +
      `${process.versions.node}). If npm is set to ignore install scripts, run "npm rebuild node ` +
      `--ignore-scripts=false"; where no Node.js is published for the machine, install Node.js ${neededMajor} or newer.`,
  );
}
