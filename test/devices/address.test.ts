import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addressKind,
  canonicalAddress,
  clientAddress,
  networkOf,
  parseTrustedProxies,
} from '../../src/devices/address.ts';
import { RollcallError } from '../../src/errors.ts';

const proxies = parseTrustedProxies('10.0.0.0/8, 2001:db8:aa::/48 192.0.2.7');

function from(
  peer: string | null,
  forwardedFor: string | null,
  forwarded: string | null = null,
): string | null {
  return clientAddress({ peer, forwardedFor, forwarded, trusted: proxies });
}

test('takes the socket address when nobody is trusted', () => {
  const trusted = parseTrustedProxies('');
  const answer = clientAddress({
    peer: '10.0.0.1',
    forwardedFor: '8.8.8.8',
    forwarded: 'for=8.8.4.4',
    trusted,
  });
  assert.equal(answer, '10.0.0.1');
});

test('ignores what an untrusted peer says of itself', () => {
  assert.equal(from('198.51.100.4', '8.8.8.8'), '198.51.100.4');
});

test('takes the right-most hop that is no trusted proxy', () => {
  assert.equal(from('10.0.0.1', '1.1.1.1, 8.8.8.8, 10.2.3.4'), '8.8.8.8');
  assert.equal(from('192.0.2.7', '6.6.6.6,9.9.9.9'), '9.9.9.9');
  assert.equal(from('2001:db8:aa::1', '2001:4860:0:0::8888, 2001:db8:aa:1::2'), '2001:4860::8888');
});

test('takes the socket address when a hop cannot be read before the client is found', () => {
  for (const hops of ['unknown', '8.8.8.8, _hidden', '8.8.8.8,', '8.8.8.8, 10.0.0', '0x8.8.8.8', '']) {
    assert.equal(from('10.0.0.1', hops), '10.0.0.1', hops);
  }
});

test('does not mind an unreadable hop left of the client', () => {
  assert.equal(from('10.0.0.1', 'junk<script>, 8.8.8.8'), '8.8.8.8');
});

test('takes the socket address when every hop is a trusted proxy', () => {
  assert.equal(from('10.0.0.1', '10.0.0.3, 10.0.0.2'), '10.0.0.1');
});

test('reads Forwarded with quotes, brackets and ports when there is no X-Forwarded-For', () => {
  assert.equal(from('10.0.0.1', null, 'for=192.0.2.60;proto=http;by=203.0.113.43'), '192.0.2.60');
  assert.equal(from('10.0.0.1', null, 'for=1.1.1.1, For="[2001:db8:cafe::17]:4711"'), '2001:db8:cafe::17');
  assert.equal(from('10.0.0.1', null, 'for=1.1.1.1, for="_gazonk"'), '10.0.0.1');
  assert.equal(from('10.0.0.1', null, 'for=8.8.8.8, proto=https'), '10.0.0.1');
  assert.equal(from('10.0.0.1', '9.9.9.9', 'for=8.8.8.8'), '9.9.9.9');
});

test('reads only the right-hand end of an overlong header', () => {
  assert.equal(from('10.0.0.1', `${'6.6.6.6, '.repeat(10_000)}8.8.8.8`), '8.8.8.8');
  assert.equal(from('10.0.0.1', `9${'10.0.0.2,'.repeat(10_000)}10.0.0.2`), '10.0.0.1');
});

test('answers null when the socket address is not known', () => {
  assert.equal(from(null, '8.8.8.8'), null);
  assert.equal(from('/run/socket', '8.8.8.8'), null);
});

