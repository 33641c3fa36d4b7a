import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import type { ApiClient } from '../running-service.ts';
import { type ServiceHome, type ServiceProcess, serviceHome } from './service-process.ts';

const isRoot = process.getuid?.() === 0;

function commandWorks(command: string, ...parameters: readonly string[]): boolean {
  return spawnSync(command, parameters, { stdio: 'ignore' }).status === 0;
}

/** A disk of two megabytes, or null where this process may not mount one. */
function smallDisk(test: TestContext): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-disk-'));
  const isMounted = isRoot && commandWorks('mount', '-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder);
  test.after(() => {
    if (isMounted) spawnSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return isMounted ? folder : null;
}

/** Fills the disk to its last block; gives what frees it again. */
function fill(folder: string): () => void {
  const ballast = join(folder, 'ballast');
  const file = openSync(ballast, 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(4096));
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'ENOSPC', String(error));
  } finally {
    closeSync(file);
  }
  return () => rmSync(ballast);
}

interface SignedIn {
  readonly owner: ApiClient;
  /** A second browser of the owner. */
  readonly phone: ApiClient;
  readonly phoneId: string;
}

async function signedIn(service: ServiceProcess): Promise<SignedIn> {
  const [owner, phone] = [service.client(), service.client()];
  assert.equal((await owner.signUp()).status, 201);
  assert.equal((await phone.signIn()).status, 200);
  const { body } = await phone.send('GET', '/api/session');
  const { id } = body['session'] as { readonly id: string };
  return { owner, phone, phoneId: id };
}

/** Asks without leaving activity to be written. */
async function statusOf(client: ApiClient): Promise<number> {
  return (await client.send('GET', '/api/session', undefined, { 'rollcall-background': '1' })).status;
}

/** Nothing that had to be written is answered as done, and nobody is let in or thrown out for it. */
async function refusesChanges(
  service: ServiceProcess,
  { owner, phone, phoneId }: SignedIn,
  code: string,
): Promise<void> {
  const asked = [
    () => service.client().signIn(),
    () => owner.send('DELETE', `/api/sessions/${phoneId}`),
    () => owner.send('POST', '/api/sessions/revoke-others'),
    () => phone.send('POST', '/api/sign-out'),
  ];
  for (const ask of asked) {
    const { status, body, headers } = await ask();
    assert.equal(status, 503);
    assert.equal(body['code'], code);
    assert.ok(headers.has('retry-after'));
    assert.deepEqual(headers.getSetCookie(), []);
  }
  assert.deepEqual([await statusOf(owner), await statusOf(phone)], [200, 200]);
}

/** The same, done, without a restart. */
async function servesAgain(service: ServiceProcess, { owner, phone, phoneId }: SignedIn): Promise<void> {
  assert.equal((await service.client().signIn()).status, 200);
  assert.equal((await owner.send('DELETE', `/api/sessions/${phoneId}`)).status, 204);
  assert.deepEqual([await statusOf(owner), await statusOf(phone)], [200, 401]);
}

/** F-05. */
describe('a service whose disk is full', () => {
  it('refuses every change with 503, says of none that it was done, and recovers', async (test) => {
    const disk = smallDisk(test);
    if (disk === null) return test.skip('mounting a small disk takes the super-user');
    const home = await serviceHome(test, disk);
    const service = await home.start();
    const people = await signedIn(service);
    const free = fill(disk);
    await refusesChanges(service, people, 'store_unavailable');
    free();
    await servesAgain(service, people);
  });

  it('has not ended what it refused to end, also after a crash', async (test) => {
    const disk = smallDisk(test);
    if (disk === null) return test.skip('mounting a small disk takes the super-user');
    const home = await serviceHome(test, disk);
    const service = await home.start();
    const people = await signedIn(service);
    const free = fill(disk);
    await refusesChanges(service, people, 'store_unavailable');
    await service.end('SIGKILL');
    free();
    const next = await home.start();
    assert.deepEqual([await statusOf(people.owner), await statusOf(people.phone)], [200, 200]);
    await servesAgain(next, people);
  });
});

