import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page, Route } from 'playwright-core';
import { totpCode } from '../running-service.ts';
import type { Person } from './browser.ts';
import { listShown, signedOutShown } from './pages.ts';
import { type Owner, setStage } from './stage.ts';

const stage = setStage();
const day = 24 * 60 * 60;

describe('signing up', () => {
  it('makes an account and shows its Active sessions page', async (t) => {
    const { page } = await stage.newPerson(t);
    await openSignUp(page);
    await page.getByLabel('Name').fill('Ines Vargas');
    await page.getByLabel('E-mail').fill('ines@vargas.example');
    await newPassword(page).fill('copper lantern river meadow');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('heading', { name: 'Active sessions', level: 1 }).waitFor();
    await page.getByText('You are signed in here and nowhere else.').waitFor();
    await page.getByRole('button', { name: /^Ines Vargas/ }).waitFor();
  });

  it('refuses weak passwords with the reason, in the meter and on going on', async (t) => {
    const { page } = await stage.newPerson(t);
    await openSignUp(page);
    await page.getByLabel('E-mail').fill('jonathan.prewitt@vargas.example');
    for (const [weak, word] of [
      ['quartz fig', 'Too short.'],
      ['passwordpassword', 'Among the first that are guessed.'],
      ['jonathan.prewitt 1', 'Contains your e-mail name.'],
    ] as const) {
      await newPassword(page).fill(weak);
      await page.getByText(word).waitFor();
      await page.getByRole('button', { name: 'Create account' }).click();
      await assertRefused(newPassword(page), page);
    }
    assert.equal(new URL(page.url()).pathname, '/sign-up');
  });

  it('shows the strength while the password is typed, and the password on request', async (t) => {
    const { page } = await stage.newPerson(t);
    await openSignUp(page);
    const meter = page.getByRole('status').filter({ hasText: 'Strength' });
    await newPassword(page).fill('summer summer summer');
    await meter.filter({ hasText: /Weak|Among the first/ }).waitFor();
    await newPassword(page).fill('copper lantern river meadow gondola');
    await meter.filter({ hasText: 'Very strong' }).waitFor();
    assert.equal(await newPassword(page).getAttribute('type'), 'password');
    await page.getByRole('button', { name: 'Show the new password' }).click();
    assert.equal(await newPassword(page).getAttribute('type'), 'text');
  });

  it('offers a passphrase, another one, and takes the one that is chosen', async (t) => {
    const { page } = await stage.newPerson(t);
    await openSignUp(page);
    await page.getByLabel('E-mail').fill('noor@vargas.example');
    await page.getByRole('button', { name: 'Offer me a passphrase' }).click();
    const offered = page.getByRole('status').locator('code');
    const first = await offered.innerText();
    assert.match(first, /^[a-z]+(?:[ -][a-z]+){4,}$/);
    await page.getByRole('button', { name: 'Offer another' }).click();
    await offered.filter({ hasNotText: first }).waitFor();
    const second = await offered.innerText();
    await page.getByRole('button', { name: 'Use this one' }).click();
    assert.equal(await newPassword(page).inputValue(), second);
    await page.getByRole('button', { name: 'Create account' }).click();
    await listShown(page);
  });

  it('says that the e-mail has an account', async (t) => {
    const { email } = await stage.newOwner();
    const { page } = await stage.newPerson(t);
    await openSignUp(page);
    await page.getByLabel('E-mail').fill(email);
    await newPassword(page).fill('copper lantern river meadow');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('alert').filter({ hasText: 'An account with this e-mail exists.' }).waitFor();
  });
});

