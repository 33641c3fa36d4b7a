import { describe, it } from 'node:test';
import type { Page, Route } from 'playwright-core';
import { totpCode } from '../running-service.ts';
import { assertAccessible } from './axe.ts';
import { curl, edgeOnWindows, firefoxOnLinux, safariOnIphone } from './clients.ts';
import {
  listShown,
  logOut,
  logOutButtons,
  openLive,
  openSessions,
  question,
  signedOutShown,
} from './pages.ts';
import { type Owner, setStage } from './stage.ts';

const stage = setStage();

describe('axe finds nothing serious or critical, light and dark, wide and narrow', () => {
  it('on the pages for strangers, with their refusals', async (t) => {
    const { page } = await stage.newPerson(t);
    await page.goto('/sign-in');
    await assertAccessible(page, 'sign-in');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await assertAccessible(page, 'sign-in, refused');
    await page.goto('/sign-up');
    await page.getByRole('button', { name: 'Offer me a passphrase' }).click();
    await page.getByRole('button', { name: 'Use this one' }).waitFor();
    await page.getByLabel('Password', { exact: true }).fill('qwertyuiopasdfgh');
    await page.getByText('Among the first that are guessed.').waitFor();
    await page.getByLabel('E-mail').fill('axe@vargas.example');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.locator('[aria-invalid="true"]:focus').waitFor();
    await assertAccessible(page, 'sign-up, refused, with a passphrase on offer');
    await page.goto('/there-is-no-such-page');
    await assertAccessible(page, 'not found');
  });

  it('on the second-factor step', async (t) => {
    const owner = await stage.newOwner();
    const client = stage.service.client({ 'x-forwarded-for': '192.0.2.201' });
    await client.signIn(owner.email, owner.password);
    await client.turnOnTwoFactor(stage.clock.now());
    const { page } = await stage.newPerson(t);
    await page.goto('/sign-in');
    await page.getByLabel('E-mail').fill(owner.email);
    await page.getByLabel('Password', { exact: true }).fill(owner.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Code').waitFor();
    await assertAccessible(page, 'second factor');
    await page.getByLabel('Code').fill('000');
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByRole('alert').waitFor();
    await assertAccessible(page, 'second factor, refused');
  });

  it('on the list: alone, full, opened, renamed, ended, with updates waiting', async (t) => {
    const owner = await stage.newOwner();
    const { page } = await stage.newSignedIn(t, owner);
    await openSessions(page);
    await page.getByText('You are signed in here and nowhere else.').waitFor();
    await assertAccessible(page, 'nothing but this device');
    await fill(owner);
    await openWide(page);
    await page.getByRole('button', { name: 'Details of Edge on Windows' }).click();
    await page.getByRole('button', { name: 'Rename Edge on Windows' }).click();
    await page.getByRole('button', { name: 'Save' }).waitFor();
    await assertAccessible(page, 'full list, details open, renaming');
    await openWide(page);
    await logOut(page, edgeOnWindows.name);
    await question(page).waitFor({ state: 'detached' });
    await logOutButtons(page).last().hover();
    await stage.newBearer(owner, curl, '192.0.2.90');
    await page.getByRole('button', { name: 'Show 1 update' }).waitFor();
    await assertAccessible(page, 'just logged out, an update waiting');
  });

  it('in the dialogs: question, failure, proof, all others, this device', async (t) => {
    const owner = await stage.newOwner();
    const { page } = await stage.newSignedIn(t, owner);
    await fill(owner);
    await openWide(page);
    await page.getByRole('button', { name: 'Log out Edge on Windows' }).click();
    await assertAccessible(page, 'question');
    await page.route('**/api/sessions/*', (route) => route.abort(), { times: 1 });
    await question(page).getByRole('button', { name: 'Log out', exact: true }).click();
    await question(page).getByRole('alert').waitFor();
    await assertAccessible(page, 'failure');
    stage.clock.advance(11 * 60_000);
    await question(page).getByRole('button', { name: 'Try again' }).click();
    await question(page).getByLabel('Password').waitFor();
    await assertAccessible(page, 'proof');
    await page.keyboard.press('Escape');
    for (const opener of ['Log out all other devices', /^Log out of this device/]) {
      await page.getByRole('button', { name: opener }).click();
      await assertAccessible(page, String(opener));
      await page.keyboard.press('Escape');
    }
  });

  it('while the list loads, when it fails, and when the line is lost', async (t) => {
    const { page } = await stage.newSignedIn(t, await stage.newOwner());
    const answer = Promise.withResolvers<void>();
    const wait = async (route: Route): Promise<void> => {
      await answer.promise;
      await route.abort();
    };
    await page.route('**/api/sessions', wait);
    await page.goto('/account/sessions');
    await page.getByText('Loading your sessions').waitFor({ state: 'attached' });
    await assertAccessible(page, 'loading');
    answer.resolve();
    await page.getByRole('alert').waitFor();
    await assertAccessible(page, 'failed');
    await page.unroute('**/api/sessions');
    await page.getByRole('button', { name: 'Try again' }).click();
    await listShown(page);
    stage.line.cut();
    await page.getByText('Live updates paused.').waitFor();
    await assertAccessible(page, 'paused');
    stage.line.mend();
  });

  it('on the other pages of the settings, with the menu open, and signed out', async (t) => {
    const owner = await stage.newOwner();
    const { page } = await stage.newSignedIn(t, owner);
    await page.goto('/account/password');
    await page.getByText('Last changed').waitFor();
    await page.getByLabel('New password', { exact: true }).fill('copper lantern river meadow');
    await page.getByRole('status').filter({ hasText: 'Strength' }).waitFor();
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('That is not your current password.').waitFor();
    await assertAccessible(page, 'password, refused');
    await page.goto('/account/history');
    await page.getByText('Account created').waitFor();
    await assertAccessible(page, 'history');
    await page.getByRole('button', { name: /account menu$/ }).click();
    await assertAccessible(page, 'menu');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signedOutShown(page);
    await assertAccessible(page, 'signed out');
  });

  it('on every step of two-factor', async (t) => {
    const { page } = await stage.newSignedIn(t, await stage.newOwner());
    await page.goto('/account/two-factor');
    await page.getByRole('button', { name: 'Set up authenticator app' }).waitFor();
    await assertAccessible(page, 'two-factor off');
    const answered = page.waitForResponse('**/api/two-factor/totp');
    await page.getByRole('button', { name: 'Set up authenticator app' }).click();
    const { secret }: { readonly secret: string } = await (await answered).json();
    await page.getByLabel('Code').fill('000');
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByRole('alert').waitFor();
    await assertAccessible(page, 'setting up, refused');
    await page.getByLabel('Code').fill(totpCode(secret, stage.clock.now()));
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor();
    await assertAccessible(page, 'two-factor on, recovery codes');
  });
});

/** Other devices of every kind. */
async function fill(owner: Owner): Promise<void> {
  await stage.newBearer(owner, edgeOnWindows, '203.0.113.30');
  await stage.newBearer(owner, safariOnIphone, '2001:db8:7:1:2:3:4:30');
  await stage.newBearer(owner, firefoxOnLinux, '198.51.100.20');
  await stage.newBearer(owner, curl, '192.0.2.40');
}

async function openWide(page: Page): Promise<void> {
  await page.setViewportSize({ width: 1280, height: 800 });
  await openLive(page);
}
