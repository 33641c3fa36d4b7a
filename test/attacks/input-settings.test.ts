import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemRandom } from '../../src/engine/system.ts';
import { RollcallError } from '../../src/errors.ts';
import { loadSecret } from '../../src/server/secret.ts';
import { startService } from '../../src/server/service.ts';
import { type Environment, readSettings } from '../../src/server/settings.ts';
import { freePort } from '../running-service.ts';
import { rawRequest, sendRaw } from './raw-request.ts';
import { startProcess } from './server-process.ts';

const root = mkdtempSync(join(tmpdir(), 'rollcall-settings-'));
after(() => rmSync(root, { recursive: true, force: true }));

const wrong: readonly (readonly [Environment, string])[] = [
  ...[
    '0',
    '-1',
    '65536',
    '99999',
    '3000.5',
    '3e3',
    '0x10',
    'http',
    '3000;3001',
    '３０００',
    '1'.repeat(400),
  ].map((PORT) => [{ PORT }, 'PORT'] as const),
  ...['a b', 'x/y', 'http://x', '127.0.0.1,::1', '$(id)', 'a\nb', '*'].map(
    (HOST) => [{ HOST }, 'HOST'] as const,
  ),
  ...[
    'localhost',
    'accounts.example.com',
    '//accounts.example.com',
    'ftp://accounts.example.com',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'http://accounts.example.com',
    'http://0.0.0.0:3000',
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
    'http://10.0.0.1',
    'https://user@accounts.example.com',
    'https://user:pass@accounts.example.com',
    'https://accounts.example.com/path',
    'https://accounts.example.com/?x=1',
    'https://accounts.example.com/#x',
    'https://',
    'https://a b',
    'https://accounts.example.com:99999',
  ].map((url) => [{ ROLLCALL_PUBLIC_URL: url }, 'ROLLCALL_PUBLIC_URL'] as const),
  ...[
    'postgres:x',
    'postgres://',
    'postgres://localhost',
    'postgres://localhost/x?sslmod=require',
    'mysql://x',
    './data/x.db',
    'sqlite',
    'sqlite:',
    'sqlite::memory:',
    'file:x.db',
  ].map((url) => [{ ROLLCALL_DATABASE_URL: url }, 'ROLLCALL_DATABASE_URL'] as const),
  ...[
    '*',
    'all',
    'true',
    '0.0.0.0/0',
    '::/0',
    '::ffff:0.0.0.0/0',
    '10.0.0.0/8, ::/0',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0',
    '010.0.0.1',
    '0x7f.0.0.1',
    '256.0.0.1',
    'proxy.example',
    '[::1]',
    'fe80::1%eth0',
    '10.0.0.1:80',
  ].map((list) => [{ ROLLCALL_TRUSTED_PROXIES: list }, 'ROLLCALL_TRUSTED_PROXIES'] as const),
  ...['mail.example', 'http://mail.example', 'smtp', '25'].map(
    (url) => [{ ROLLCALL_SMTP_URL: url }, 'ROLLCALL_SMTP_URL'] as const,
  ),
  ...['ROLLCALL_PUBLIC_UR', 'ROLLCALL_SECRET', 'ROLLCALL_', 'ROLLCALL_DATABASE', 'ROLLCALL_TRUST_ALL'].map(
    (name) => [{ [name]: 'x' }, name] as const,
  ),
];

