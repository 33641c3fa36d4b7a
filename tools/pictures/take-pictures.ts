import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { startTestService } from '../../test/running-service.ts';
import { provideBrowser } from '../testing/browser.ts';
import { PastClock } from './past-clock.ts';

const folder = join(import.meta.dirname, '../../docs/images');
const owner = {
  email: 'mara@lindqvist.example',
  password: 'lantern quartz violet harbour',
  name: 'Mara Lindqvist',
};
const flags = ['--headless=new', '--disable-gpu', '--no-first-run', '--disable-background-networking'];

const laptop =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
const mac = { 'sec-ch-ua': '"Google Chrome";v="141", "Chromium";v="141"', 'sec-ch-ua-platform': '"macOS"' };

/** The other devices of the account: what they are, from where, and how many hours ago they signed in and were last used. */
const others = [
  {
    agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
    address: '203.0.113.64',
    signedInHoursAgo: 12 * 24,
    usedHoursAgo: 1,
    label: 'Studio PC',
  },
  {
    agent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
    address: '2001:db8:4c1e::2a91',
    signedInHoursAgo: 9 * 24,
    usedHoursAgo: 3,
    label: 'My iPhone',
  },
  {
    agent: 'curl/8.16.0',
    address: '192.0.2.146',
    signedInHoursAgo: 6 * 24,
    usedHoursAgo: 11,
    label: 'Nightly backup',
  },
  {
    agent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
    address: '198.51.100.23',
    signedInHoursAgo: 0.1,
    usedHoursAgo: 0.05,
    label: null,
  },
] as const;

const clock = new PastClock();
const service = await startTestService({ clock, trustedProxies: '127.0.0.1/32' });
const browser = await chromium.launch({
  executablePath: browserPath(),
  args: process.getuid?.() === 0 ? [...flags, '--no-sandbox'] : flags,
});
try {
  mkdirSync(folder, { recursive: true });
  await livePast();
  await takePictures(browser);
} finally {
  await browser.close();
  await service.stop();
}

function browserPath(): string {
  const path = provideBrowser(process.env);
  if (path === undefined) throw new Error('no Chromium found or fetched; name one in ROLLCALL_CHROMIUM');
  return path;
}

/** Lets the account's last weeks happen on the service's clock. */
async function livePast(): Promise<void> {
  clock.goBack(13 * 24);
  const first = service.client({ 'user-agent': laptop, 'x-forwarded-for': '203.0.113.7' });
  await first.send('POST', '/api/sign-up', owner);
  await first.send('POST', '/api/sign-out');
  for (const other of others) {
    const client = service.client({ 'user-agent': other.agent, 'x-forwarded-for': other.address });
    clock.goBack(other.signedInHoursAgo);
    const { email, password } = owner;
    const signedIn = await client.send('POST', '/api/sign-in', { email, password, keepSignedIn: true });
    const session = signedIn.body['session'] as { readonly device: { readonly id: string } };
    if (other.label !== null)
      await client.send('PATCH', `/api/devices/${session.device.id}`, { label: other.label });
    clock.goBack(other.usedHoursAgo);
    await client.send('GET', '/api/session');
  }
  clock.goBack(0);
}

async function takePictures(chrome: Browser): Promise<void> {
  const wide = await profile(chrome, { width: 1120, height: 820 });
  const page = await signIn(wide);
  await picture(page, 'active-sessions');
  await page.getByRole('button', { name: /^Log out Chrome on Windows/ }).click();
  await page.getByRole('alertdialog').waitFor();
  await picture(page, 'log-out-dialog');
  await page.getByRole('button', { name: 'Keep signed in' }).click();
  await pageOf(wide, '/account/password', 'Password', 'password');
  const twoFactor = await pageOf(wide, '/account/two-factor', 'Two-factor', null);
  await twoFactor.getByRole('button', { name: 'Set up authenticator app' }).click();
  await twoFactor.getByRole('img').first().waitFor();
  await picture(twoFactor, 'two-factor');
  const narrow = await signIn(await profile(chrome, { width: 360, height: 780 }));
  await picture(narrow, 'active-sessions-phone');
  await page
    .getByRole('button', { name: /^Log out Headless Chrome|^Log out Chrome on Mac/ })
    .last()
    .click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Log out', exact: true }).click();
  await narrow.getByRole('heading', { name: 'You were signed out' }).waitFor();
  await picture(narrow, 'signed-out');
  await pageOf(wide, '/account/history', 'History', 'history');
}

function profile(chrome: Browser, viewport: { width: number; height: number }): Promise<BrowserContext> {
  return chrome.newContext({
    baseURL: service.url,
    viewport,
    userAgent: laptop,
    extraHTTPHeaders: { ...mac, 'x-forwarded-for': '203.0.113.7' },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    colorScheme: 'light',
    reducedMotion: 'reduce',
  });
}

async function signIn(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(owner.email);
  await page.getByLabel('Password', { exact: true }).fill(owner.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('This device', { exact: true }).waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  return page;
}

async function pageOf(
  context: BrowserContext,
  path: string,
  heading: string,
  name: string | null,
): Promise<Page> {
  const page = await context.newPage();
  await page.goto(path);
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
  await page.waitForLoadState('networkidle').catch(() => undefined);
  if (name !== null) await picture(page, name);
  return page;
}

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
  process.stdout.write(`docs/images/${name}.png\n`);
}
