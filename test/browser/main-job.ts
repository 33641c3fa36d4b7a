import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Person } from './browser.ts';
import { curl, firefoxOnLinux, safariOnIphone } from './clients.ts';
import {
  assertKnowsNothing,
  logOut,
  logOutButtons,
  openLive,
  openSessions,
  p95,
  question,
  row,
  signedOutShown,
  summary,
} from './pages.ts';
import { type Bearer, isSignedIn, type Owner, type Stage, signInQuietly } from './stage.ts';
import { loggedOut } from './two-browsers.ts';

const sessionCookie = 'rollcall';

/** What the owner of the account does on the page. */
export function describeMainJob(stage: Stage): void {
  describe('the main job, in real browsers', () => {
    it('lists three browsers and a bearer client with name and address, one of them current', (t) =>
      listsFourClients(stage, t));
    it('logs a device out for good: none of 200 requests sent at once after the answer succeeds', (t) =>
      logsOutForGood(stage, t));
    it('logs out all others at once with the number, and stays signed in here', (t) =>
      logsOutAllOthers(stage, t));
  });
}

async function listsFourClients(stage: Stage, t: TestContext): Promise<void> {
  const { a, b, c, bearer } = await fourClients(stage, t);
  await openSessions(a.page);
  for (const [client, address] of [
    [b.client, b.address],
    [c.client, c.address],
    [curl, bearer.address],
  ] as const) {
    await row(a.page, client.name, address).waitFor();
  }
  assert.equal(await logOutButtons(a.page).count(), 3);
  const here = a.page.getByRole('region', { name: a.client.name });
  assert.match(await here.innerText(), /This device/);
  assert.match(await here.innerText(), /203\.0\.113\.10/);
  for (const { page, client } of [a, b, c]) {
    await openSessions(page);
    assert.equal(await page.getByText('This device', { exact: true }).count(), 1);
    await page.getByRole('region', { name: client.name }).waitFor();
  }
}

async function logsOutForGood(stage: Stage, t: TestContext): Promise<void> {
  const { a, b, c, bearer } = await fourClients(stage, t);
  const cookies = await b.context.cookies();
  const secret = cookies.find(({ name }) => name === sessionCookie)?.value ?? '';
  const storageState = await b.context.storageState({ indexedDB: true });
  await openSessions(a.page);
  const answered = a.page.waitForResponse((response) => response.request().method() === 'DELETE');
  await logOut(a.page, b.client.name);
  const answer = await answered;
  const statuses = await statusesAtOnce(stage, 200, `${sessionCookie}=${secret}`);
  assert.equal(answer.status(), 204);
  assert.deepEqual(statuses, [401]);
  assert.equal(await isSignedIn(b), false);
  for (const each of [a, c]) assert.equal(await isSignedIn(each), true);
  assert.equal(await bearer.isSignedIn(), true);
  await row(a.page, b.client.name).waitFor({ state: 'detached' });
  assert.equal(await logOutButtons(a.page).count(), 2);

  const thief = await stage.newPerson(t, { client: b.client, address: '198.51.100.66', storageState });
  await thief.page.goto('/account/sessions');
  await thief.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.equal(new URL(thief.page.url()).pathname, '/sign-in');
}

async function logsOutAllOthers(stage: Stage, t: TestContext): Promise<void> {
  const { a, b, c, bearer } = await fourClients(stage, t);
  await openSessions(a.page);
  await openSessions(b.page);
  await a.page.getByRole('button', { name: 'Log out all other devices' }).click();
  await question(a.page).getByRole('heading', { name: 'Log out 3 other devices?' }).waitFor();
  await question(a.page).getByRole('button', { name: 'Log out', exact: true }).click();
  await a.page.getByText('3 other sessions were logged out.').waitFor({ state: 'attached' });
  for (const each of [b, c]) assert.equal(await isSignedIn(each), false);
  assert.equal(await bearer.isSignedIn(), false);
  await signedOutShown(b.page);
  await a.page.reload();
  await a.page.getByText('You are signed in here and nowhere else.').waitFor();
}

/** What is seen on a device that another one logged out. */
export function describeLoggedOutDevice(stage: Stage): void {
  describe('the device that was logged out', () => {
    it('shows the signed-out screen in three idle tabs within a second of the answer, 20 times', async (t) => {
      const owner = await stage.newOwner();
      const a = await stage.newSignedIn(t, owner);
      const b = await stage.newPerson(t, { client: firefoxOnLinux, address: '198.51.100.20' });
      const tabs = [b.page, await b.context.newPage(), await b.context.newPage()];
      const delays: number[] = [];
      await openLive(a.page);
      for (let round = 0; round < 20; round += 1) {
        await signInQuietly(b, stage.service.url, owner);
        await Promise.all(tabs.map(openLive));
        const shown = tabs.map((tab) => tab.evaluate<number>("probe.headingShown('You were signed out')"));
        await a.page.evaluate('performance.clearResourceTimings()');
        await logOut(a.page, b.client.name);
        const answeredAt = await a.page.evaluate<number>("probe.answeredAt('/api/sessions/')");
        // Nothing may lie on the list, or it would hold the next sign-in back.
        await a.page.mouse.move(2, 2);
        for (const shownAt of await Promise.all(shown)) delays.push(shownAt - answeredAt);
      }
      t.diagnostic(`signed-out screen after the answer: ${summary(delays)}`);
      assert.ok(p95(delays) < 1000, summary(delays));
    });

    it('says when and by which device it was ended', async (t) => {
      const { b } = await loggedOut(stage, t);
      const text = await b.page.getByRole('main').innerText();
      assert.match(text, /At \d\d:\d\d today, from Chrome on Windows\./);
      await b.page.getByRole('link', { name: 'Sign in again' }).waitFor();
    });

    it('keeps nothing of the account on the page: not at once, not after Back, not after a reload', async (t) => {
      const { b, secrets } = await loggedOut(stage, t);
      await assertKnowsNothing(b.page, secrets);
      await b.page.reload();
      await b.page.getByRole('heading').first().waitFor();
      await assertKnowsNothing(b.page, secrets);
      for (const go of ['goBack', 'goForward'] as const) {
        await b.page[go]();
        await b.page.getByRole('heading').first().waitFor();
        assert.ok(['/sign-in', '/signed-out'].includes(new URL(b.page.url()).pathname), b.page.url());
        await assertKnowsNothing(b.page, secrets);
      }
    });
  });
}

interface FourClients {
  readonly owner: Owner;
  readonly a: Person;
  readonly b: Person;
  readonly c: Person;
  readonly bearer: Bearer;
}

async function fourClients(stage: Stage, t: TestContext): Promise<FourClients> {
  const owner = await stage.newOwner();
  const a = await stage.newSignedIn(t, owner);
  const b = await stage.newSignedIn(t, owner, { client: firefoxOnLinux, address: '198.51.100.20' });
  const c = await stage.newSignedIn(t, owner, { client: safariOnIphone, address: '2001:db8:7::30' });
  return { owner, a, b, c, bearer: await stage.newBearer(owner, curl, '192.0.2.40') };
}

/** Distinct statuses of many requests sent at the same time. */
async function statusesAtOnce(stage: Stage, count: number, cookie: string): Promise<readonly number[]> {
  const send = async (): Promise<number> => {
    const response = await fetch(`${stage.service.url}/api/session`, { headers: { cookie } });
    await response.arrayBuffer();
    return response.status;
  };
  return [...new Set(await Promise.all(Array.from({ length: count }, send)))];
}