/** F-09, F-11. */
describe('a service that may not write', () => {
  it('does not promise a result it cannot know, and recovers', async (test) => {
    const isMissing = process.platform !== 'linux' || !commandWorks('prlimit', '--version');
    if (isMissing) return test.skip('the limit is set with prlimit');
    const service = await (await serviceHome(test)).start();
    const people = await signedIn(service);
    const limit = (bytes: string) =>
      commandWorks('prlimit', '--pid', String(service.pid), `--fsize=${bytes}:`);
    assert.ok(limit('4096'));
    await refusesChanges(service, people, 'outcome_unknown');
    assert.ok(limit('unlimited'));
    await servesAgain(service, people);
  });

  it('waits a moment for another program that holds the database, then refuses, and recovers', async (test) => {
    const home = await serviceHome(test);
    const service = await home.start();
    const people = await signedIn(service);
    const other = new DatabaseSync(home.databasePath);
    other.exec('begin immediate');
    await refusesChanges(service, people, 'store_unavailable');
    other.exec('rollback');
    other.close();
    await servesAgain(service, people);
  });
});

/** Turns every byte of the files over; again, and they are as before. */
function turnOver(paths: readonly string[]): void {
  for (const path of paths) {
    const file = openSync(path, 'r+');
    writeSync(
      file,
      readFileSync(path).map((byte) => byte ^ 0xff),
      0,
      null,
      0,
    );
    closeSync(file);
  }
}

describe('a service whose file is damaged while it runs', () => {
  it('lets in who is in memory, refuses all others with 503, and recovers with the file', async (test) => {
    const home = await serviceHome(test);
    const service = await home.start();
    const { owner, phone, phoneId } = await signedIn(service);
    assert.equal(await statusOf(owner), 200);
    // Signed in and never seen since: to be read from the file.
    const laptop = service.client();
    await laptop.signIn();
    const isLetIn = async (client: ApiClient) => (await client.send('HEAD', '/api/stream')).status;
    const files = [home.databasePath, `${home.databasePath}-wal`];
    turnOver(files);
    assert.deepEqual([await isLetIn(owner), await isLetIn(phone), await isLetIn(laptop)], [200, 200, 503]);
    assert.deepEqual(await Promise.all([owner, phone, laptop].map(statusOf)), [503, 503, 503]);
    assert.equal((await service.client().send('GET', '/readyz')).status, 503);
    turnOver(files);
    await servesAgain(service, { owner, phone, phoneId });
    assert.equal(await statusOf(laptop), 200);
  });
});

/** A database that was used and closed in order. */
async function usedHome(test: TestContext, folder?: string): Promise<ServiceHome> {
  const home = await serviceHome(test, folder);
  const service = await home.start();
  await signedIn(service);
  await service.end('SIGTERM');
  return home;
}

async function refusesToStart(home: ServiceHome, why: RegExp): Promise<void> {
  const service = home.launch();
  assert.deepEqual(await service.exited, { code: 1, signal: null });
  assert.match(service.errors, /^Rollcall did not start\. [^\n]+\.\n$/);
  assert.match(service.errors, why);
  assert.equal(service.output, '');
}

/** F-07. */
describe('a service whose file is not as it was left', () => {
  const damages: Readonly<Record<string, (path: string) => void>> = {
    'that was turned into something else': (path) => writeFileSync(path, 'Not a database. '.repeat(1000)),
    'whose every byte is wrong': (path) => turnOver([path]),
    'that lost its second half': (path) => truncateSync(path, statSync(path).size / 2),
    'whose catalogue is damaged': (path) => {
      const bytes = readFileSync(path);
      writeFileSync(path, bytes.fill(0x5a, 100, 2000));
    },
  };
  it('refuses to start on a damaged file, and starts on the copy put back', async (test) => {
    const home = await usedHome(test);
    const copy = readFileSync(home.databasePath);
    for (const [name, damage] of Object.entries(damages)) {
      damage(home.databasePath);
      test.diagnostic(`a file ${name}`);
      await refusesToStart(home, /damaged or is not a database; restore it from a backup/);
      writeFileSync(home.databasePath, copy);
    }
    await home.start();
  });

  it('refuses to start on a file it may not write', async (test) => {
    const disk = isRoot ? smallDisk(test) : undefined;
    // The super-user may write any file, but not to a disk that is mounted for reading.
    if (disk === null) return test.skip('mounting a small disk takes the super-user');
    const home = await usedHome(test, disk);
    if (disk === undefined) chmodSync(home.databasePath, 0o400);
    else assert.ok(commandWorks('mount', '-o', 'remount,ro', disk));
    await refusesToStart(home, /rollcall\.db and its folder must be writable/);
  });
});
