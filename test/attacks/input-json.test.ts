import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ownerEmail, ownerPassword } from '../running-service.ts';
import { rawRequest, sendRaw } from './raw-request.ts';
import { type Answered, assertProblem, assertRefused, inTime, startTarget, withoutEffect } from './target.ts';

const target = await startTarget();
const { port, cookie, owner, service } = target;
const headers = [`Cookie: ${cookie}`, `Origin: ${service.url}`, 'Content-Type: application/json'];

/** Sends bytes as the body of an operation. */
function sendBody(line: string, body: Uint8Array | string): Promise<Answered> {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
  const head = rawRequest(port, line, [...headers, `Content-Length: ${bytes.length}`]);
  return inTime(sendRaw(port, Buffer.concat([head, bytes])));
}

const bodied = ['POST /api/sign-in', 'POST /api/step-up', 'PUT /api/password', 'POST /api/password/assess'];
const inside = (text: string): string => `{"password":${text}}`;

const notJson: readonly (readonly [string, Uint8Array | string])[] = [
  ['nothing', ''],
  ['only a space', ' '],
  ['depth 10,000', inside('['.repeat(10_000) + ']'.repeat(10_000))],
  ['depth 10,000 of objects', '{"password":'.repeat(5_000)],
  ['depth 17', inside('['.repeat(16) + ']'.repeat(16))],
  ['the same name twice', '{"password":"a","password":"b"}'],
  ['the same name twice, once escaped', '{"password":"a","p\\u0061ssword":"b"}'],
  ['the same name twice, deep inside', inside('{"a":1,"a":1}')],
  ['a trailing comma', '{"password":"a",}'],
  ['a trailing comma in an array', inside('["a",]')],
  ['a comment', '{"password":"a"/* x */}'],
  ['a line comment', '// x\n{"password":"a"}'],
  ['a byte order mark', Buffer.from('\ufeff{"password":"a"}')],
  ['UTF-16', Buffer.from('{"password":"a"}', 'utf16le')],
  ['UTF-16 with a mark', Buffer.from('\ufeff{"password":"a"}', 'utf16le')],
  ['Latin-1', Buffer.from('{"password":"\xe9"}', 'latin1')],
  ['overlong UTF-8', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])],
  ['a surrogate in UTF-8', Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d])],
  ['half a character', '{"password":"\\ud800"}'],
  ['half a character in a name', '{"\\udc00":"x"}'],
  ['half a character, deep inside', inside('["\\ud800x"]')],
  ['NaN', inside('NaN')],
  ['Infinity', inside('-Infinity')],
  ['a hexadecimal number', inside('0x10')],
  ['a leading zero', inside('01')],
  ['a plus sign', inside('+1')],
  ['a number without digits', inside('1.')],
  ['single quotes', "{'password':'a'}"],
  ['no quotes', '{password:1}'],
  ['a control character', '{"password":"a\u0001"}'],
  ['a NUL after it', '{"password":"a"}\0'],
  ['two values', '{"password":"a"}{"password":"b"}'],
  ['an open text', '{"password":"a'],
  ['an open object', '{"password":"a"'],
  ['a form', 'password=a'],
  ['an XML document', '<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'],
  ['an array', '[]'],
  ['an array around it', '[{"password":"a"}]'],
  ['null', 'null'],
  ['true', 'true'],
  ['a text', '"password"'],
  ['a number', '1'],
  ['60,000 names that repeat', `{${'"a":1,'.repeat(10_000)}"a":1}`],
];

for (const [what, body] of notJson) {
  test(`X-17: a body that is ${what} is refused as no JSON object`, () =>
    withoutEffect(target, async () => {
      for (const line of bodied) assertProblem(await sendBody(line, body), 'invalid_json');
    }));
}

const wrongValues = [
  'null',
  'true',
  '[]',
  '["a"]',
  '{}',
  '{"$ne":null}',
  '1',
  '1e999',
  '-0',
  '1e-999',
  '9'.repeat(400),
];

