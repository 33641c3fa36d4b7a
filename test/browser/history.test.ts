import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { chromeOnWindows, curl, firefoxOnLinux } from './clients.ts';
import { logOut, openSessions, row, signedOutShown } from './pages.ts';
import { setStage } from './stage.ts';

const stage = setStage();

describe('the history page', () => {
  it('tells sign-ins, refusals, ends with who caused them, and changes, the newest first', async (t) => {
    const owner = await stage.newOwner();
    const a = await stage.newSignedIn(t, owner);
    const b = await stage.newBearer(owner, firefoxOnLinux, '198.51.100.20');
    const guesser = stage.service.client({ 'user-agent': curl.userAgent, 'x-forwarded-for': '192.0.2.66' });
    await guesser.signIn(owner.email, 'not the password at all');
    await openSessions(a.page);
    await logOut(a.page, b.client.name);
    await row(a.page, b.client.name).waitFor({ state: 'detached' });
    await a.page.getByRole('link', { name: 'History' }).click();
    await a.page.getByText('Account created').waitFor();
    assert.match(
      (await lines(a.page)).join('\n'),
      inOrder([
        /Firefox on Linux was logged out, from Chrome on Windows/,
        /Sign-in refused, wrong password, curl, command line.*192\.0\.2\.66/,
        /Firefox on Linux signed in.*198\.51\.100\.20\. Password/,
        /Chrome on Windows signed in.*203\.0\.113\.10\. Password/,
        /signed out/,
        /Account created/,
      ]),
    );
    const day = a.page.getByRole('region', { name: /^Today, / });
    assert.ok((await day.getByRole('listitem').count()) >= 6);
  });

  it('gives each event its instant for machines and people', async (t) => {
    const { page } = await stage.newSignedIn(t, await stage.newOwner(), { timezoneId: 'Asia/Kathmandu' });
    await page.goto('/account/history');
    const time = page.getByRole('listitem').first().locator('time');
    const at = new Date((await time.getAttribute('datetime')) ?? '');
    const local = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'Asia/Kathmandu' });
    assert.equal(await time.innerText(), local.format(at));
  });

  it('shows 50 events at first and the older ones on request, with the focus on the first of them', async (t) => {
    const owner = await stage.newOwner();
    const { page } = await stage.newSignedIn(t, owner, { client: chromeOnWindows });
    for (let count = 0; count < 26; count += 1) {
      const client = stage.service.client({ 'x-forwarded-for': '192.0.2.67' });
      await client.signIn(owner.email, owner.password);
      await client.send('POST', '/api/sign-out');
    }
    await page.goto('/account/history');
    const events = page.getByRole('listitem');
    await events.nth(49).waitFor();
    assert.equal(await events.count(), 50);
    await page.getByRole('button', { name: 'Show older events' }).click();
    await page.getByText('That is everything.').waitFor();
    assert.equal(await events.count(), 56);
    await events.nth(50).and(page.locator(':focus')).waitFor();
  });

  it('says that it could not be loaded, and loads on request', async (t) => {
    const { page } = await stage.newSignedIn(t, await stage.newOwner());
    await page.route('**/api/history', (route) => route.abort(), { times: 1 });
    await page.goto('/account/history');
    await page.getByRole('alert').filter({ hasText: 'Your history could not be loaded.' }).waitFor();
    assert.equal(await page.getByText('Nothing has happened yet.').count(), 0);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Account created').waitFor();
  });

  it('becomes the signed-out screen when its session is ended', async (t) => {
    const owner = await stage.newOwner();
    const a = await stage.newSignedIn(t, owner);
    const b = await stage.newSignedIn(t, owner, { client: firefoxOnLinux, address: '198.51.100.20' });
    await b.page.goto('/account/history');
    await b.page.getByText('Account created').waitFor();
    await openSessions(a.page);
    await logOut(a.page, b.client.name);
    await signedOutShown(b.page);
    assert.ok(!(await b.page.evaluate<string>('probe.everything()')).includes('198.51.100.20'));
  });
});

async function lines(page: Page): Promise<readonly string[]> {
  const texts = await page.getByRole('listitem').allInnerTexts();
  return texts.map((text) => text.replaceAll(/\s+/g, ' '));
}

/** Matches lines that match these, in this order, with any others between. */
function inOrder(patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => source).join('[^]*'));
}
