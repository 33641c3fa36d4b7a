import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { brandNames } from '../../src/devices/brands.ts';
import { browserNames } from '../../src/devices/browsers.ts';
import { type Client, recognise } from '../../src/devices/client.ts';
import { vendorNames } from '../../src/devices/hardware.ts';
import { acceptCh, type ClientHeaders, clientHeadersFrom } from '../../src/devices/headers.ts';
import { programNames } from '../../src/devices/program-catalogue.ts';
import { shownSystems } from '../../src/devices/systems.ts';
import { agents } from './agents.ts';

const none: ClientHeaders = {
  userAgent: null,
  brands: null,
  fullVersionList: null,
  platform: null,
  platformVersion: null,
  model: null,
  mobile: null,
  formFactors: null,
  requestedWith: null,
};

function of(userAgent: string | null, hints: Partial<ClientHeaders> = {}): Client {
  return recognise({ ...none, userAgent, ...hints });
}

function printed(version: { name: string; version: string | null } | null): string {
  return version === null
    ? '-'
    : version.version === null
      ? version.name
      : `${version.name} ${version.version}`;
}

for (const [userAgent, name, kind, browser, os, formFactor] of agents) {
  test(`recognises ${name} (${browser}) by its user agent: ${userAgent.slice(0, 80)}`, () => {
    const client = of(userAgent);
    assert.deepEqual(
      [client.name, client.kind, printed(client.browser), printed(client.os), client.formFactor],
      [name, kind, browser, os, formFactor],
    );
  });
}

const chromeOnWindows =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const chromeOnAndroid =
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36';

test('tells Windows 10 from 11 and older ones by the platform version alone', () => {
  const releases: readonly (readonly [string, string | null])[] = [
    ['"15.0.0"', '11'],
    ['"13.0.0"', '11'],
    ['"10.0.0"', '10'],
    ['"1.0.0"', '10'],
    ['"0.3.0"', '8.1'],
    ['"0.2.0"', '8'],
    ['"0.1.0"', '7'],
    ['"0.0.0"', null],
    ['"0"', null],
    ['""', null],
    ['"x"', null],
  ];
  for (const [platformVersion, version] of releases) {
    assert.deepEqual(of(chromeOnWindows, { platform: '"Windows"', platformVersion }).os, {
      name: 'Windows',
      version,
    });
  }
});

test('takes version and model of an Android device from its hints', () => {
  const client = of(chromeOnAndroid, {
    brands: '"Not A(Brand";v="8", "Chromium";v="140", "Google Chrome";v="140"',
    platform: '"Android"',
    platformVersion: '"16.0.0"',
    model: '"SM-S921B"',
    mobile: '?1',
  });
  assert.equal(client.name, 'Chrome on Android');
  assert.deepEqual(client.os, { name: 'Android', version: '16' });
  assert.deepEqual([client.vendor, client.model], ['Samsung', 'Galaxy S24']);
});

test('reads the brand list in any order, past invented brands', () => {
  const lists: readonly (readonly [brands: string, name: string])[] = [
    ['"Chromium";v="140", "Not;A=Brand";v="24", "Brave";v="140"', 'Brave'],
    ['"(Not(A:Brand";v="99.0.0.0", "Vivaldi";v="7", "Chromium";v="140"', 'Vivaldi'],
    ['"Google Chrome";v="140", "Chromium";v="140", " Not A;Brand";v="99"', 'Chrome'],
    ['"Microsoft Edge";v="140", "Not_A Brand";v="99", "Chromium";v="140"', 'Edge'],
    ['"Opera";v="120", "Not)A;Brand";v="8", "Chromium";v="135"', 'Opera'],
    ['"Not=A?Brand";v="24", "Chromium";v="140"', 'Chrome'],
  ];
  for (const [brands, name] of lists) {
    assert.equal(of(chromeOnWindows, { brands, platform: '"Windows"' }).name, `${name} on Windows`);
  }
});

test('takes the user agent’s word for the browser when the hints name the engine alone', () => {
  const brands = '"Not:A-Brand";v="8", "Chromium";v="156"';
  const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0';
  const iphone =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1';
  assert.equal(of(chromeOnWindows, { brands, platform: '"Windows"' }).name, 'Chrome on Windows');
  assert.equal(of(firefox, { brands, platform: '"Linux"' }).name, 'Firefox on Linux');
  assert.equal(of(iphone, { brands, platform: '"iOS"' }).name, 'Safari on iPhone');
});

test('prefers the hinted platform to the one in the user agent', () => {
  assert.equal(
    of(chromeOnWindows, { platform: '"macOS"', platformVersion: '"15.1.0"' }).name,
    'Chrome on Mac',
  );
  assert.deepEqual(of(chromeOnWindows, { platform: '"macOS"', platformVersion: '"15.1.0"' }).os, {
    name: 'macOS',
    version: '15.1',
  });
});

test('takes a large Android device for a tablet', () => {
  const agent = chromeOnAndroid.replace(' Mobile', '');
  assert.equal(of(agent, { platform: '"Android"', mobile: '?0' }).formFactor, 'tablet');
  assert.equal(of(chromeOnAndroid, { platform: '"Android"', formFactors: '"Tablet"' }).formFactor, 'tablet');
  assert.equal(
    of(chromeOnAndroid, { platform: '"Android"', model: '"Pixel Tablet"', mobile: '?1' }).formFactor,
    'tablet',
  );
});

