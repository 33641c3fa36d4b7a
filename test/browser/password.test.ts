import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import type { Person } from './browser.ts';
import { curl, firefoxOnLinux } from './clients.ts';
import { openSessions, signedOutShown } from './pages.ts';
import { isSignedIn, type Owner, setStage, signInQuietly } from './stage.ts';

const stage = setStage();
const next = 'walnut orbit saddle prairie';

describe('changing the password', () => {
  it('logs out every other device, open pages included, and stays signed in here', async (t) => {
    const owner = await stage.newOwner();
    const a = await stage.newSignedIn(t, owner);
    const b = await stage.newSignedIn(t, owner, { client: firefoxOnLinux, address: '198.51.100.20' });
    const bearer = await stage.newBearer(owner, curl, '192.0.2.40');
    await openSessions(b.page);
    const before = await tokenOf(a);
    await openPassword(a.page);
    assert.ok(await others(a.page).isChecked(), 'ticked from the start');
    await change(a.page, owner.password, next);
    await a.page.getByText('Your password was changed.').first().waitFor();
    await a.page.getByText('2 other sessions were logged out.').first().waitFor();
    await signedOutShown(b.page);
    await b.page.getByText('The password was changed.').waitFor();
    assert.equal(await bearer.isSignedIn(), false);
    assert.equal(await isSignedIn(a), true);
    assert.notEqual(await tokenOf(a), before, 'the token was rotated');
    await assertSignsInOnlyWith(owner, next);
  });

  it('leaves the others signed in when unticked', async (t) => {
    const owner = await stage.newOwner();
    const a = await stage.newSignedIn(t, owner);
    const b = await stage.newBearer(owner, firefoxOnLinux, '198.51.100.20');
    await openPassword(a.page);
    await others(a.page).uncheck();
    await change(a.page, owner.password, next);
    await a.page.getByText('Your other devices stay signed in.').first().waitFor();
    assert.equal(await b.isSignedIn(), true);
  });

  it('says which field is wrong and why, and changes nothing', async (t) => {
    const owner = await stage.newOwner();
    const { page } = await stage.newSignedIn(t, owner);
    await openPassword(page);
    await change(page, 'not the current one', next);
    await wrong(current(page)).waitFor();
    await page.getByText('That is not your current password.').waitFor();
    await change(page, owner.password, 'qwertyuiopasdfgh');
    await wrong(newPassword(page)).waitFor();
    await page.getByText('The password is made of words and patterns that are tried first.').waitFor();
    await assertSignsInOnlyWith(owner, owner.password);
  });

  it('forgets what was typed once it is done', async (t) => {
    const owner = await stage.newOwner();
    const { page } = await stage.newSignedIn(t, owner);
    await openPassword(page);
    await change(page, owner.password, next);
    await page.getByText('Your password was changed.').first().waitFor();
    const everything = await page.evaluate<string>('probe.everything()');
    assert.ok(!everything.includes(owner.password));
    assert.ok(!everything.includes(next));
    const person = await stage.newPerson(t, { address: '203.0.113.99' });
    await signInQuietly(person, stage.service.url, { ...owner, password: next });
  });
});

async function openPassword(page: Page): Promise<void> {
  await openSessions(page);
  await page.getByRole('link', { name: 'Password' }).click();
  await page.getByRole('heading', { name: 'Password', level: 1 }).waitFor();
}

function current(page: Page): Locator {
  return page.getByLabel('Current password', { exact: true });
}

function newPassword(page: Page): Locator {
  return page.getByLabel('New password', { exact: true });
}

function others(page: Page): Locator {
  return page.getByRole('checkbox', { name: 'Log out all other devices' });
}

async function change(page: Page, from: string, to: string): Promise<void> {
  await current(page).fill(from);
  await newPassword(page).fill(to);
  await page.getByRole('button', { name: 'Change password' }).click();
}

/** The field when it is marked as wrong and has the focus. */
function wrong(field: Locator): Locator {
  return field.and(field.page().locator('[aria-invalid="true"]:focus'));
}

async function tokenOf({ context }: Person): Promise<string | undefined> {
  return (await context.cookies()).find(({ name }) => name === 'rollcall')?.value;
}

async function assertSignsInOnlyWith({ email, password }: Owner, right: string): Promise<void> {
  for (const offered of [password, next]) {
    const client = stage.service.client({ 'x-forwarded-for': '192.0.2.210' });
    const { status } = await client.send('POST', '/api/sign-in', { email, password: offered });
    assert.equal(status, offered === right ? 200 : 401);
  }
}
