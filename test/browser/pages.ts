import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';

/** Where the focus is, as fixtures/probe.js tells it. */
export interface Focus {
  readonly tag: string;
  readonly name: string;
  readonly isInDialog: boolean;
}

/** Opens the Active sessions page and waits for the list. */
export async function openSessions(page: Page): Promise<void> {
  await page.goto('/account/sessions');
  await listShown(page);
}

/** The list is there when this device is. */
export async function listShown(page: Page): Promise<void> {
  await page.getByText('This device', { exact: true }).waitFor();
}

/** The row of a device, by its name and, where several have it, its address. */
export function row(page: Page, name: string, address = ''): Locator {
  return page
    .getByRole('listitem')
    .filter({ has: page.getByRole('heading', { name, exact: true }) })
    .filter({ hasText: address });
}

/** The buttons that log out one other device. */
export function logOutButtons(page: Page): Locator {
  return page.getByRole('button', { name: /^Log out (?!of this device|all other devices)/ });
}

/** The question before an act. */
export function question(page: Page): Locator {
  return page.getByRole('alertdialog');
}

/** Logs out the device as a person does: its button, then the button of the dialog. */
export async function logOut(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `Log out ${name}` }).click();
  await question(page).getByRole('button', { name: 'Log out', exact: true }).click();
}

/** The page is the signed-out screen. */
export async function signedOutShown(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'You were signed out' }).waitFor();
}

/** Where the focus is now. */
export function focusOf(page: Page): Promise<Focus> {
  return page.evaluate<Focus>('probe.focus()');
}

/** None of the texts is anywhere on the page or in what the browser keeps for it. */
export async function assertKnowsNothing(page: Page, texts: readonly string[]): Promise<void> {
  const everything = await page.evaluate<string>('probe.everything()');
  const kept = await page.evaluate<string>('probe.storage()');
  for (const text of texts) {
    assert.ok(!everything.includes(text), `the page still holds ${text}`);
    assert.ok(!kept.includes(text), `the browser still keeps ${text}`);
  }
}

/** The value that 95 of 100 measurements stay at or under. */
export function p95(milliseconds: readonly number[]): number {
  const sorted = milliseconds.toSorted((left, right) => left - right);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.POSITIVE_INFINITY;
}

/** "p50 21 ms, p95 48 ms of 20". */
export function summary(milliseconds: readonly number[]): string {
  const sorted = milliseconds.toSorted((left, right) => left - right);
  const p50 = sorted[Math.ceil(sorted.length * 0.5) - 1] ?? Number.POSITIVE_INFINITY;
  return `p50 ${p50.toFixed(0)} ms, p95 ${p95(milliseconds).toFixed(0)} ms of ${milliseconds.length}`;
}

/** Opens the Active sessions page and waits until it hears of changes by itself. */
export async function openLive(page: Page): Promise<void> {
  await openSessions(page);
  await page.getByText('Live', { exact: true }).waitFor();
}