for (const [environment, name] of wrong) {
  test(`X-40: the setting ${JSON.stringify(environment).slice(0, 70)} is refused by name`, () => {
    assert.throws(
      () => readSettings(environment),
      (error: unknown) => {
        assert.ok(error instanceof RollcallError);
        assert.equal(error.code, 'invalid_setting');
        assert.match(error.message, new RegExp(`^${name}\\b.*\\.$`));
        assert.doesNotMatch(error.message, /\n|undefined|\[object/);
        assert.ok(error.message.length < 200);
        return true;
      },
    );
  });
}

test('X-40: without settings, with empty ones and with odd but sound ones it starts on the defaults', () => {
  const names = [
    'PORT',
    'HOST',
    'ROLLCALL_PUBLIC_URL',
    'ROLLCALL_DATABASE_URL',
    'ROLLCALL_TRUSTED_PROXIES',
    'ROLLCALL_SECRET_FILE',
    'ROLLCALL_SMTP_URL',
  ];
  const plain = readSettings({});
  assert.deepEqual(
    [plain.port, plain.host, plain.publicUrl.href, plain.database, plain.trustedProxies, plain.secretFile],
    [
      3000,
      '127.0.0.1',
      'http://localhost:3000/',
      { kind: 'sqlite', path: './data/rollcall.db' },
      [],
      'data/secret',
    ],
  );
  assert.deepEqual(readSettings(Object.fromEntries(names.map((name) => [name, '']))), plain);
  assert.deepEqual(readSettings(Object.fromEntries(names.map((name) => [name, ' \t']))), plain);
  assert.deepEqual(readSettings({ ROLLCALL_TRUSTED_PROXIES: ' , ,' }).trustedProxies, []);
  assert.equal(readSettings({ HOST: '[::1]' }).host, '::1');
});

test('X-40: what is not its own it does not read', () => {
  const environment = { DATABASE_URL: 'x', SECRET: 'x', NODE_ENV: 'x', HTTP_PROXY: 'x' };
  assert.deepEqual(readSettings(environment), readSettings({}));
});

/** A folder of its own with what a start needs, and something in the way. */
function prepare(name: string): { readonly folder: string; readonly file: string } {
  const folder = join(root, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'file'), 'not what was asked for\n');
  return { folder, file: join(folder, 'file') };
}

