import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { systemRandom } from '../../src/engine/system.ts';
import { loadSecret } from '../../src/server/secret.ts';

it('is one secret for all nodes that start at once, and leaves nothing else behind', async (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-secret-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'data', 'secret');
  const secrets = await Promise.all(Array.from({ length: 20 }, () => loadSecret(path, systemRandom)));
  const keys = secrets.map((secret) => Buffer.from(secret.keyFor('test')).toString('hex'));
  assert.equal(new Set(keys).size, 1);
  assert.deepEqual(readdirSync(join(folder, 'data')), ['secret']);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});
