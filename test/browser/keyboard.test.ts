import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Person } from './browser.ts';
import { curl, edgeOnWindows, firefoxOnLinux, safariOnIphone } from './clients.ts';
import { focusOf, openLive, openSessions, question } from './pages.ts';
import { type Owner, setStage } from './stage.ts';

const stage = setStage();
/** Tab presses to the first device's button from the start of the page, and key presses from there to its end. */
const mostTabs = 12;
const mostKeys = 5;

describe('by keyboard alone', () => {
  it('reaches the first log-out and ends the device, with the focus somewhere all the way', async (t) => {
    const { page } = await fullList(t);
    let tabs = 0;
    do {
      await page.keyboard.press('Tab');
      tabs += 1;
      assert.notEqual((await focusOf(page)).tag, 'body', `after ${tabs} tabs`);
    } while (!/^Log out (?!of this|all)/.test((await focusOf(page)).name) && tabs < 40);
    const { name } = await focusOf(page);
    await page.keyboard.press('Enter');
    await question(page).waitFor();
    assert.deepEqual(await focusOf(page), focusInDialog('Keep signed in'));
    await page.keyboard.press('Tab');
    assert.deepEqual(await focusOf(page), focusInDialog('Log out'));
    await page.keyboard.press('Enter');
    const keys = 3;
    await question(page).waitFor({ state: 'detached' });
    await page.getByText(`${name.slice('Log out '.length)} was logged out.`).waitFor({ state: 'attached' });
    const after = await focusOf(page);
    assert.match(after.name, /^Log out |^Other devices/, 'the focus goes on to the next row');
    t.diagnostic(`${tabs} tabs to "${name}", ${keys} keys to its end`);
    assert.ok(tabs <= mostTabs, `${tabs} tabs`);
    assert.ok(keys <= mostKeys);
  });

  it('goes from the end of the last device to the heading, never to nothing', async (t) => {
    const { page } = await signedInBeside(t, 1);
    await page.getByRole('button', { name: /^Log out Edge/ }).focus();
    await page.keyboard.press('Enter');
    await question(page).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page
      .getByText(/was logged out\. You are signed in here and nowhere else\./)
      .waitFor({ state: 'attached' });
    assert.equal((await focusOf(page)).tag, 'h2');
    // The row says for a moment that it ended, and goes then.
    await page.getByRole('heading', { name: 'You are signed in here and nowhere else.' }).waitFor();
    assert.notEqual((await focusOf(page)).tag, 'body');
  });

  it('begins on the safe button and stays in the dialog over 30 tabs, forth and back', async (t) => {
    const { page } = await fullList(t);
    await page.getByRole('button', { name: /^Log out Edge/ }).click();
    await question(page).waitFor();
    assert.deepEqual(await focusOf(page), focusInDialog('Keep signed in'));
    for (const key of ['Tab', 'Shift+Tab']) {
      for (let presses = 0; presses < 30; presses += 1) {
        await page.keyboard.press(key);
        const { isInDialog, tag, name } = await focusOf(page);
        assert.ok(isInDialog, `${key} ${presses + 1}: ${tag} ${name}`);
      }
    }
  });

  it('begins with a link past the navigation', async (t) => {
    const { page } = await fullList(t);
    await page.keyboard.press('Tab');
    assert.equal((await focusOf(page)).name, 'Skip to content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    assert.equal((await focusOf(page)).name, 'Rename Chrome on Windows');
  });

  it('opens the menu, and closes it with Escape back on its button', async (t) => {
    const { page } = await fullList(t);
    await page.getByRole('button', { name: /account menu$/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Sign out' }).waitFor({ state: 'hidden' });
    assert.match((await focusOf(page)).name, /account menu$/);
  });
});

describe('what is heard', () => {
  it('is a different name for each log-out control, beginning with "Log out" and its device', async (t) => {
    const { page, owner } = await fullList(t);
    await stage.newBearer(owner, edgeOnWindows, '203.0.113.31');
    await stage.newBearer(owner, edgeOnWindows, '203.0.113.32');
    await page
      .getByRole('button', { name: /^Log out Edge on Windows/ })
      .nth(2)
      .waitFor();
    const names: string[] = [];
    for (const control of await page.getByRole('button', { name: /^Log out/ }).all()) {
      names.push((await control.getAttribute('aria-label')) ?? (await control.innerText()));
    }
    assert.equal(names.length, 8, names.join('; '));
    assert.equal(new Set(names).size, names.length, names.join('; '));
    for (const { name } of [edgeOnWindows, firefoxOnLinux, safariOnIphone, curl]) {
      assert.ok(
        names.some((each) => each.startsWith(`Log out ${name}`)),
        name,
      );
    }
  });

  it('is one message for one outcome', async (t) => {
    const { page } = await fullList(t);
    await page.evaluate('probe.listen()');
    await page.getByRole('button', { name: 'Log out Edge on Windows' }).click();
    await question(page).getByRole('button', { name: 'Log out', exact: true }).click();
    await page
      .getByText('Edge on Windows was logged out. 3 other sessions left.')
      .waitFor({ state: 'attached' });
    await page.getByRole('heading', { name: edgeOnWindows.name, exact: true }).waitFor({ state: 'detached' });
    assert.deepEqual(await page.evaluate<string[]>('probe.said()'), [
      'Edge on Windows was logged out. 3 other sessions left.',
    ]);
  });

  it('is nothing while three minutes pass, times go on and names change', async (t) => {
    const { page, context } = await fullList(t);
    await page.clock.install();
    await openLive(page);
    await page.evaluate('probe.listen()');
    const listed = await context.request.get('/api/sessions');
    const { sessions }: { readonly sessions: readonly { readonly device: { readonly id: string } }[] } =
      await listed.json();
    for (let third = 1; third <= 9; third += 1) {
      const label = `Kitchen ${third}`;
      const headers = { origin: stage.service.url };
      await context.request.patch(`/api/devices/${sessions[1]?.device.id}`, { data: { label }, headers });
      await page.getByRole('heading', { name: label, exact: true }).waitFor();
      await page.clock.runFor(20_000);
    }
    await page.getByText('(3 minutes ago)').first().waitFor();
    assert.deepEqual(await page.evaluate<string[]>('probe.said()'), []);
  });

  it('is the loss of the line once, not again with every list that is fetched meanwhile', async (t) => {
    const { page, context } = await fullList(t);
    await context.route('**/api/stream', (route) => route.abort());
    await page.clock.install();
    await openSessions(page);
    await page.evaluate('probe.listen()');
    await page.clock.runFor(4_000);
    await page.getByText('Live updates paused.').waitFor();
    for (let polls = 0; polls < 4; polls += 1) {
      const fetched = page.waitForResponse('**/api/sessions');
      await page.clock.runFor(61_000);
      await fetched;
      // The server's time moves on as well, so that the list says another one.
      stage.clock.advance(61_000);
    }
    assert.deepEqual(await page.evaluate<string[]>('probe.said()'), ['Live updates paused.']);
  });

  it('is the signed-out screen, which takes the focus of the page it replaces', async (t) => {
    const { page, owner } = await fullList(t);
    const other = await stage.newSignedIn(t, owner, { address: '203.0.113.44', client: edgeOnWindows });
    const headers = { origin: stage.service.url, 'content-type': 'application/json' };
    await other.context.request.post('/api/sessions/revoke-others', { headers });
    await page.getByRole('heading', { name: 'You were signed out' }).and(page.locator(':focus')).waitFor();
  });
});

function focusInDialog(name: string): {
  readonly tag: string;
  readonly name: string;
  readonly isInDialog: true;
} {
  return { tag: 'button', name, isInDialog: true };
}

interface Listed extends Person {
  readonly owner: Owner;
}

/** The list with four other devices. */
function fullList(t: TestContext): Promise<Listed> {
  return signedInBeside(t, 4);
}

async function signedInBeside(t: TestContext, others: number): Promise<Listed> {
  const owner = await stage.newOwner();
  const clients = [edgeOnWindows, firefoxOnLinux, safariOnIphone, curl].slice(0, others);
  for (const [index, client] of clients.entries()) {
    await stage.newBearer(owner, client, `198.51.100.${index + 20}`);
  }
  const person = await stage.newSignedIn(t, owner);
  await openLive(person.page);
  return { ...person, owner };
}
