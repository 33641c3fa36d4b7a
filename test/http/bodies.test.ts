import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { RollcallError } from '../../src/errors.ts';
import { parseStrictJson } from '../../src/http/strict-json.ts';
import { createHttpLaboratory, email, type HttpLaboratory, password } from './http-laboratory.ts';
import { codeOf, type Sending, Visitor } from './visitor.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

let laboratory: HttpLaboratory;
let visitor: Visitor;

before(async () => {
  laboratory = createHttpLaboratory();
  visitor = new Visitor(laboratory);
  await visitor.signUp();
});

const right = JSON.stringify({ email, password });
const send = (sending: Sending) => visitor.send('POST', '/api/sign-in', sending);

describe('the strict reader of JSON', () => {
  it('reads what JSON.parse reads', () => {
    const texts = [
      '{}',
      '{"a":"\\"}{][:","b":{"a":[1,{"a":null}]},"c":"\\ud83d\\ude00"}',
      ' [1, 2.5e3, "\\\\"] ',
      '"x"',
    ];
    for (const text of texts) assert.deepEqual(parseStrictJson(bytesOf(text)), JSON.parse(text));
  });

  const refused: readonly (readonly [string, Uint8Array])[] = [
    ['a depth of 17', bytesOf('['.repeat(17) + ']'.repeat(17))],
    ['a depth of 10,000', bytesOf('{"a":'.repeat(10_000))],
    ['a name twice', bytesOf('{"a":1,"a":1}')],
    ['a name twice, once escaped', bytesOf('{"a":1,"\\u0061" :1}')],
    ['a name twice, deeper', bytesOf('{"b":[{"a":{},"c":"a","a":1}]}')],
    ['a byte order mark', bytesOf('\uFEFF{}')],
    ['UTF-16', Uint8Array.from([0x7b, 0, 0x7d, 0])],
    ['UTF-16 with its mark', Uint8Array.from([0xff, 0xfe, 0x7b, 0, 0x7d, 0])],
    ['overlong UTF-8', Uint8Array.from([0x22, 0xc0, 0xaf, 0x22])],
    ['half a character', bytesOf('{"a":"\\ud800"}')],
    ['half a character in a name', bytesOf('{"\\udc00":1}')],
    ['__proto__', bytesOf('{"a":{"__proto__":{"isAdmin":true}}}')],
    ['constructor', bytesOf('{"constructor":{"prototype":{}}}')],
    ['prototype, escaped', bytesOf('{"prototyp\\u0065":1}')],
    ['a comma at the end', bytesOf('{"a":1,}')],
    ['a comment', bytesOf('{/* a */}')],
    ['NaN', bytesOf('{"a":NaN}')],
    ['nothing', bytesOf('')],
    ['a quote that never ends', bytesOf(`"${'\\"'.repeat(30_000)}`)],
  ];
  for (const [what, bytes] of refused) {
    it(`refuses ${what} (X-17, X-18)`, () => {
      assert.throws(
        () => parseStrictJson(bytes),
        (error) =>
          error instanceof RollcallError && error.code === 'invalid_json' && error.cause === undefined,
      );
    });
  }

  it('does not reach the prototype of all objects (X-18)', () => {
    assert.equal(Object.hasOwn(Object.prototype, 'isAdmin'), false);
  });
});