/** That a start ends by itself with 1 and says one sentence that begins with the setting's name. */
async function assertRefusedStart(
  folder: string,
  environment: Readonly<Record<string, string>>,
  sentence: RegExp,
): Promise<void> {
  const started = startProcess(folder, { PORT: String(await freePort()), ...environment });
  const code = await started.ended;
  assert.equal(code, 1, started.stderr());
  assert.equal(started.stdout(), '');
  assert.match(started.stderr(), /^Rollcall did not start\. [^\n]+\.\n$/);
  assert.match(started.stderr(), sentence);
  assert.doesNotMatch(started.stderr(), /\bat .+:\d+|node_modules|\{/);
}

test('X-40: a wrong setting stops the start before anything is made', async () => {
  const { folder } = prepare('wrong');
  await assertRefusedStart(
    folder,
    { ROLLCALL_PUBLIC_URL: 'http://accounts.example.com' },
    /ROLLCALL_PUBLIC_URL/,
  );
  assert.equal(existsSync(join(folder, 'data')), false);
});

test('X-40: a wrong setting in the .env file stops the start the same way', async () => {
  const { folder } = prepare('env-file');
  writeFileSync(join(folder, '.env'), 'ROLLCALL_TRUSTED_PROXIES=0.0.0.0/0\n');
  await assertRefusedStart(folder, {}, /ROLLCALL_TRUSTED_PROXIES/);
});

test('X-40: a port that is taken stops the start, and the process ends', async () => {
  const { folder } = prepare('taken');
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await assertRefusedStart(folder, { PORT: String(port) }, /PORT: 127\.0\.0\.1:\d+ can't be listened on/);
  holder.close();
});

/** Starts the service in this process, with settings that must be refused. */
async function start(folder: string, environment: Environment): Promise<unknown> {
  const settings = readSettings({
    PORT: String(await freePort()),
    ROLLCALL_DATABASE_URL: `sqlite:${folder}/rollcall.db`,
    ROLLCALL_SECRET_FILE: join(folder, 'secret'),
    ...environment,
  });
  return startService(settings, { info: () => {}, warn: () => {}, error: () => {} });
}

test('X-40: an address that is not this machine’s stops the start under its own name', async () => {
  const { folder } = prepare('elsewhere');
  const sentence = /^HOST: 192\.0\.2\.1:\d+ can't be listened on/;
  await assert.rejects(start(folder, { HOST: '192.0.2.1' }), { code: 'invalid_setting', message: sentence });
});

test('X-40: a database that cannot be made, or is none, stops the start', async () => {
  const { folder, file } = prepare('database');
  const below = { ROLLCALL_DATABASE_URL: `sqlite:${file}/x.db` };
  await assertRefusedStart(folder, below, /ROLLCALL_DATABASE_URL.*writable/);
  const message = /^ROLLCALL_DATABASE_URL: .*not a database/;
  await assert.rejects(start(folder, { ROLLCALL_DATABASE_URL: `sqlite:${file}` }), { message });
});

function settingError(sentence: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof RollcallError && error.code === 'invalid_setting' && sentence.test(error.message);
}

test('X-40: a secret that cannot be read or made stops the start', async () => {
  const { folder, file } = prepare('secret');
  await assertRefusedStart(folder, { ROLLCALL_SECRET_FILE: `${file}/secret` }, /ROLLCALL_SECRET_FILE/);
  await assert.rejects(
    loadSecret(folder, systemRandom),
    settingError(/^ROLLCALL_SECRET_FILE: .* can't be read/),
  );
  const inAFile = loadSecret(join(file, 'secret'), systemRandom);
  await assert.rejects(inAFile, settingError(/^ROLLCALL_SECRET_FILE: .* can't be/));
});

test('X-40: a secret that is none, was typed or is open to all is refused, and left as it is', async () => {
  const { file } = prepare('typed');
  const typed = Buffer.alloc(32, 'secret').toString('base64url');
  for (const content of ['', 'changeme', 'A'.repeat(43), typed, 'x'.repeat(1_000_000)]) {
    writeFileSync(file, content);
    chmodSync(file, 0o600);
    await assert.rejects(
      loadSecret(file, systemRandom),
      settingError(/^ROLLCALL_SECRET_FILE: .* does not hold/),
    );
    assert.equal(readFileSync(file, 'utf8'), content);
  }
  writeFileSync(file, Buffer.from(systemRandom.bytes(32)).toString('base64url'));
  chmodSync(file, 0o644);
  await assert.rejects(loadSecret(file, systemRandom), settingError(/^ROLLCALL_SECRET_FILE: .* mode 600/));
  chmodSync(file, 0o600);
  assert.equal((await loadSecret(file, systemRandom)).keyFor('x').length, 32);
});

test('X-23: the log of a running service stays one JSON object a line under forged input, and holds no token', async () => {
  const { folder } = prepare('log');
  const port = await freePort();
  const server = startProcess(folder, { PORT: String(port) });
  await server.started;
  const token = `rc1_${'0'.repeat(26)}.${'a'.repeat(49)}`;
  const forged = '%0d%0a{"level":"error","code":"forged"}%1b[31m%e2%80%a8';
  for (const bytes of [
    rawRequest(port, `GET /api/${forged}`),
    rawRequest(port, `GET /api/session?x=${token}`),
    rawRequest(port, 'GET /', ['Host: a b"}\x1b{"code":"forged"}']),
    rawRequest(port, `GET /${'x'.repeat(5_000)}`, [`Host: ${token}`]),
    rawRequest(port, `GET /api/${token}`, ['User-Agent: {"code":"forged"}', `Cookie: rollcall=${token}`]),
    'junk\x1b[31m\r\n\r\n',
  ]) {
    assert.ok((await sendRaw(port, bytes)).status >= 400);
  }
  assert.equal(await server.stop(), 0);
  const lines = server.stderr().split('\n').slice(0, -1);
  assert.ok(lines.length >= 3, server.stderr());
  for (const line of lines) {
    const facts = JSON.parse(line) as Readonly<Record<string, unknown>>;
    assert.notEqual(facts['code'], 'forged');
    assert.doesNotMatch(line, /\p{Cc}|\p{Zl}/u);
    assert.ok(!line.includes(token), line);
    assert.ok(line.length < 4_000, line);
  }
});