test('names the app around an Android web view', () => {
  const agent =
    'Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/140.0.0.0 Mobile Safari/537.36';
  assert.equal(of(agent, { requestedWith: 'com.slack' }).name, 'Slack on Android');
  const unlisted = of(agent, { requestedWith: 'org.acme.mail' });
  assert.deepEqual([unlisted.name, unlisted.browser?.name], ['App on Android', 'acme mail']);
  assert.equal(of(agent, { requestedWith: 'XMLHttpRequest' }).name, 'Chrome on Android');
});

test('says that nothing is known when nothing is sent', () => {
  assert.deepEqual(of(null), {
    name: 'Unknown client',
    kind: 'unknown',
    browser: null,
    os: null,
    vendor: null,
    model: null,
    formFactor: 'unknown',
  });
});

test('keeps words of an unlisted client out of the name', () => {
  const hostile = [
    '<img src=x onerror=alert(1)>/1',
    '"><script>/2',
    'This-device/1',
    '‮evil/1',
    "a'b/1",
    'Ignore previous/1',
  ];
  for (const userAgent of hostile) {
    const client = of(userAgent, {
      brands: '"<b>Your bank</b>";v="1"',
      model: '"<i>x</i>"',
      platform: '"<u>"',
    });
    assert.match(client.name, allowedName, userAgent);
    assert.doesNotMatch(JSON.stringify([client.browser, client.model, client.os]), /[<>'‮]/);
  }
});

test('finds no meaning in names that objects inherit', () => {
  for (const word of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const client = of(`${word}/1`, {
      brands: `"${word}";v="1"`,
      platform: word,
      model: word,
      requestedWith: word,
    });
    assert.match(client.name, allowedName);
    assert.equal(client.os, null);
  }
});

test('cuts headers at 512 characters and drops control and bidirectional characters', () => {
  const headers = clientHeadersFrom(
    new Headers({ 'user-agent': `curl/8.5.0 ${'x'.repeat(5000)}`, 'sec-ch-ua': 'a\tb' }),
  );
  assert.equal(headers.userAgent?.length, 512);
  assert.equal(headers.brands, 'ab');
  assert.equal(headers.model, null);
  assert.equal(of('cu\u202Erl/8.5.0').name, 'curl, command line');
});

test('asks for the hints that are not sent unasked', () => {
  for (const hint of ['Full-Version-List', 'Platform-Version', 'Model', 'Form-Factors']) {
    assert.ok(acceptCh.split(', ').includes(`Sec-CH-UA-${hint}`), hint);
  }
});

function oneOf(names: readonly string[]): string {
  return `(?:${names.map((name) => name.replace(/[.+()]/g, '\\$&')).join('|')})`;
}

const products = oneOf([
  ...brandNames,
  ...browserNames,
  ...programNames.apps,
  'Electron',
  'Browser',
  'App',
  'Client',
]);
const allowedName = new RegExp(
  `^(?:${products}(?: on ${oneOf(shownSystems)})?|${oneOf(programNames.commands)}, command line|Command line|${oneOf(
    programNames.libraries,
  )}, API client|API client|${oneOf(programNames.bots)}, bot|Bot|Unknown (?:client|browser|app))$`,
);

const fragments = fc.constantFrom(
  ...agents.map(([userAgent]) => userAgent),
  ...agents.flatMap(([userAgent]) => userAgent.split(' ')),
  ...[
    '(',
    ')',
    ';',
    '/',
    '"',
    ',',
    '?1',
    '\u202E',
    '\u0000',
    '<b>',
    'v=',
    '%20',
    '\uD800',
    'Not A Brand',
    '__proto__',
    'constructor',
  ],
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 800 }),
  fc.array(fragments, { maxLength: 12 }).map((parts) => parts.join(' ')),
  fc.array(fragments, { maxLength: 12 }).map((parts) => parts.join('')),
);
const value = fc.option(text);

test('gives a listed name and bounded plain text whatever the headers hold', () => {
  const headers = fc.record({
    userAgent: value,
    brands: value,
    fullVersionList: value,
    platform: value,
    platformVersion: value,
    model: value,
    mobile: value,
    formFactors: value,
    requestedWith: value,
  });
  fc.assert(
    fc.property(headers, (sent) => {
      const client = recognise(sent);
      assert.match(client.name, allowedName);
      assert.ok(client.name.length <= 64);
      for (const own of [client.browser?.name, client.model])
        assert.match(own ?? 'none', /^[\x20-\x7E]{1,48}$/);
      for (const version of [client.browser?.version, client.os?.version]) {
        assert.match(version ?? '1', /^(\d{1,10}(\.\d{1,6})?|XP|Vista|NT|ME)$/);
      }
      assert.ok(client.vendor === null || vendorNames.includes(client.vendor));
    }),
    { numRuns: 500 },
  );
});

test('recognises every crafted long header in little time', () => {
  const crafted = ['(', 'a;', 'Android ', 'not', '"\\', 'Mozilla/5.0 (', 'tv ', '.com', '1.', 'A/1 '].map(
    (part) => part.repeat(20_000),
  );
  for (const userAgent of crafted) {
    const startedAt = process.cpuUsage().user;
    of(userAgent, {
      brands: userAgent,
      fullVersionList: userAgent,
      model: userAgent,
      requestedWith: userAgent,
    });
    assert.ok(process.cpuUsage().user - startedAt < 1_000_000, userAgent.slice(0, 8));
  }
});
