import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isInstalled } from '../../tools/install.mjs';

type Entry = { readonly version: string; readonly integrity?: string; readonly optional?: boolean };
type Packages = Readonly<Record<string, Entry>>;

const locked: Packages = {
  '': { version: '0.1.0' },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/b-for-another-machine': { version: '1.0.0', integrity: 'sha512-b', optional: true },
};
const present: Packages = { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } };

function judge(lockFile: Packages | undefined, installed: Packages | undefined): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-install-'));
  try {
    mkdirSync(join(folder, 'node_modules'));
    const write = (path: string, packages: Packages | undefined): void => {
      if (packages !== undefined) writeFileSync(join(folder, path), JSON.stringify({ packages }));
    };
    write('package-lock.json', lockFile);
    write('node_modules/.package-lock.json', installed);
    return isInstalled(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the installation', () => {
  it('is complete when every package is there, but for those of other machines', () => {
    assert.equal(judge(locked, present), true);
  });

  it('is stale when nothing is installed or a package is missing', () => {
    assert.equal(judge(locked, undefined), false);
    assert.equal(judge(locked, {}), false);
  });

  it('is stale when a package has another version or other content', () => {
    assert.equal(judge(locked, { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } }), false);
    assert.equal(judge(locked, { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-z' } }), false);
  });

  it('is stale when a package is there that the lock file no longer names', () => {
    assert.equal(judge(locked, { ...present, 'node_modules/c': { version: '1.0.0' } }), false);
  });

  it('is stale without a lock file to judge it by', () => {
    assert.equal(judge(undefined, present), false);
  });
});
