import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { assertKnowsNothing, logOut, openSessions, signedOutShown } from './pages.ts';
import { setStage } from './stage.ts';
import { ownerInTwoBrowsers } from './two-browsers.ts';

const stage = setStage({ keepsPages: true });

describe('a page of the account that the browser could keep for the Back button', () => {
  it('is not kept, for its answer says that nobody may', async (t) => {
    const { b } = await ownerInTwoBrowsers(stage, t);
    await leave(b.page);
    await b.page.goBack();
    await b.page.getByText('This device', { exact: true }).waitFor();
    assert.equal(await b.page.evaluate<boolean>('probe.wasKept()'), false);
  });

  it('becomes the signed-out screen when it was kept all the same and its session ended', async (t) => {
    const { a, b, secrets } = await ownerInTwoBrowsers(stage, t);
    await allowKeeping(b.page);
    await leave(b.page);
    await logOut(a.page, b.client.name);
    await a.page.getByText(`${b.client.name} was logged out.`).waitFor({ state: 'attached' });
    await comeBack(b.page);
    await signedOutShown(b.page);
    assert.equal(await b.page.evaluate<boolean>('probe.wasKept()'), true);
    await assertKnowsNothing(b.page, secrets);
  });

  it('goes on, and hears of its end, when it was kept and its session is good', async (t) => {
    const { a, b } = await ownerInTwoBrowsers(stage, t);
    await allowKeeping(b.page);
    await leave(b.page);
    await comeBack(b.page);
    await b.page.getByText('This device', { exact: true }).waitFor();
    assert.equal(await b.page.evaluate<boolean>('probe.wasKept()'), true);
    await logOut(a.page, b.client.name);
    await signedOutShown(b.page);
  });
});

/** Loads the page again without the header that forbids keeping it. */
async function allowKeeping(page: Page): Promise<void> {
  await page.route('**/account/*', async (route) => {
    const response = await route.fetch();
    const { 'cache-control': _, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });
  await openSessions(page);
}

async function leave(page: Page): Promise<void> {
  await page.goto('/there-is-no-such-page');
}

/** Playwright's own way back waits for a load, and a kept page is never loaded again. */
async function comeBack(page: Page): Promise<void> {
  await page.evaluate('history.back()');
}
