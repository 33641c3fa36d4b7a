import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import type { Person } from './browser.ts';
import { firefoxOnLinux } from './clients.ts';
import { logOut, openLive, question, signedOutShown } from './pages.ts';
import { type Owner, setStage, signInQuietly } from './stage.ts';

const stage = setStage();

/** Each would leave a mark on the window if any of it were taken for more than text. */
const payloads = [
  '<script>document.title="run"</script>',
  '<img src=x onerror=document.title="run">',
  '"><svg onload=document.title="run">',
  '\' onfocus=document.title="run" autofocus \'',
  '$' + '{document.title="run"} {{7*7}}',
  '<!--<rollcall-sessions>&lt;b&gt;',
  'javascript:document.title="run"',
] as const;

/** Turns the reading direction, hides, or breaks the line. */
const unseen = /[\p{Cc}\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

describe('text from clients and owners on the pages', () => {
  it('shows a device name as it is and runs none of it, everywhere it stands (R-141, X-21)', async (t) => {
    const { a, deviceId } = await ownerOfTwo(t);
    for (const label of payloads) {
      await giveLabel(a, deviceId, label);
      await a.page.getByRole('heading', { name: label.slice(0, 60), exact: true }).waitFor();
      await a.page.getByRole('button', { name: `Log out ${label}`, exact: false }).click();
      await question(a.page).getByText(`Log out ${label}`).waitFor();
      await a.page.keyboard.press('Escape');
      await assertInert(a.page);
    }
    await a.page.goto('/account/history');
    for (const label of payloads) await a.page.getByText(label).first().waitFor();
    await assertInert(a.page);
  });

  it('shows the name of the ending device as text on the signed-out screen (R-141, X-21)', async (t) => {
    const owner = await stage.newOwner();
    const b = await stage.newSignedIn(t, owner, { client: firefoxOnLinux, address: '198.51.100.20' });
    const a = await stage.newSignedIn(t, owner);
    await Promise.all([openLive(a.page), openLive(b.page)]);
    await giveLabel(a, await deviceId(a, true), payloads[1]);
    await logOut(a.page, b.client.name);
    await signedOutShown(b.page);
    await b.page.getByText(payloads[1]).waitFor();
    await assertInert(b.page);
  });

  it('lets no text turn the reading direction of a row or a button (X-20, X-21)', async (t) => {
    const { a, deviceId } = await ownerOfTwo(t);
    const label = 'safe\u202efdp.exe\u2066\u200b\u0007 laptop';
    await giveLabel(a, deviceId, label);
    await a.page.getByRole('heading', { name: 'safefdp.exe laptop', exact: true }).waitFor();
    const names = await a.page.evaluate<string[]>('probe.names()');
    assert.ok(names.some((name) => name.includes('safefdp.exe laptop')));
    for (const name of names) assert.doesNotMatch(name, unseen);
  });

  it('keeps what a client claims to be out of its name, and shows it as text in the details (R-141, X-20)', async (t) => {
    const owner = await stage.newOwner();
    const person = await stage.newSignedIn(t, owner);
    for (const [index, payload] of payloads.entries()) {
      await signInAs(owner, payload, `192.0.2.${index + 10}`);
    }
    await signInAs(owner, Buffer.from('Chrome\u202e/1\u2066 moc.elgoog').toString('latin1'), '192.0.2.60');
    await signInAs(owner, 'A'.repeat(8_000), '192.0.2.61');
    await openLive(person.page);
    const headings = await person.page.getByRole('heading', { level: 3 }).allInnerTexts();
    assert.equal(headings.length, payloads.length + 2);
    for (const heading of headings) assert.doesNotMatch(heading, /[<>{}$]|document|moc|AAAA/);
    for (const details of await person.page
      .getByRole('button', { name: /^Details of (?!Chrome on Windows)/ })
      .all()) {
      await details.click();
    }
    for (const payload of payloads) await person.page.getByText(payload).waitFor();
    await assertInert(person.page);
    for (const text of await person.page.locator('code').allInnerTexts()) {
      assert.doesNotMatch(text, unseen);
      assert.ok(text.length <= 512);
    }
    assert.equal(await person.page.evaluate<number>('probe.overflow()'), 0);
  });

  it('shows the name of the owner as text in the menu (R-141, X-21)', async (t) => {
    const person = await stage.newPerson(t);
    const owner = {
      email: 'payload@vargas.example',
      name: payloads[1],
      password: 'lantern quartz violet harbour',
    };
    const client = stage.service.client({ 'x-forwarded-for': '192.0.2.200' });
    const signedUp = await client.send('POST', '/api/sign-up', owner);
    assert.equal(signedUp.status, 201, signedUp.text);
    await signInQuietly(person, stage.service.url, owner);
    await openLive(person.page);
    await person.page.getByRole('button', { name: payloads[1] }).click();
    await person.page.getByRole('button', { name: 'Sign out' }).waitFor();
    await assertInert(person.page);
  });
});

interface Listed {
  readonly sessions: readonly {
    readonly current: boolean;
    readonly device: { readonly id: string };
  }[];
}

interface OfTwo {
  readonly a: Person;
  /** Of the other one. */
  readonly deviceId: string;
}

/** The list is open in A and shows one other device. */
async function ownerOfTwo(t: TestContext): Promise<OfTwo> {
  const owner = await stage.newOwner();
  await stage.newBearer(owner, firefoxOnLinux, '198.51.100.20');
  const a = await stage.newSignedIn(t, owner);
  await openLive(a.page);
  return { a, deviceId: await deviceId(a, false) };
}

async function deviceId({ context }: Person, isCurrent: boolean): Promise<string> {
  const listed: Listed = await (await context.request.get('/api/sessions')).json();
  return listed.sessions.find(({ current }) => current === isCurrent)?.device.id ?? '';
}

async function giveLabel({ context }: Person, deviceId: string, label: string): Promise<void> {
  const headers = { origin: stage.service.url };
  const response = await context.request.patch(`/api/devices/${deviceId}`, { data: { label }, headers });
  assert.equal(response.status(), 200, await response.text());
}

async function signInAs({ email, password }: Owner, userAgent: string, address: string): Promise<void> {
  const api = stage.service.client({ 'user-agent': userAgent, 'x-forwarded-for': address });
  const body = { email, password, tokenDelivery: 'body' };
  assert.equal((await api.send('POST', '/api/sign-in', body)).status, 200);
}

/** No payload left its mark, and none became an element. What the policy stopped is an error of the page, see browser.ts. */
async function assertInert(page: Page): Promise<void> {
  assert.notEqual(await page.title(), 'run');
  assert.equal(await page.locator('img[src="x"], svg[onload], [onfocus], [onerror]').count(), 0);
}