for (const value of wrongValues) {
  test(`X-17: a password that is ${value.slice(0, 20)} is refused as no text`, () =>
    withoutEffect(target, async () => {
      const bodies = [
        ['POST /api/sign-in', `{"email":"${ownerEmail}","password":${value}}`],
        ['POST /api/sign-up', `{"email":"x@lindqvist.example","password":${value}}`],
        ['POST /api/step-up', `{"password":${value}}`],
        ['PUT /api/password', `{"currentPassword":${value},"newPassword":${value}}`],
        ['POST /api/password/assess', `{"password":${value}}`],
      ] as const;
      for (const [line, body] of bodies) assertProblem(await sendBody(line, body), 'invalid_request');
    }));
}

test('X-17: null for every field is refused by every operation', () =>
  withoutEffect(target, async () => {
    for (const { line, fields } of await operationsWithBody()) {
      if (fields.length === 1 && fields[0] === 'label') continue;
      const body = Object.fromEntries(fields.map((field) => [field, null]));
      assertProblem(await sendBody(line, JSON.stringify(body)), 'invalid_request');
    }
  }));

test('X-17: a body of 10 MB, a million names and an endless one are refused by their size', () =>
  withoutEffect(target, async () => {
    const line = 'POST /api/step-up';
    for (const length of [64 * 1024 + 1, 10 * 1024 * 1024, Number.MAX_SAFE_INTEGER]) {
      const announced = rawRequest(port, line, [...headers, `Content-Length: ${length}`]);
      assertProblem(await inTime(sendRaw(port, announced)), 'content_too_large');
    }
    const chunks = `10000\r\n${' '.repeat(65536)}\r\n1\r\n \r\n`;
    const endless = rawRequest(port, line, [...headers, 'Transfer-Encoding: chunked'], chunks);
    assertProblem(await inTime(sendRaw(port, endless)), 'content_too_large');
  }));

test('X-17: what is hard to read costs next to nothing', async () => {
  const hard = [
    `{${Array.from({ length: 6_000 }, (_, index) => `"k${index}":1`).join()}}`,
    inside('['.repeat(30_000)),
    inside(`"${'\\\\'.repeat(30_000)}"`),
    inside(`"${'\\u0041'.repeat(10_000)}`),
    `${'"'.repeat(60_000)}`,
    `${' '.repeat(60_000)}{`,
    `{"a"${' '.repeat(60_000)}`,
  ];
  for (const body of hard) {
    let fastest = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 5; round += 1) {
      const startedAt = performance.now();
      assertRefused(await sendBody('POST /api/step-up', body));
      fastest = Math.min(fastest, performance.now() - startedAt);
    }
    assert.ok(fastest < 200, `${body.slice(0, 20)} took ${Math.round(fastest)} ms`);
  }
});

const innate = [
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
  '0',
  '1',
  '-1',
  'length',
  '',
  ' password',
];

test('X-18: names of the prototype chain are refused and reach nothing', () =>
  withoutEffect(target, async () => {
    const before = Object.getOwnPropertyNames(Object.prototype).join();
    for (const { line } of await operationsWithBody()) {
      for (const name of ['__proto__', 'constructor', 'prototype', '\\u005f_proto__']) {
        for (const value of ['{"polluted":true}', 'null', '"x"', '{"prototype":{"polluted":true}}']) {
          assertProblem(await sendBody(line, `{"${name}":${value}}`), 'invalid_json');
          assertProblem(await sendBody(line, `{"password":{"${name}":${value}}}`), 'invalid_json');
        }
      }
      for (const name of innate) {
        assertProblem(
          await sendBody(line, JSON.stringify({ [name]: { polluted: true } })),
          'invalid_request',
        );
      }
    }
    assert.equal(Object.getOwnPropertyNames(Object.prototype).join(), before);
    assert.equal(({} as { readonly polluted?: unknown }).polluted, undefined);
    assert.equal(([] as { readonly polluted?: unknown }).polluted, undefined);
  }));

