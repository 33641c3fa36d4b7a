import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Person } from './browser.ts';
import { firefoxOnLinux } from './clients.ts';
import { logOut, openLive, signedOutShown } from './pages.ts';
import type { Stage } from './stage.ts';

/** One owner with the list open in two browsers. */
export interface TwoBrowsers {
  readonly a: Person;
  readonly b: Person;
  /** What must not be left on B: of the account, its sessions and their places. */
  readonly secrets: readonly string[];
}

/** A and B show the list and hear of changes; B has looked at the history before. */
export async function ownerInTwoBrowsers(stage: Stage, t: TestContext): Promise<TwoBrowsers> {
  const owner = await stage.newOwner();
  const a = await stage.newSignedIn(t, owner);
  const b = await stage.newSignedIn(t, owner, { client: firefoxOnLinux, address: '198.51.100.20' });
  const listed = await b.context.request.get('/api/sessions');
  const { sessions }: { readonly sessions: readonly { readonly id: string }[] } = await listed.json();
  await b.page.goto('/account/history');
  await b.page.getByText('Account created').waitFor();
  await Promise.all([openLive(a.page), openLive(b.page)]);
  const secrets = [owner.email, owner.name, a.address, b.address, ...sessions.map(({ id }) => id)];
  const before = await b.page.evaluate<string>('probe.everything()');
  for (const secret of secrets) assert.ok(before.includes(secret), `the list shows ${secret}`);
  return { a, b, secrets };
}

/** The same, and A has logged B out. */
export async function loggedOut(stage: Stage, t: TestContext): Promise<TwoBrowsers> {
  const both = await ownerInTwoBrowsers(stage, t);
  await logOut(both.a.page, both.b.client.name);
  await signedOutShown(both.b.page);
  return both;
}
