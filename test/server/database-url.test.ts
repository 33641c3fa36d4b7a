import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RollcallError } from '../../src/errors.ts';
import { parseDatabaseUrl } from '../../src/server/database-url.ts';

const password = 'hunter-2-hunter';

function refusal(text: string): string {
  try {
    parseDatabaseUrl(text);
  } catch (error) {
    assert.ok(error instanceof RollcallError && error.code === 'invalid_setting');
    return error.message;
  }
  return 'accepted';
}

describe('ROLLCALL_DATABASE_URL', () => {
  it('names a SQLite file', () => {
    const paths = {
      'sqlite:./a.db': './a.db',
      'sqlite:/var/a.db': '/var/a.db',
      'sqlite:///var/a.db': '/var/a.db',
    };
    for (const [text, path] of Object.entries(paths))
      assert.deepEqual(parseDatabaseUrl(text), { kind: 'sqlite', path });
  });

  const accepted = [
    'postgres://localhost/rollcall',
    'postgresql://localhost/rollcall',
    'POSTGRES://localhost/rollcall',
    `postgres://rollcall:${password}@db.example:6432/rollcall`,
    'postgres://rollcall:p%40ss%23word%25@[::1]:5432/rollcall',
    'postgres://localhost/rollcall?sslmode=verify-full&sslrootcert=/etc/ca.pem&application_name=rollcall',
    'postgres:///rollcall?host=/var/run/postgresql',
  ];
  for (const url of accepted) {
    it(`names a PostgreSQL database: ${url}`, () => {
      assert.deepEqual(parseDatabaseUrl(url), { kind: 'postgres', url });
    });
  }

  it('takes every mode of TLS that would check less for the one that checks all', () => {
    for (const mode of ['prefer', 'require', 'verify-ca', 'verify-full']) {
      const url = `postgres://rollcall:p%40ss@db/rollcall?sslmode=${mode}`;
      const checked = 'postgres://rollcall:p%40ss@db/rollcall?sslmode=verify-full';
      assert.deepEqual(parseDatabaseUrl(url), { kind: 'postgres', url: checked });
    }
    for (const rest of ['sslmode=no-verify', 'sslmode=disable', 'uselibpqcompat=true&sslmode=require']) {
      const url = `postgres://rollcall@db/rollcall?${rest}`;
      assert.deepEqual(parseDatabaseUrl(url), { kind: 'postgres', url });
    }
  });

  const refused: readonly (readonly [string, RegExp])[] = [
    [`mysql://rollcall:${password}@db/rollcall`, /must start with sqlite: .* or with postgres:\/\//],
    [`postgres:rollcall:${password}@db/rollcall`, /must start with/],
    [`postgres://rollcall:${password}#1@db/rollcall`, /percent-encoded/],
    [`postgres://rollcall:${password}/1@db/rollcall`, /percent-encoded/],
    [`postgres://rollcall:${password}%@db/rollcall`, /percent-encoded/],
    [`postgres://rollcall:${password}@db/rollcall#x`, /percent-encoded/],
    [`postgres://rollcall:${password}@db:123456/rollcall`, /can't be read as a URL/],
    [`postgres://rollcall:${password}@a:1,b:2/rollcall`, /can't be read as a URL/],
    [`postgres://rollcall:${password}@db`, /must name a database/],
    [`postgres://rollcall:${password}@db/`, /must name a database/],
    ['postgres:///rollcall', /must name a host/],
    [`postgres://rollcall:${password}@db/rollcall?sslmod=verify-full`, /unknown parameter/],
    [`postgres://rollcall@db/rollcall?password=${password}`, /unknown parameter/],
    [`postgres://rollcall:${password}@db/rollcall?sslmode=verify`, /unknown sslmode/],
  ];
  for (const [text, sentence] of refused) {
    it(`refuses ${text} in one sentence that names the setting and repeats nothing`, () => {
      const message = refusal(text);
      assert.match(message, /^ROLLCALL_DATABASE_URL [^\n]+\.$/);
      assert.match(message, sentence);
      assert.doesNotMatch(message, /hunter|sslmod=|mysql|123456/);
      assert.ok(message.length < 200, message);
    });
  }
});
