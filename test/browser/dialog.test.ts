import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Locator, Page, Route } from 'playwright-core';
import type { Person } from './browser.ts';
import { firefoxOnLinux } from './clients.ts';
import { openSessions, question, row } from './pages.ts';
import { type Bearer, isSignedIn, type Owner, setStage } from './stage.ts';

const stage = setStage();
const minute = 60_000;
const ending = '**/api/sessions/*';
const keep = 'Keep signed in';

describe('the question before a log-out', () => {
  it('names the device, its last use and its address, and says what will happen', async (t) => {
    const { a, b } = await asked(t);
    const text = await question(a.page).innerText();
    assert.match(text, /Log out Firefox on Linux\?/);
    assert.match(text, /Active now|Last used/);
    assert.ok(text.includes(b.address));
    assert.match(text, /Signed in \d+ \w+, \d\d:\d\d\. Password\./);
    assert.match(text, /It loses access right away, in every open tab\./);
    assert.match(await question(a.page).getAttribute('aria-labelledby').then(String), /\w/);
    await button(a.page, keep).and(a.page.locator(':focus')).waitFor();
  });

  for (const [way, leave] of [
    ['Escape', (page: Page) => page.keyboard.press('Escape')],
    ['a click outside', (page: Page) => page.mouse.click(5, 5)],
    [`"${keep}"`, (page: Page) => button(page, keep).click()],
  ] as const) {
    it(`sends nothing when it is left with ${way}, and puts the focus back`, async (t) => {
      const { a, b } = await asked(t);
      const sent = requestsThatChange(a.page);
      await leave(a.page);
      await question(a.page).waitFor({ state: 'detached' });
      await opener(a.page, b).and(a.page.locator(':focus')).waitFor();
      // What was sent before an answer comes was sent before that answer's request.
      await a.page.evaluate("fetch('/api/session').then((response) => response.text())");
      assert.deepEqual(sent, []);
      assert.equal(await b.isSignedIn(), true);
    });
  }

  it('asks lightly before this device is logged out, and ends it', async (t) => {
    const { a, b } = await twoDevices(t);
    await a.page.getByRole('button', { name: 'Log out of this device, Chrome on Windows' }).click();
    await question(a.page).getByRole('heading', { name: 'Log out of this device?' }).waitFor();
    await button(a.page, 'Log out').click();
    await a.page.getByRole('heading', { name: 'You were signed out' }).waitFor();
    assert.equal(await isSignedIn(a), false);
    assert.equal(await b.isSignedIn(), true);
  });
});

describe('a log-out that fails', () => {
  for (const [what, fail, words] of [
    ['the line is cut', (route: Route) => route.abort('connectionreset'), /could not reach the server/],
    ['the server fails', (route: Route) => route.fulfill(serverError), /Something went wrong on our side/],
    [
      'a proxy answers',
      (route: Route) => route.fulfill({ status: 502, body: '<html>' }),
      /not be understood/,
    ],
  ] as const) {
    it(`stays in the dialog when ${what}, and works when tried again`, async (t) => {
      const { a, b } = await asked(t);
      await a.page.route(ending, fail, { times: 1 });
      await button(a.page, 'Log out').click();
      await assertFailed(a.page, b, words);
      await button(a.page, 'Try again').click();
      await assertLoggedOut(a.page, b);
    });
  }

  it('stays in the dialog when no answer comes in time, and works when tried again', async (t) => {
    const { a, b } = await asked(t, { addsHurry: true });
    const held = await hold(a.page);
    await button(a.page, 'Log out').click();
    await held.arrived;
    await a.page.evaluate("dispatchEvent(new Event('test-time-is-up'))");
    await assertFailed(a.page, b, /did not answer in time/);
    held.release();
    await button(a.page, 'Try again').click();
    await assertLoggedOut(a.page, b);
  });

  it('leaves the row as it was when the owner gives up', async (t) => {
    const { a, b } = await asked(t);
    await a.page.route(ending, (route) => route.abort(), { times: 1 });
    const before = await row(a.page, b.client.name).innerText();
    await button(a.page, 'Log out').click();
    await assertFailed(a.page, b, /could not reach the server/);
    await button(a.page, keep).click();
    await question(a.page).waitFor({ state: 'detached' });
    assert.equal(await row(a.page, b.client.name).innerText(), before);
    await opener(a.page, b).and(a.page.locator(':focus')).waitFor();
  });
});

describe('a log-out that is slow', () => {
  it('takes no second press and no way out, and says at 4 s that it is still working', async (t) => {
    const { a, b } = await twoDevices(t);
    await a.page.clock.install();
    await openSessions(a.page);
    await opener(a.page, b).click();
    const sent = requestsThatChange(a.page);
    const held = await hold(a.page);
    // From here on the page's time stands still but for what the test lets pass.
    await a.page.clock.pauseAt((await a.page.evaluate<number>('Date.now()')) + 1_000);
    await button(a.page, 'Log out').click();
    await held.arrived;
    const working = question(a.page).getByRole('button', { name: 'Logging out…' });
    for (const each of [working, button(a.page, keep)]) {
      assert.equal(await each.getAttribute('aria-disabled'), 'true');
      await each.click({ force: true });
    }
    await a.page.keyboard.press('Escape');
    await a.page.mouse.click(5, 5);
    const said = question(a.page).getByText('Still working.');
    await a.page.clock.runFor(3_500);
    assert.equal(await said.count(), 0, 'not yet');
    await a.page.clock.runFor(1_000);
    await said.waitFor();
    assert.equal(sent.length, 1);
    held.release();
    await assertLoggedOut(a.page, b);
  });
});

