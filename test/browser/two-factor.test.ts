import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { encode } from 'uqr';
import { totpCode } from '../running-service.ts';
import { firefoxOnLinux } from './clients.ts';
import { openSessions, question, signedOutShown } from './pages.ts';
import { isSignedIn, setStage } from './stage.ts';

const stage = setStage();
const minute = 60_000;
/** Smaller squares are hard to scan with a phone held at a hand's breadth. */
const smallestSquare = 2;

interface Enrolment {
  readonly secret: string;
  readonly uri: string;
}

describe('turning two-factor on', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    it(`shows a QR code that can be scanned, and the same key as text, in ${colorScheme}`, async (t) => {
      const { page } = await stage.newSignedIn(t, await stage.newOwner(), { colorScheme });
      const { secret, uri } = await startSetUp(page);
      const shown = page.getByRole('img', { name: /^QR/ });
      const { data, size } = encode(uri, { ecc: 'M', border: 4 });
      const box = await shown.boundingBox();
      assert.ok((box?.width ?? 0) / size >= smallestSquare, `${box?.width} px for ${size} squares`);
      const picture = `data:image/png;base64,${(await shown.screenshot()).toString('base64')}`;
      const squares = await page.evaluate<string[]>(`probe.squares(${JSON.stringify(picture)}, ${size})`);
      assert.deepEqual(
        squares,
        data.map((line) => line.map((isDark) => (isDark ? '#' : '.')).join('')),
      );
      assert.equal(await keyShown(page), secret);
      assert.equal(new URL(uri).searchParams.get('secret'), secret);
    });
  }

  it('refuses a wrong code, takes the right one, and ends live what never proved it', async (t) => {
    const owner = await stage.newOwner();
    const a = await stage.newSignedIn(t, owner);
    const b = await stage.newSignedIn(t, owner, { client: firefoxOnLinux, address: '198.51.100.20' });
    await openSessions(b.page);
    const { secret } = await startSetUp(a.page);
    const right = totpCode(secret, stage.clock.now());
    await enter(a.page, `${(Number(right[0]) + 5) % 10}${right.slice(1)}`);
    await a.page.getByRole('alert').filter({ hasText: 'Two-factor is not on yet.' }).waitFor();
    assert.equal(await isSignedIn(b), true);
    await enter(a.page, totpCode(secret, stage.clock.now()));
    await a.page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor();
    await signedOutShown(b.page);
    await b.page.getByText('Two-factor was changed.').waitFor();
    assert.equal(await isSignedIn(a), true);
    await a.page.getByText('1 session that never used a second factor was logged out.').waitFor({
      state: 'attached',
    });
  });

  it('shows ten recovery codes once, and lets go of them only when they are kept', async (t) => {
    const { page } = await stage.newSignedIn(t, await stage.newOwner());
    const codes = await turnOn(page);
    assert.equal(new Set(codes).size, 10);
    const done = page.getByRole('button', { name: 'Done' });
    assert.ok(await done.isDisabled());
    await page.getByRole('checkbox', { name: /^I have stored them/ }).check();
    await done.click();
    await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor({ state: 'detached' });
    await page.getByText('10 of 10 left').waitFor();
    const everything = await page.evaluate<string>('probe.everything()');
    for (const code of codes) assert.ok(!everything.includes(code), 'a code is still on the page');
    await page.reload();
    await page.getByText('10 of 10 left').waitFor();
    assert.ok(!(await page.evaluate<string>('probe.everything()')).includes(codes[0] ?? '-'));
  });
});

describe('with two-factor on', () => {
  it('is turned off after the window only with a new proof, and without another click', async (t) => {
    const owner = await stage.newOwner();
    const { page, context } = await stage.newSignedIn(t, owner);
    const [, , third = ''] = await turnOn(page);
    stage.clock.advance(11 * minute);
    await page.getByRole('button', { name: 'Turn off' }).click();
    await question(page).getByRole('heading', { name: 'Turn two-factor off?' }).waitFor();
    await question(page).getByRole('button', { name: 'Turn off' }).click();
    await question(page).getByLabel('Code').waitFor();
    await question(page).getByRole('button', { name: 'Use a recovery code' }).click();
    await question(page).getByLabel('Code').fill(third);
    await question(page).getByRole('button', { name: 'Turn off' }).click();
    await page.getByRole('button', { name: 'Set up authenticator app' }).waitFor();
    assert.equal(await question(page).count(), 0);
    const account = await (await context.request.get('/api/account')).json();
    assert.equal(account.twoFactor.totp, false);
  });

  it('stays on when the question is left', async (t) => {
    const { page } = await stage.newSignedIn(t, await stage.newOwner());
    await turnOn(page);
    await page.getByRole('button', { name: 'Turn off' }).click();
    await question(page).getByRole('button', { name: 'Keep it on' }).click();
    await question(page).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Turn off' }).and(page.locator(':focus')).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Turn off' }).waitFor();
  });

  it('makes ten new recovery codes in place of the old ones', async (t) => {
    const { page } = await stage.newSignedIn(t, await stage.newOwner());
    const old = await turnOn(page);
    await page.getByRole('checkbox', { name: /^I have stored them/ }).check();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Make new codes' }).click();
    await question(page).getByRole('button', { name: 'Make new codes' }).click();
    await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor();
    const fresh = await codesShown(page);
    assert.equal(new Set([...old, ...fresh]).size, 20);
  });
});

async function startSetUp(page: Page): Promise<Enrolment> {
  await page.goto('/account/two-factor');
  const answered = page.waitForResponse('**/api/two-factor/totp');
  await page.getByRole('button', { name: 'Set up authenticator app' }).click();
  const enrolment: Enrolment = await (await answered).json();
  await page.getByRole('heading', { name: 'Set up the authenticator app' }).waitFor();
  return enrolment;
}

/** The key as a person would type it, without the spaces that help them to. */
async function keyShown(page: Page): Promise<string> {
  const text = await page.getByText(/^(?:[A-Z2-7]{4} ?){8}$/).innerText();
  return text.replaceAll(' ', '');
}

async function enter(page: Page, code: string): Promise<void> {
  await page.getByLabel('Code').fill(code);
  await page.getByRole('button', { name: 'Turn on' }).click();
}

/** Turns two-factor on; the recovery codes. */
async function turnOn(page: Page): Promise<readonly string[]> {
  const { secret } = await startSetUp(page);
  await enter(page, totpCode(secret, stage.clock.now()));
  await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor();
  return codesShown(page);
}

async function codesShown(page: Page): Promise<readonly string[]> {
  const codes = page.getByRole('listitem').filter({ hasText: /^\s*[\w-]{8,}\s*$/ });
  assert.equal(await codes.count(), 10);
  return (await codes.allInnerTexts()).map((text) => text.trim());
}
