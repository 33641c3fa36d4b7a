import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Page, Route } from 'playwright-core';
import type { Person } from './browser.ts';
import { curl, edgeOnWindows, firefoxOnLinux } from './clients.ts';
import { focusOf, listShown, logOutButtons, openLive, openSessions, p95, row, summary } from './pages.ts';
import { type Bearer, type Owner, setStage } from './stage.ts';

const stage = setStage();
const rounds = 20;
const addresses = Array.from({ length: rounds }, (_, index) => `192.0.2.${index + 101}`);

describe('the open list', () => {
  it('shows a new sign-in, and its end from elsewhere, within two seconds, 20 times each', async (t) => {
    const { owner, a, c } = await watching(t);
    const appeared: number[] = [];
    const gone: number[] = [];
    for (const address of addresses) {
      const shown = a.page.evaluate<number>(`probe.textShown('${address}')`);
      const bearer = await stage.newBearer(owner, curl, address);
      appeared.push((await shown) - now());
      const hidden = a.page.evaluate<number>(`probe.textGone('${address}')`);
      await c.revoke(bearer.sessionId);
      gone.push((await hidden) - now());
    }
    t.diagnostic(`new sign-in after its answer: ${summary(appeared)}`);
    t.diagnostic(`end from elsewhere after its answer: ${summary(gone)}`);
    assert.ok(p95(appeared) < 2000, summary(appeared));
    assert.ok(p95(gone) < 2000, summary(gone));
  });

  it('keeps the rows where they are under the pointer, and shows what waited on request', async (t) => {
    const { owner, a, c } = await watching(t);
    const known = await stage.newBearer(owner, curl, '192.0.2.50');
    await row(a.page, curl.name, '192.0.2.50').waitFor();
    await logOutButtons(a.page).first().hover();
    const before = await rowPlaces(a.page);
    await stage.newBearer(owner, curl, '192.0.2.51');
    await a.page.getByRole('button', { name: 'Show 1 update' }).waitFor();
    await c.revoke(known.sessionId);
    await a.page.getByRole('button', { name: 'Show 2 updates' }).waitFor();
    assert.deepEqual(await rowPlaces(a.page), before);
    await a.page.getByText('Logged out by Edge on Windows').waitFor();
    await a.page.getByRole('button', { name: 'Show 2 updates' }).click();
    await row(a.page, curl.name, '192.0.2.51').waitFor();
    assert.equal(await row(a.page, curl.name, '192.0.2.50').count(), 0);
    await a.page
      .getByRole('heading', { name: /^Other devices/ })
      .and(a.page.locator(':focus'))
      .waitFor();
  });

  it('shows what waited as soon as the pointer leaves', async (t) => {
    const { owner, a } = await watching(t);
    await logOutButtons(a.page).first().hover();
    await stage.newBearer(owner, curl, '192.0.2.52');
    await a.page.getByRole('button', { name: 'Show 1 update' }).waitFor();
    await a.page.mouse.move(2, 2);
    await row(a.page, curl.name, '192.0.2.52').waitFor();
  });

  it('keeps the rows and the focus where they are while the keyboard is in the list', async (t) => {
    const { owner, a, c } = await watching(t);
    const ending = await stage.newBearer(owner, curl, '192.0.2.53');
    await row(a.page, curl.name, '192.0.2.53').waitFor();
    await tabTo(a.page, /^Log out Edge on Windows/);
    const before = [await rowPlaces(a.page), await focusOf(a.page)];
    await stage.newBearer(owner, curl, '192.0.2.54');
    await c.revoke(ending.sessionId);
    await a.page.getByRole('button', { name: 'Show 2 updates' }).waitFor();
    assert.deepEqual([await rowPlaces(a.page), await focusOf(a.page)], before);
  });

  it('does not drop the focus when the very row that has it ends elsewhere', async (t) => {
    const { owner, a, c } = await watching(t);
    const ending = await stage.newBearer(owner, curl, '192.0.2.55');
    await row(a.page, curl.name, '192.0.2.55').waitFor();
    await tabTo(a.page, /^Log out curl/);
    await c.revoke(ending.sessionId);
    await a.page.getByText('Logged out by Edge on Windows').waitFor();
    assert.notEqual((await focusOf(a.page)).tag, 'body');
  });

  it('shows the truth after a refresh, also with the stream gone', async (t) => {
    const { owner, a, c, b } = await watching(t);
    await a.context.route('**/api/stream', (route) => route.abort());
    await a.page.reload();
    await listShown(a.page);
    await stage.newBearer(owner, curl, '192.0.2.56');
    await c.revoke(b.sessionId);
    await a.page.reload();
    await row(a.page, curl.name, '192.0.2.56').waitFor();
    assert.equal(await row(a.page, firefoxOnLinux.name).count(), 0);
  });
});

