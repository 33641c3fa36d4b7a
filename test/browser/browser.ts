import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { provideBrowser } from '../../tools/testing/browser.ts';
import { type ClientHeaders, chromeOnWindows } from './clients.ts';

const probe = join(import.meta.dirname, 'fixtures/probe.js');

/** The switch replaces Playwright's own list, so what that says about the network and about leaving pages is repeated. */
const featuresOff = [
  // Every window would load the suggestions of its address bar: a second of work for each new person.
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'AimEnabled',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
];

const flags = [
  '--headless=new',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${featuresOff.join(',')}`,
];

/** How a person comes to the service. */
export interface PersonOptions {
  readonly client?: ClientHeaders;
  /** Where the service sees the requests come from; it must trust 127.0.0.1 as a proxy. */
  readonly address?: string;
  readonly locale?: string;
  readonly timezoneId?: string;
  readonly colorScheme?: 'light' | 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Cookies and storage to begin with. */
  readonly storageState?: Exclude<BrowserContextOptions['storageState'], string | undefined>;
}

/** A browser profile of its own, with one tab open. */
export interface Person {
  readonly client: ClientHeaders;
  readonly address: string;
  readonly context: BrowserContext;
  readonly page: Page;
}

export interface TestBrowser {
  /** A person for one test: when it ends the profile is closed, and no page of it may have had an error. */
  newPerson(test: TestContext, options?: PersonOptions): Promise<Person>;
  close(): Promise<void>;
}

/** How a browser differs from the usual one of the tests. */
export interface BrowserOptions {
  /** Keeps pages for the Back button as people's browsers do; else every way back is a fresh load. */
  readonly keepsPages?: boolean;
  /** A port of this machine that all its connections go through. */
  readonly throughPort?: number;
}

/** Starts the machine's Chromium, or the one `ROLLCALL_CHROMIUM` names. */
export async function openBrowser(
  baseURL: string,
  { keepsPages = false, throughPort }: BrowserOptions = {},
): Promise<TestBrowser> {
  const rootNeeds = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const detour =
    throughPort === undefined ? [] : [`--host-resolver-rules=MAP localhost 127.0.0.1:${throughPort}`];
  const browser = await chromium.launch({
    executablePath: browserPath(),
    args: [...flags, ...rootNeeds, ...detour],
    ignoreDefaultArgs: keepsPages ? ['--disable-back-forward-cache'] : [],
  });
  return {
    newPerson: (test, options = {}) => newPerson(browser, baseURL, test, options),
    close: () => browser.close(),
  };
}

async function newPerson(
  browser: Browser,
  baseURL: string,
  test: TestContext,
  options: PersonOptions,
): Promise<Person> {
  const { client = chromeOnWindows, address = '203.0.113.10', ...rest } = options;
  const context = await browser.newContext({
    baseURL,
    userAgent: client.userAgent,
    extraHTTPHeaders: { ...client.hints, 'x-forwarded-for': address },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    colorScheme: 'light',
    reducedMotion: 'reduce',
    ...rest,
  });
  context.setDefaultTimeout(10_000);
  const problems = collectProblems(context);
  test.after(async () => {
    await context.close();
    assert.deepEqual(problems, [], 'errors of the pages');
  });
  await context.addInitScript({ path: probe });
  return { client, address, context, page: await context.newPage() };
}

/** Script errors, what the console calls an error, and violations of the content policy (see the probe). */
function collectProblems(context: BrowserContext): readonly string[] {
  const problems: string[] = [];
  context.on('weberror', (webError) => problems.push(String(webError.error().stack)));
  context.on('console', (message) => {
    // A refusal is an answer like any other, and cut lines are what some tests are about.
    const isAnswer = message.text().startsWith('Failed to load resource:');
    if (message.type() === 'error' && !isAnswer)
      problems.push(`${message.text()} (${message.location().url})`);
  });
  context.on('dialog', (dialog) => {
    // Only script that got in would open one of the others.
    if (dialog.type() !== 'beforeunload') problems.push(`${dialog.type()}: ${dialog.message()}`);
    // The page may be gone before the answer.
    dialog.accept().catch(() => undefined);
  });
  return problems;
}

function browserPath(): string {
  const path = provideBrowser(process.env);
  assert.ok(path, 'no Chromium found; name one in ROLLCALL_CHROMIUM');
  return path;
}