const spellings: readonly (readonly [text: string, canonical: string | null])[] = [
  ['192.0.2.1', '192.0.2.1'],
  [' 192.0.2.1 ', '192.0.2.1'],
  ['192.0.2.1:8080', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:c000:201', '192.0.2.1'],
  ['[::ffff:192.0.2.1]:443', '192.0.2.1'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:65535', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['::', '::'],
  ['::1', '::1'],
  ['192.0.2', null],
  ['3221225985', null],
  ['0300.0.2.1', null],
  ['192.0.02.1', null],
  ['0xc0.0.2.1', null],
  ['192.0.2.256', null],
  ['192.0.2.1.', null],
  ['192.0.2.1.5', null],
  ['192.0.2.1/24', null],
  ['::ffff:0300.0.2.1', null],
  ['::ffff:192.0.2', null],
  ['2001:db8::1::2', null],
  ['2001:db8:::1', null],
  ['12345::1', null],
  ['[192.0.2.1]', null],
  ['[2001:db8::1', null],
  ['[::1]x', null],
  ['localhost', null],
  ['example.com', null],
  ['', null],
  ['%eth0', null],
  ['٣.٣.٣.٣', null],
];

test('brings each spelling of an address to one canonical text and refuses the rest', () => {
  for (const [text, canonical] of spellings) assert.equal(canonicalAddress(text), canonical, text);
});

test('gives the network of an address for throttling', () => {
  assert.equal(networkOf('192.0.2.1'), '192.0.2.1/32');
  assert.equal(networkOf('::ffff:192.0.2.1'), '192.0.2.1/32');
  assert.equal(networkOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  assert.equal(networkOf('::1'), '::/64');
  assert.equal(networkOf('nonsense'), null);
});

const kinds: readonly (readonly [address: string, kind: string | null])[] = [
  ['127.0.0.1', 'this-machine'],
  ['127.255.255.255', 'this-machine'],
  ['::1', 'this-machine'],
  ['10.1.2.3', 'local-network'],
  ['172.16.0.1', 'local-network'],
  ['172.31.255.255', 'local-network'],
  ['172.32.0.1', 'public'],
  ['192.168.1.1', 'local-network'],
  ['169.254.1.1', 'local-network'],
  ['fd00::1', 'local-network'],
  ['fe80::1', 'local-network'],
  ['100.64.0.1', 'shared-network'],
  ['100.127.255.255', 'shared-network'],
  ['100.128.0.0', 'public'],
  ['0.0.0.0', 'reserved'],
  ['192.0.2.4', 'reserved'],
  ['198.19.0.1', 'reserved'],
  ['203.0.113.9', 'reserved'],
  ['239.1.1.1', 'reserved'],
  ['255.255.255.255', 'reserved'],
  ['2001:db8::1', 'reserved'],
  ['3fff:fff::1', 'reserved'],
  ['2001:0:1::1', 'reserved'],
  ['ff02::1', 'reserved'],
  ['::', 'reserved'],
  ['::ffff:10.0.0.1', 'local-network'],
  ['64:ff9b::a00:1', 'local-network'],
  ['64:ff9b::808:808', 'public'],
  ['2002:7f00:1::', 'this-machine'],
  ['2002:808:808::1', 'public'],
  ['8.8.8.8', 'public'],
  ['2606:4700:4700::1111', 'public'],
  ['no address', null],
];

test('tells special addresses from public ones', () => {
  for (const [address, kind] of kinds) assert.equal(addressKind(address), kind, address);
});

test('refuses a list of proxies that trusts everybody or names no address', () => {
  const refused = ['0.0.0.0/0', '::/0', '10.0.0.0/0', '10.0.0.0/33', '::1/129', '10.0.0.0/8/8', '10.0.0/8'];
  const junk = [
    '*',
    'all',
    'loopback',
    'proxy.example',
    '10.0.0.1:80',
    '10.0.0.0/',
    '10.0.0.0/x',
    'fe80::1%eth0',
    '[::1]',
  ];
  for (const text of [...refused, ...junk]) {
    assert.throws(
      () => parseTrustedProxies(`192.0.2.1, ${text}`),
      (error: unknown) => {
        assert.ok(error instanceof RollcallError, text);
        assert.equal(error.code, 'invalid_setting');
        assert.match(error.message, /^ROLLCALL_TRUSTED_PROXIES: "[^"]*" [^.]*.*\.$/);
        return true;
      },
      text,
    );
  }
});

test('accepts addresses and networks of both families', () => {
  assert.equal(parseTrustedProxies(' 127.0.0.1,::1\n10.0.0.0/8 fd00::/8 ').length, 4);
  assert.equal(parseTrustedProxies('').length, 0);
});

test('answers every text without throwing, and its own answers unchanged', () => {
  const parts = fc.constantFrom(
    '1',
    '255',
    '256',
    '01',
    '.',
    ':',
    '::',
    'ffff',
    '[',
    ']',
    '%',
    '/',
    ',',
    ' ',
    'for=',
    '"',
    ';',
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(parts, { maxLength: 14 }).map((list) => list.join('')),
    fc.ipV4(),
    fc.ipV6(),
  );
  fc.assert(
    fc.property(texts, texts, (text, header) => {
      const canonical = canonicalAddress(text);
      if (canonical !== null) assert.equal(canonicalAddress(canonical), canonical);
      networkOf(text);
      addressKind(text);
      const answer = from('10.0.0.1', header, text) ?? '';
      assert.equal(canonicalAddress(answer), answer);
    }),
  );
});
