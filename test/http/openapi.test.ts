import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { operations } from '../../src/http/routes.ts';
import { createHttpLaboratory } from './http-laboratory.ts';
import { Visitor } from './visitor.ts';

/** The contract: method, path, status. */
const contract = [
  'POST /api/sign-up 201',
  'POST /api/sign-in 200',
  'POST /api/sign-in/second-factor 200',
  'POST /api/sign-out 204',
  'GET /api/session 200',
  'GET /api/sessions 200',
  'DELETE /api/sessions/{id} 204',
  'POST /api/sessions/revoke-others 200',
  'PATCH /api/devices/{id} 200',
  'GET /api/history 200',
  'GET /api/stream 200',
  'POST /api/step-up 200',
  'PUT /api/password 200',
  'POST /api/password/assess 200',
  'GET /api/passphrase 200',
  'POST /api/two-factor/totp 200',
  'POST /api/two-factor/totp/confirm 200',
  'DELETE /api/two-factor/totp 204',
  'POST /api/two-factor/recovery-codes 200',
  'GET /api/account 200',
  'GET /healthz 200',
  'GET /readyz 200',
  'GET /metrics 200',
];

interface Described {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly requestBody?: { readonly required: boolean; readonly content: Record<string, { schema: object }> };
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Record<string, object>;
}

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Described>>;
  readonly components: { readonly schemas: Record<string, Record<string, unknown>> };
}

let document: Document;

before(async () => {
  const visitor = new Visitor(createHttpLaboratory());
  document = (await visitor.send('GET', '/openapi.json')).json as unknown as Document;
});

const described = (): readonly (readonly [string, Described])[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
    ),
  );

describe('the OpenAPI document', () => {
  it('describes what the table routes, and both are the contract', () => {
    const inDocument = described().map(([route, { responses }]) => `${route} ${Object.keys(responses)[0]}`);
    const inTable = operations.map(({ method, path, status }) => `${method.toUpperCase()} ${path} ${status}`);
    assert.deepEqual(inDocument.toSorted(), contract.toSorted());
    assert.deepEqual(inTable.toSorted(), contract.toSorted());
  });

  it('is of version 3.1 and gives every operation a name of its own and its refusals', () => {
    assert.equal(document.openapi, '3.1.0');
    const ids = new Set(described().map(([, { operationId }]) => operationId));
    assert.equal(ids.size, contract.length);
    for (const [route, { responses }] of described()) assert.ok('default' in responses, route);
  });

  it('says which operations need a session', () => {
    const open = described().filter(([, { security }]) => security.length === 0);
    assert.deepEqual(
      open.map(([route]) => route).toSorted(),
      [
        'GET /healthz',
        'GET /metrics',
        'GET /api/passphrase',
        'GET /readyz',
        'POST /api/password/assess',
        'POST /api/sign-in',
        'POST /api/sign-in/second-factor',
        'POST /api/sign-up',
      ].toSorted(),
    );
  });

  it('holds the schemas that validate: closed requests, parameters, a place that may be null', () => {
    const { schemas } = document.components;
    for (const [route, { requestBody }] of described()) {
      const [content] = Object.values(requestBody?.content ?? {});
      if (content === undefined) continue;
      const name =
        String((content.schema as { $ref: string }).$ref)
          .split('/')
          .at(-1) ?? '';
      const shapes = (schemas[name]?.['anyOf'] ?? [schemas[name]]) as { additionalProperties?: boolean }[];
      for (const shape of shapes) assert.equal(shape.additionalProperties, false, route);
    }
    assert.equal(schemas['Place']?.['type'], 'object');
    assert.deepEqual(
      document.paths['/api/history']?.['get']?.parameters?.map((each) => [each.name, each.in]),
      [['cursor', 'query']],
    );
    assert.deepEqual(
      document.paths['/api/sessions/{id}']?.['delete']?.parameters?.map((each) => [each.name, each.in]),
      [['id', 'path']],
    );
  });

  it('is answered with what it says', async () => {
    const visitor = new Visitor(createHttpLaboratory());
    await visitor.signUp();
    for (const { method, path, answer } of operations) {
      if (method !== 'get' || answer === null) continue;
      const { json } = await visitor.send('GET', path);
      assert.deepEqual(answer.parse(json), json, path);
    }
  });
});