describe('a log-out that needs a new proof', () => {
  it('asks for it in the dialog and then goes on without another press', async (t) => {
    const { a, b, owner } = await asked(t);
    stage.clock.advance(11 * minute);
    await button(a.page, 'Log out').click();
    const proof = question(a.page).getByLabel('Password');
    await proof.and(a.page.locator(':focus')).waitFor();
    assert.equal(await b.isSignedIn(), true, 'nothing ended yet');
    await proof.fill('not the password at all');
    await proof.press('Enter');
    await question(a.page).getByRole('alert').waitFor();
    await proof.fill(owner.password);
    await proof.press('Enter');
    await assertLoggedOut(a.page, b);
  });

  it('goes back to the row with nothing ended when it is left', async (t) => {
    const { a, b } = await asked(t);
    stage.clock.advance(11 * minute);
    await button(a.page, 'Log out').click();
    await question(a.page).getByLabel('Password').waitFor();
    await a.page.keyboard.press('Escape');
    await question(a.page).waitFor({ state: 'detached' });
    await opener(a.page, b).and(a.page.locator(':focus')).waitFor();
    assert.equal(await b.isSignedIn(), true);
  });

  it('asks sooner before all others are logged out', async (t) => {
    const { a, b, owner } = await twoDevices(t);
    stage.clock.advance(6 * minute);
    await a.page.getByRole('button', { name: 'Log out all other devices' }).click();
    await button(a.page, 'Log out').click();
    await question(a.page).getByLabel('Password').fill(owner.password);
    await button(a.page, 'Log out').click();
    await a.page.getByText('You are signed in here only.').waitFor({ state: 'attached' });
    assert.equal(await b.isSignedIn(), false);
  });
});

const serverError = {
  status: 500,
  contentType: 'application/problem+json',
  body: JSON.stringify({ type: 'about:blank', title: 'Unexpected', status: 500, code: 'unexpected' }),
};

interface TwoDevices {
  readonly owner: Owner;
  readonly a: Person;
  readonly b: Bearer;
}

/** The list is open in A and shows B. */
async function twoDevices(t: TestContext, { addsHurry = false } = {}): Promise<TwoDevices> {
  const owner = await stage.newOwner();
  const b = await stage.newBearer(owner, firefoxOnLinux, '198.51.100.20');
  const a = await stage.newSignedIn(t, owner);
  if (addsHurry) await a.page.addInitScript(timeIsUpOnRequest);
  await openSessions(a.page);
  return { owner, a, b };
}

/** The same, and A is being asked whether to log B out. */
async function asked(t: TestContext, options: { readonly addsHurry?: boolean } = {}): Promise<TwoDevices> {
  const both = await twoDevices(t, options);
  await opener(both.a.page, both.b).click();
  await question(both.a.page).waitFor();
  return both;
}

/** Makes every time limit of the page's requests end when the test says so, and never before. */
const timeIsUpOnRequest = `AbortSignal.timeout = () => {
  const controller = new AbortController();
  const late = () => controller.abort(new DOMException('The time is up.', 'TimeoutError'));
  addEventListener('test-time-is-up', late, { once: true });
  return controller.signal;
};`;

function opener(page: Page, { client }: Bearer): Locator {
  return page.getByRole('button', { name: `Log out ${client.name}` });
}

function button(page: Page, name: string): Locator {
  return question(page).getByRole('button', { name, exact: true });
}

/** Fills up with the requests of the page that are not reads. */
function requestsThatChange(page: Page): readonly string[] {
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.method() !== 'GET') sent.push(`${request.method()} ${request.url()}`);
  });
  return sent;
}

interface Held {
  /** The request is under way. */
  readonly arrived: Promise<void>;
  /** Lets it go on to the server. */
  release(): void;
}

/** Keeps the next request that ends a session from reaching the server. */
async function hold(page: Page): Promise<Held> {
  const arrived = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const wait = async (route: Route): Promise<void> => {
    arrived.resolve();
    await released.promise;
    // The page may have given the request up by now.
    await route.continue().catch(() => undefined);
  };
  await page.route(ending, wait, { times: 1 });
  return { arrived: arrived.promise, release: () => released.resolve() };
}

async function assertFailed(page: Page, b: Bearer, words: RegExp): Promise<void> {
  await question(page).getByRole('alert').filter({ hasText: words }).waitFor();
  await question(page).getByText('Nothing was logged out.').waitFor();
  assert.equal(await row(page, b.client.name).count(), 1);
  assert.equal(await b.isSignedIn(), true);
}

async function assertLoggedOut(page: Page, b: Bearer): Promise<void> {
  await question(page).waitFor({ state: 'detached' });
  await page.getByText(`${b.client.name} was logged out.`).waitFor({ state: 'attached' });
  assert.equal(await b.isSignedIn(), false);
}