describe('signing out and in', () => {
  it('signs out from the menu, and the page keeps nothing', async (t) => {
    const owner = await stage.newOwner();
    const { page, context } = await stage.newSignedIn(t, owner);
    await page.goto('/account/sessions');
    await listShown(page);
    await page.getByRole('button', { name: /account menu$/ }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signedOutShown(page);
    assert.deepEqual(
      (await context.cookies()).map(({ name }) => name),
      ['rollcall-device'],
    );
    const everything = await page.evaluate<string>('probe.everything()');
    assert.ok(!everything.includes(owner.email));
    await page.getByRole('link', { name: 'Sign in again' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('says after a sign-out that failed whether the session is still there, or that it is not known', async (t) => {
    const { page } = await stage.newSignedIn(t, await stage.newOwner());
    await page.goto('/account/sessions');
    await listShown(page);
    await page.getByRole('button', { name: /account menu$/ }).click();
    const alert = page.locator('.menu').getByRole('alert');
    for (const [fail, words] of [
      [failure('outcome_unknown'), 'It is not known whether you were signed out. Try again.'],
      [failure('store_unavailable'), 'You are still signed in.'],
      [null, 'It is not known whether you were signed out. Try again.'],
    ] as const) {
      const answer = (route: Route) => (fail === null ? route.abort('connectionreset') : route.fulfill(fail));
      await page.route('**/api/sign-out', answer, { times: 1 });
      await page.getByRole('button', { name: 'Sign out' }).click();
      await alert.filter({ hasText: words }).waitFor();
    }
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signedOutShown(page);
  });

  it('gives a cookie that ends with the browser, out of reach of script', async (t) => {
    const person = await stage.newPerson(t);
    await signIn(person.page, await stage.newOwner());
    await listShown(person.page);
    const cookie = await sessionCookie(person);
    assert.equal(cookie?.expires, -1);
    assert.equal(cookie?.httpOnly, true);
    assert.equal(cookie?.sameSite, 'Lax');
    assert.equal(cookie?.path, '/');
    assert.ok(!(await person.page.evaluate<string>('document.cookie')).includes('rollcall'));
  });

  it('keeps a cookie for 30 days when "Keep me signed in" is ticked', async (t) => {
    const person = await stage.newPerson(t);
    await signIn(person.page, await stage.newOwner(), { isKept: true });
    await listShown(person.page);
    const cookie = await sessionCookie(person);
    const life = (cookie?.expires ?? 0) - Date.now() / 1000;
    assert.ok(life > 29.9 * day && life <= 30 * day, `${life} s`);
    await person.page.getByText('Kept signed in').waitFor();
  });

  it('says the same about a wrong password and an unknown e-mail', async (t) => {
    const owner = await stage.newOwner();
    const { page } = await stage.newPerson(t);
    for (const wrong of [
      { ...owner, password: 'not the password at all' },
      { ...owner, email: 'nobody@vargas.example' },
    ]) {
      await signIn(page, wrong);
      await page.getByRole('alert').filter({ hasText: 'That e-mail and password do not match.' }).waitFor();
      await page.getByLabel('Password', { exact: true }).and(page.locator(':focus')).waitFor();
    }
    await page.getByLabel('E-mail').fill(owner.email);
    await page.getByLabel('Password', { exact: true }).fill(owner.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await listShown(page);
  });

  it('sends strangers to the entrance and owners home', async (t) => {
    const { page } = await stage.newPerson(t);
    for (const path of ['/', '/account/sessions', '/account/history']) {
      await page.goto(path);
      assert.equal(new URL(page.url()).pathname, '/sign-in');
    }
    await signIn(page, await stage.newOwner());
    await listShown(page);
    for (const path of ['/', '/sign-in', '/sign-up']) {
      await page.goto(path);
      assert.equal(new URL(page.url()).pathname, '/account/sessions');
    }
  });
});

describe('the second-factor step', () => {
  it('asks for a code, refuses a wrong one and takes the right one', async (t) => {
    const { owner, key } = await ownerWithTwoFactor();
    const person = await stage.newPerson(t);
    await signIn(person.page, owner);
    await code(person.page).waitFor();
    assert.equal(await sessionCookie(person), undefined, 'there is no session yet');
    await answer(person.page, wrongCode(key));
    await person.page.getByRole('alert').filter({ hasText: 'That code is not right.' }).waitFor();
    await answer(person.page, nextCode(key));
    await listShown(person.page);
    await person.page.getByText('Password + authenticator').waitFor();
  });

  it('takes a recovery code once', async (t) => {
    const { owner, recoveryCodes } = await ownerWithTwoFactor();
    const first = await stage.newPerson(t);
    await useRecoveryCode(first, owner, recoveryCodes[0] ?? '');
    await listShown(first.page);
    await first.page.getByText('Password + recovery code').waitFor();
    const second = await stage.newPerson(t, { address: '203.0.113.77' });
    await useRecoveryCode(second, owner, recoveryCodes[0] ?? '');
    await second.page.getByRole('alert').filter({ hasText: 'That code is not right.' }).waitFor();
    await second.page.getByRole('button', { name: 'Start again with another account' }).click();
    await second.page.getByLabel('E-mail').waitFor();
  });

  it('starts again when the ten minutes are over', async (t) => {
    const { owner, key } = await ownerWithTwoFactor();
    const { page } = await stage.newPerson(t);
    await signIn(page, owner);
    await code(page).waitFor();
    stage.clock.advance(11 * 60 * 1000);
    await answer(page, nextCode(key));
    await page.getByRole('alert').filter({ hasText: 'Enter your password again.' }).waitFor();
    await page.getByLabel('Password', { exact: true }).waitFor();
  });
});

function failure(code: 'store_unavailable' | 'outcome_unknown') {
  const body = JSON.stringify({ type: 'about:blank', title: 'Unavailable', status: 503, code });
  return { status: 503, contentType: 'application/problem+json', body };
}

async function openSignUp(page: Page): Promise<void> {
  await page.goto('/sign-in');
  await page.getByRole('link', { name: 'Create one' }).click();
  await page.getByRole('heading', { name: 'Create account' }).waitFor();
}

function newPassword(page: Page): ReturnType<Page['getByLabel']> {
  return page.getByLabel('Password', { exact: true });
}

/** The field says that it is wrong and why, and has the focus. */
async function assertRefused(field: ReturnType<Page['getByLabel']>, page: Page): Promise<void> {
  await page.locator('[aria-invalid="true"]:focus').waitFor();
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  const note = await field.getAttribute('aria-describedby');
  assert.ok(((await page.locator(`[id="${note}"]`).textContent()) ?? '').trim().length > 10);
}

async function signIn(
  page: Page,
  { email, password }: Owner,
  { isKept = false }: { readonly isKept?: boolean } = {},
): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  if (isKept) await page.getByRole('checkbox', { name: 'Keep me signed in' }).check();
  await page.getByRole('button', { name: 'Sign in' }).click();
}

async function sessionCookie({ context }: Person) {
  return (await context.cookies()).find(({ name }) => name === 'rollcall');
}

function code(page: Page): ReturnType<Page['getByLabel']> {
  return page.getByLabel('Code', { exact: true });
}

async function answer(page: Page, text: string): Promise<void> {
  await code(page).fill(text);
  await page.getByRole('button', { name: 'Verify' }).click();
}

async function useRecoveryCode({ page }: Person, owner: Owner, recoveryCode: string): Promise<void> {
  await signIn(page, owner);
  await page.getByRole('button', { name: 'Use a recovery code instead' }).click();
  await answer(page, recoveryCode);
}

interface Proven {
  readonly owner: Owner;
  readonly key: string;
  readonly recoveryCodes: readonly string[];
}

async function ownerWithTwoFactor(): Promise<Proven> {
  const owner = await stage.newOwner();
  const client = stage.service.client({ 'x-forwarded-for': '192.0.2.201' });
  await client.signIn(owner.email, owner.password);
  const factor = await client.turnOnTwoFactor(stage.clock.now());
  await client.send('POST', '/api/sign-out');
  return { owner, ...factor };
}

/** A code of the step after the one that turned the factor on: each works once. */
function nextCode(key: string): string {
  stage.clock.advance(30_000);
  return totpCode(key, stage.clock.now());
}

function wrongCode(key: string): string {
  const right = totpCode(key, stage.clock.now());
  return `${(Number(right[0]) + 5) % 10}${right.slice(1)}`;
}