describe('a list that lost its line', () => {
  it('says so, and says no more once it is back and brought up to date', async (t) => {
    const { owner, a } = await watching(t);
    stage.line.cut();
    await a.page.getByText('Live updates paused.').waitFor();
    await stage.newBearer(owner, curl, '192.0.2.57');
    stage.line.mend();
    await row(a.page, curl.name, '192.0.2.57').waitFor();
    await a.page.getByText('Live', { exact: true }).waitFor();
    assert.equal(await a.page.getByText('Live updates paused.').count(), 0);
  });

  it('asks again every 30 seconds meanwhile, and at once on request', async (t) => {
    const { owner, a, c } = await watching(t);
    await a.context.route('**/api/stream', (route) => route.abort());
    await a.page.clock.install();
    await openSessions(a.page);
    await a.page.clock.fastForward(4_000);
    await a.page.getByText('Live updates paused.').waitFor();
    const bearer = await stage.newBearer(owner, curl, '192.0.2.58');
    await a.page.clock.fastForward(31_000);
    await row(a.page, curl.name, '192.0.2.58').waitFor();
    await c.revoke(bearer.sessionId);
    await a.page.getByRole('button', { name: 'Refresh' }).click();
    await row(a.page, curl.name, '192.0.2.58').waitFor({ state: 'detached' });
  });

  it('shows an error, never an empty list, when it cannot be loaded; and loads on request', async (t) => {
    const { a } = await watching(t);
    await a.page.route('**/api/sessions', (route) => route.abort());
    await a.page.goto('/account/sessions');
    await a.page.getByRole('alert').filter({ hasText: 'Your sessions could not be loaded.' }).waitFor();
    assert.equal(await a.page.getByText('You are signed in here and nowhere else.').count(), 0);
    await a.page.unroute('**/api/sessions');
    await a.page.getByRole('button', { name: 'Try again' }).click();
    await listShown(a.page);
  });

  it('shows a skeleton while it waits, and marks the page as busy', async (t) => {
    const { a } = await watching(t);
    const answer = Promise.withResolvers<void>();
    const wait = async (route: Route): Promise<void> => {
      await answer.promise;
      await route.continue();
    };
    await a.page.route('**/api/sessions', wait, { times: 1 });
    await a.page.goto('/account/sessions');
    await a.page.getByText('Loading your sessions').waitFor({ state: 'attached' });
    await a.page.locator('[aria-busy="true"]').waitFor();
    assert.equal(await a.page.getByText('You are signed in here and nowhere else.').count(), 0);
    answer.resolve();
    await listShown(a.page);
    assert.equal(await a.page.locator('[aria-busy="true"]').count(), 0);
  });
});

describe('ten tabs of one browser', () => {
  it('share one stream, are all live, and leave room for requests', async (t) => {
    const { owner, a } = await watching(t);
    let streams = 0;
    a.context.on('request', (request) => {
      if (request.url().endsWith('/api/stream')) streams += 1;
    });
    const more = await Promise.all(Array.from({ length: 9 }, () => a.context.newPage()));
    await Promise.all(more.map(openLive));
    assert.equal(streams, 0, 'the first tab reads for all');
    const last = more.at(-1) ?? a.page;
    const took = await last.evaluate<number>(timedRequest);
    t.diagnostic(`a request in the tenth tab took ${took.toFixed(0)} ms`);
    assert.ok(took < 2000, `${took} ms`);
    await stage.newBearer(owner, curl, '192.0.2.59');
    await Promise.all([a.page, ...more].map((page) => row(page, curl.name, '192.0.2.59').waitFor()));
    await a.page.close();
    await stage.newBearer(owner, curl, '192.0.2.60');
    await Promise.all(more.map((page) => row(page, curl.name, '192.0.2.60').waitFor()));
  });
});

const timedRequest = `(async () => {
  const startedAt = performance.now();
  const response = await fetch('/api/session');
  await response.text();
  return performance.now() - startedAt;
})()`;

interface Watching {
  readonly owner: Owner;
  /** Has the list open and hears of changes; nothing points at it. */
  readonly a: Person;
  readonly b: Bearer;
  readonly c: Bearer;
}

async function watching(t: TestContext): Promise<Watching> {
  const owner = await stage.newOwner();
  const b = await stage.newBearer(owner, firefoxOnLinux, '198.51.100.20');
  const c = await stage.newBearer(owner, edgeOnWindows, '203.0.113.30');
  const a = await stage.newSignedIn(t, owner);
  await openLive(a.page);
  return { owner, a, b, c };
}

/** The machine's clock as the pages read it. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Where each row and its button are. */
function rowPlaces(page: Page): Promise<readonly string[]> {
  return page.evaluate<string[]>(`probe.places('li[data-session]')`);
}

/** Goes on with Tab until the focus is on the control. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    if (name.test((await focusOf(page)).name)) return;
  }
  assert.fail(`${name} was not reached in 40 presses`);
}