test('X-42: what a client says about the time is refused in a body and ignored in a header', async () => {
  await withoutEffect(target, async () => {
    for (const field of [
      'now',
      'issuedAt',
      'authenticatedAt',
      'expiresAt',
      'timezone',
      'userId',
      'sessionId',
    ]) {
      const body = JSON.stringify({ password: ownerPassword, [field]: '2099-01-01T00:00:00.000Z' });
      assertProblem(await sendBody('POST /api/step-up', body), 'invalid_request');
    }
  });
  const later = 'Thu, 01 Jan 2099 00:00:00 GMT';
  const answer = await owner.send('GET', '/api/session', undefined, {
    'if-modified-since': later,
    'x-now': later,
    'x-timezone': 'Pacific/Kiritimati',
  });
  const { lastActiveAt } = answer.body['session'] as { readonly lastActiveAt: string };
  assert.equal(answer.status, 200);
  assert.ok(Math.abs(Date.parse(lastActiveAt) - Date.now()) < 60_000);
});

interface BodyOperation {
  /** The request line, braces filled with an id that belongs to nobody. */
  readonly line: string;
  readonly fields: readonly string[];
}

/** The operations of the OpenAPI document that take a body, with the names of its fields. */
async function operationsWithBody(): Promise<readonly BodyOperation[]> {
  const { body: document } = await owner.send('GET', '/openapi.json');
  const paths = document['paths'] as Record<string, Record<string, { readonly requestBody?: unknown }>>;
  const found = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { requestBody }]) => requestBody !== undefined)
      .map(([method, { requestBody }]) => ({
        line: `${method.toUpperCase()} ${path.replace(/\{\w+\}/, '0'.repeat(26))}`,
        fields: [...fieldsOf(document, requestBody)],
      })),
  );
  assert.ok(found.length >= 8, 'the document names the operations');
  return found;
}

function fieldsOf(document: unknown, value: unknown): Set<string> {
  if (typeof value !== 'object' || value === null) return new Set();
  const own = 'properties' in value ? Object.keys(value.properties as object) : [];
  const referred = '$ref' in value ? fieldsOf(document, resolve(document, String(value.$ref))) : [];
  return new Set([
    ...own,
    ...referred,
    ...Object.values(value).flatMap((each) => [...fieldsOf(document, each)]),
  ]);
}

function resolve(document: unknown, reference: string): unknown {
  return reference
    .split('/')
    .slice(1)
    .reduce((at: unknown, name) => (at as Record<string, unknown>)[name], document);
}

/** The one operation that judges whatever text it is given. */
function isHarmless(line: string): boolean {
  return line === 'POST /api/password/assess';
}

for (const { line, fields } of await operationsWithBody()) {
  test(`X-17: no body from outside makes ${line} fail or do anything`, () =>
    withoutEffect(
      target,
      async () => {
        const value = fc.oneof(
          fc.jsonValue({ maxDepth: 3 }),
          fc.constantFrom('totp', 'recovery-code', 'cookie', ownerEmail, true, '000000'),
          fc.string({ unit: 'binary', maxLength: 300 }),
        );
        const name = fc.oneof(
          { weight: 5, arbitrary: fc.constantFrom(...fields) },
          { weight: 1, arbitrary: fc.string() },
        );
        const body = fc.oneof(fc.dictionary(name, value, { maxKeys: 5 }), fc.jsonValue({ maxDepth: 4 }));
        await fc.assert(
          fc.asyncProperty(body, async (garbage) => {
            const answer = await sendBody(line, JSON.stringify(garbage));
            if (answer.status === 200 && isHarmless(line)) assert.ok('score' in answer.body);
            else assertRefused(answer);
          }),
          { numRuns: 60 },
        );
      },
      // A wrong password is noted for the owner to see.
      'history',
    ));
}

test('X-17: no bytes from outside make an operation fail or do anything', () =>
  withoutEffect(target, async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...bodied), fc.uint8Array({ maxLength: 200 }), async (line, bytes) => {
        assertRefused(await sendBody(line, bytes));
      }),
      { numRuns: 150 },
    );
  }));
