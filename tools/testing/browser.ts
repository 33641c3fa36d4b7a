import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
];

const usualPaths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/**
 * The path of a Chromium for the browser tests: the one that `ROLLCALL_CHROMIUM` or `CHROME_PATH` names, else one
 * the machine has, else one fetched now. Undefined when there is none and none can be had.
 */
export function provideBrowser(environment: NodeJS.ProcessEnv): string | undefined {
  const named = environment['ROLLCALL_CHROMIUM'] ?? environment['CHROME_PATH'];
  if (named !== undefined) return starts(named) ? named : undefined;
  return findBrowser(environment) ?? fetchBrowser(environment);
}

function findBrowser(environment: NodeJS.ProcessEnv): string | undefined {
  const folders = (environment['PATH'] ?? '').split(delimiter);
  const onPath = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, ...usualPaths, playwrightPath()].find((path) => existsSync(path) && starts(path));
}

function fetchBrowser(environment: NodeJS.ProcessEnv): string | undefined {
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('  no Chromium here, installing it with apt-get');
    attempt('apt-get', ['update', '-q'], environment);
    attempt('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'chromium'], environment);
  }
  const found = findBrowser(environment);
  if (found !== undefined) return found;
  console.log('  no Chromium here, fetching one with Playwright');
  const cli = join(import.meta.dirname, '..', '..', 'node_modules', 'playwright-core', 'cli.js');
  attempt(process.execPath, [cli, 'install', 'chromium'], environment);
  return findBrowser(environment);
}

/** A failed attempt has printed why; what counts is whether a browser is found afterwards. */
function attempt(command: string, args: readonly string[], environment: NodeJS.ProcessEnv): void {
  spawnSync(command, args, { stdio: 'inherit', env: { ...environment, DEBIAN_FRONTEND: 'noninteractive' } });
}

/** Some distributions install a script in Chromium's place that only says where to get it. */
function starts(path: string): boolean {
  // Chromium on Windows opens a window instead of answering.
  if (process.platform === 'win32') return existsSync(path);
  try {
    return /\d+\.\d+/.test(
      execFileSync(path, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  } catch {
    return false;
  }
}

function playwrightPath(): string {
  try {
    return chromium.executablePath();
  } catch {
    return '';
  }
}