describe('a body', () => {
  const types = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'application/json; boundary=x',
    'application/json, application/json',
    'application/jsonp',
    'application/json5',
    'text/json',
    '',
  ];
  for (const type of types) {
    it(`is refused as ${JSON.stringify(type)} (X-16)`, async () => {
      const received = await send({ body: right, headers: { 'content-type': type } });
      assert.equal(codeOf(received), '415 unsupported_media_type');
    });
  }

  it('is refused without a content type', async () => {
    assert.equal(
      codeOf(await send({ body: bytesOf(right), headers: { 'content-type': null } })),
      '415 unsupported_media_type',
    );
  });

  it('is refused compressed', async () => {
    for (const encoding of ['gzip', 'br', 'identity, gzip']) {
      const received = await send({ body: right, headers: { 'content-encoding': encoding } });
      assert.equal(codeOf(received), '415 unsupported_media_type');
    }
  });

  it('is accepted with the one charset JSON has', async () => {
    for (const type of [
      'application/json',
      'Application/JSON; charset=UTF-8',
      'application/json;charset="utf-8"',
    ]) {
      assert.equal((await send({ body: right, headers: { 'content-type': type } })).status, 200);
    }
  });

  it('is refused beyond 64 KiB, whether its length is told or not', async () => {
    const large = `{"email":"${'a'.repeat(65_536)}"}`;
    assert.equal(codeOf(await send({ body: large })), '413 content_too_large');
    assert.equal(
      codeOf(await send({ body: large, headers: { 'content-length': '10' } })),
      '413 content_too_large',
    );
    assert.equal(
      codeOf(await send({ body: '{}', headers: { 'content-length': '70000' } })),
      '413 content_too_large',
    );
  });

  for (const body of ['[]', 'null', '"x"', '1', 'true', `[${right}]`, 'not json', '{"email":', ' ']) {
    it(`is refused when it is ${body.slice(0, 20)} and not an object (X-17)`, async () => {
      assert.equal(codeOf(await send({ body })), '400 invalid_json');
    });
  }

  it('is refused with the fields named and no value repeated', async () => {
    const secret = 'do not repeat me';
    const body = {
      email: 7,
      password: { secret },
      extra: secret,
      keepSignedIn: secret,
      tokenDelivery: secret,
    };
    const received = await send({ body });
    assert.equal(codeOf(received), '400 invalid_request');
    assert.doesNotMatch(received.text, /repeat/);
    assert.deepEqual((received.json['fields'] as { field: string }[]).map(({ field }) => field).toSorted(), [
      'email',
      'extra',
      'keepSignedIn',
      'password',
      'tokenDelivery',
    ]);
    const missing = await send({ body: {} });
    assert.deepEqual(missing.json['fields'], [
      { field: 'email', problem: 'is missing' },
      { field: 'password', problem: 'is missing' },
    ]);
  });

  it('has the names of its unknown fields repeated only when they are plain (X-18)', async () => {
    const token = visitor.cookies.get('__Host-rollcall') ?? '';
    const body = { email, password, [token]: 1, '<script>': 1, toString: 1, hasOwnProperty: 1, '0': 1 };
    const received = await send({ body });
    const fields = (received.json['fields'] as { field: string }[]).map(({ field }) => field);
    assert.deepEqual(fields.toSorted(), ['', '', '0', 'hasOwnProperty', 'toString']);
  });

  for (const value of [1, 1e308, -0, null, true, [], {}, ['000000'], '']) {
    it(`is refused with ${JSON.stringify(value)} for a code (X-27)`, async () => {
      const received = await visitor.send('POST', '/api/two-factor/totp/confirm', { body: { code: value } });
      assert.equal(codeOf(received), '400 invalid_request');
    });
  }

  it('may be absent or an empty object where nothing is asked, and nothing else', async () => {
    const path = '/api/sessions/revoke-others';
    assert.equal((await visitor.send('POST', path)).status, 200);
    assert.equal((await visitor.send('POST', path, { body: {} })).status, 200);
    assert.equal(
      (await visitor.send('POST', path, { headers: { 'content-type': 'application/json' } })).status,
      200,
    );
    assert.equal(codeOf(await visitor.send('POST', path, { body: { all: true } })), '400 invalid_request');
    assert.equal(codeOf(await visitor.send('POST', path, { body: '[]' })), '400 invalid_json');
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    assert.equal(codeOf(await visitor.send('POST', path, { headers: form })), '415 unsupported_media_type');
  });
});
