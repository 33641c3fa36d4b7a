import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { startTestService } from '../running-service.ts';
import { rawRequest, sendRaw } from './raw-request.ts';
import { inTime } from './target.ts';

const trusting = await startTestService({ trustedProxies: '127.0.0.1, 10.0.0.0/8' });
const wary = await startTestService();
after(() => Promise.all([trusting.stop(), wary.stop()]));
for (const service of [trusting, wary]) assert.equal((await service.client().signUp()).status, 201);

type Service = typeof wary;

/** The address the service notes for a sign-in that comes with these headers. */
async function notedAddress(service: Service, headers: readonly string[]): Promise<string | null> {
  const { port, url } = service;
  // A right password gives back the attempt it took.
  const body = JSON.stringify({
    email: 'mara@lindqvist.example',
    password: 'lantern quartz violet harbour',
    tokenDelivery: 'body',
  });
  const all = ['Content-Type: application/json', `Origin: ${url}`, ...headers];
  const answer = await inTime(sendRaw(port, rawRequest(port, 'POST /api/sign-in', all, body)));
  assert.equal(answer.status, 200, answer.text.slice(0, 300));
  return (answer.body['session'] as { readonly ip: string | null }).ip;
}

const peer = '127.0.0.1';
const believed: readonly (readonly [string, readonly string[], string])[] = [
  ['one address', ['X-Forwarded-For: 198.51.100.7'], '198.51.100.7'],
  ['the right-most that is no proxy', ['X-Forwarded-For: 1.2.3.4, 198.51.100.7, 10.0.0.1'], '198.51.100.7'],
  ['a forged left-hand end', ['X-Forwarded-For: junk, , 1.2.3.4, 198.51.100.7'], '198.51.100.7'],
  ['a second header line', ['X-Forwarded-For: 1.2.3.4', 'X-Forwarded-For: 198.51.100.7'], '198.51.100.7'],
  ['a port', ['X-Forwarded-For: 198.51.100.7:443'], '198.51.100.7'],
  ['brackets and a port', ['X-Forwarded-For: [2001:db8::7]:443'], '2001:db8::7'],
  ['mapped IPv4', ['X-Forwarded-For: ::ffff:198.51.100.7'], '198.51.100.7'],
  ['a zone', ['X-Forwarded-For: fe80::1%eth0'], 'fe80::1'],
  ['1,000 entries', [`X-Forwarded-For: ${'1.2.3.4, '.repeat(999)}198.51.100.7`], '198.51.100.7'],
  ['1,000 empty entries', [`X-Forwarded-For: ${', '.repeat(999)}198.51.100.7`], '198.51.100.7'],
  ['no address', [], peer],
  ['an empty one', ['X-Forwarded-For: '], peer],
  ['proxies alone', ['X-Forwarded-For: 10.1.1.1, 10.2.2.2'], peer],
  ['a name', ['X-Forwarded-For: localhost'], peer],
  ['octal', ['X-Forwarded-For: 0177.0.0.1'], peer],
  ['hexadecimal', ['X-Forwarded-For: 0x7f.0.0.1'], peer],
  ['a single number', ['X-Forwarded-For: 2130706433'], peer],
  ['256', ['X-Forwarded-For: 256.1.1.1'], peer],
  ['letters', ['X-Forwarded-For: a.b.c.d'], peer],
  ['three parts', ['X-Forwarded-For: 1.2.3'], peer],
  ['five parts', ['X-Forwarded-For: 1.2.3.4.5'], peer],
  ['an address with text', ['X-Forwarded-For: 198.51.100.7 x'], peer],
  ['unknown', ['X-Forwarded-For: unknown'], peer],
  ['an entry that is empty at the right', ['X-Forwarded-For: 198.51.100.7,'], peer],
  ['an open bracket', ['X-Forwarded-For: [2001:db8::7'], peer],
  ['markup', ['X-Forwarded-For: <script>alert(1)</script>'], peer],
  ['SQL', ["X-Forwarded-For: 1.2.3.4' or '1'='1"], peer],
];

for (const [what, headers, expected] of believed) {
  test(`X-12: behind a proxy, X-Forwarded-For with ${what} gives ${expected}`, async () => {
    assert.equal(await notedAddress(trusting, headers), expected);
  });
}

for (const [what, headers] of believed.filter(([, , expected]) => expected !== peer).slice(0, 5)) {
  test(`X-12: without a proxy, X-Forwarded-For with ${what} is not read`, async () => {
    assert.equal(await notedAddress(wary, headers), peer);
  });
}

test('X-12: no other header is taken for the address', async () => {
  for (const name of [
    'X-Real-IP',
    'True-Client-IP',
    'CF-Connecting-IP',
    'X-Client-IP',
    'X-Cluster-Client-IP',
  ]) {
    assert.equal(await notedAddress(trusting, [`${name}: 198.51.100.7`]), peer, name);
  }
});

test('X-12: without a proxy, no forwarding header from outside changes the address or breaks a sign-in', async () => {
  const value = fc
    .string({ unit: 'grapheme-ascii', maxLength: 60 })
    .map((text) => text.replace(/[\r\n]/g, ''));
  const name = fc.constantFrom('X-Forwarded-For', 'Forwarded', 'X-Real-IP');
  await fc.assert(
    fc.asyncProperty(name, value, async (header, text) => {
      assert.equal(await notedAddress(wary, [`${header}: ${text}`]), peer);
    }),
    { numRuns: 10 },
  );
});

test('X-12: behind a proxy, no forwarding header breaks a request', async () => {
  const piece = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
    fc.constantFrom('for=', '"', '[', ']', ':', ';', '%'),
  );
  const value = fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(',').replace(/[\r\n]/g, ''));
  const { port } = trusting;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('X-Forwarded-For', 'Forwarded'), value, async (header, text) => {
      const body = '{"password":"x"}';
      const headers = ['Content-Type: application/json', `Origin: ${trusting.url}`, `${header}: ${text}`];
      const answer = await inTime(
        sendRaw(port, rawRequest(port, 'POST /api/password/assess', headers, body)),
      );
      assert.ok(answer.status === 200 || answer.status === 429, `${answer.status} for ${text}`);
    }),
    { numRuns: 100 },
  );
});
