import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { FixedClock } from '../laboratory.ts';
import { ownerPassword, type RunningService, startTestService } from '../running-service.ts';
import { assertAlive, assertDead, freshEmail, list, newVictim, part, text, tokenOf } from './attacker.ts';
import { type Recording, recordRun } from './recorded-run.ts';
import { findSecrets, formsOf } from './secret-scanner.ts';

const clock = new FixedClock();
let service: RunningService;
let recording: Recording;
before(async () => {
  service = await startTestService({ clock });
  recording = await recordRun(service, clock);
});
after(() => service.stop());

/** Copies the data folder as a thief or a backup would, in another process: closing a file here would drop its locks. */
function copyOfData(): string {
  const copy = mkdtempSync(join(tmpdir(), 'rollcall-copy-'));
  const program = 'require("fs").cpSync(process.argv[1], process.argv[2], { recursive: true })';
  execFileSync(process.execPath, ['-e', program, service.folder, copy]);
  return copy;
}

/** Every value of every row. */
function valuesOf(folder: string): readonly unknown[] {
  const database = new DatabaseSync(join(folder, 'rollcall.db'));
  const tables = database.prepare("select name from sqlite_schema where type = 'table'").all();
  const rows = tables.flatMap(({ name }) => database.prepare(`select * from "${String(name)}"`).all());
  database.close();
  return rows.flatMap((row) => Object.values(row));
}

function within<T>(folder: string, look: (folder: string) => T): T {
  try {
    return look(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('R-025: the run issued what it is searched for', () => {
  const kinds = [...recording.secrets.values()].map(({ name }) => name);
  const countOf = (kind: string) => kinds.filter((each) => each === kind).length;
  assert.ok(countOf('a token') >= 20, `${countOf('a token')} tokens`);
  assert.equal(countOf('a recovery code'), 20);
  assert.equal(countOf('a TOTP key'), 1);
  assert.equal(countOf('a passphrase'), 1);
  assert.equal(countOf('a password'), 6);
  assert.ok(recording.answers.length > 40 && service.logLines.length > 15);
  const heard = recording.answers.find(({ name }) => name === 'the event stream');
  assert.match(heard?.content ?? '', /session\.established[\s\S]*session\.terminated/);
});

test('R-025: no answer, page, event or header holds a secret, but for the one that hands it out', () => {
  const found = recording.answers.flatMap(({ name, content, issued }) => {
    const others = [...recording.secrets.values()].filter(({ value }) => !issued.includes(value));
    return findSecrets(others, content).map((what) => `${name}: ${what}`);
  });
  assert.deepEqual(found, []);
});

test('R-025: no line of the log holds a secret', () => {
  const found = service.logLines.flatMap((line) =>
    findSecrets(recording.secrets.values(), line).map((what) => `${what}: ${line.slice(0, 200)}`),
  );
  assert.deepEqual(found, []);
});

test('R-025: a copy of the database holds no secret, in no row and in no byte of its files', () => {
  within(copyOfData(), (folder) => {
    for (const file of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, file)).toString('latin1');
      assert.deepEqual(findSecrets(recording.secrets.values(), bytes), [], file);
    }
    const rows = valuesOf(folder).map(String).join('\n');
    assert.ok(rows.length > 10_000);
    assert.deepEqual(findSecrets(recording.secrets.values(), rows), []);
  });
});

test('R-025: what is searched for is found: each secret in each form, in a row, an answer and a line of the log', () => {
  for (const secret of recording.secrets.values())
    for (const [form, planted] of formsOf(secret))
      assert.equal(findSecrets([secret], `…${planted}…`).length, 1, `${secret.name} in ${form}`);
  const [token] = [...recording.secrets.values()];
  assert.ok(token);
  for (const padding of ['', 'a', 'ab', 'abc']) {
    const inside: Buffer = Buffer.from(`${padding}${token.value}${padding}`);
    for (const encoding of ['base64', 'base64url', 'hex'] as const)
      assert.equal(
        findSecrets([token], inside.toString(encoding)).length,
        1,
        `${encoding} after "${padding}"`,
      );
  }
  within(copyOfData(), (folder) => {
    const database = new DatabaseSync(join(folder, 'rollcall.db'));
    database.exec(`update devices set label = '${Buffer.from(token.value).toString('base64')}'`);
    database.close();
    assert.equal(findSecrets([token], valuesOf(folder).map(String).join('\n')).length, 1);
  });
});

/** Every text in the rows, those inside JSON too. */
function textsOf(values: readonly unknown[]): readonly string[] {
  const texts = values.filter((value) => typeof value === 'string');
  const inner = texts.flatMap((each) => [...each.matchAll(/"([^"]+)"/g)].map(([, word = '']) => word));
  return [...new Set([...texts, ...inner])].filter((each) => each.length < 2000);
}

test('R-025: nothing that stands in a copy of the database signs in, as it is or dressed as a token', async () => {
  const texts = textsOf(within(copyOfData(), valuesOf));
  const ids = texts.filter((each) => /^[0-9a-hjkmnp-tv-z]{26}$/.test(each));
  const digests = texts.filter((each) => /^[\w-]{43}$/.test(each));
  assert.ok(ids.length > 20 && digests.length > 20);
  const dressed = digests.map((digest, index) => {
    const head = `rc1_${ids[index % ids.length]}.${digest}`;
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32(head));
    return head + checksum.toString('base64url');
  });
  for (const each of [...texts.filter((value) => /^[\w.~+/-]+=*$/.test(value)), ...dressed]) {
    const bearer = { authorization: `Bearer ${each}` };
    const answer = await service.client().send('GET', '/api/session', undefined, bearer);
    assert.ok(answer.status === 401, `${each}: ${answer.status}`);
  }
});

test("R-025: a session's own digest in place of its secret is refused", async () => {
  const victim = await newVictim(service);
  const digest = within(copyOfData(), (folder) => {
    const database = new DatabaseSync(join(folder, 'rollcall.db'));
    const row = database.prepare('select digest from sessions where id = ?').get(victim.sessionId);
    database.close();
    return String(row?.['digest']);
  });
  const head = `rc1_${victim.sessionId}.${digest}`;
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(head));
  await assertDead(service, head + checksum.toString('base64url'));
  await assertAlive(service, tokenOf(victim.client));
});

test('R-113: stored keys are sealed with a secret that is not in the database', () => {
  within(copyOfData(), (folder) => {
    const database = new DatabaseSync(join(folder, 'rollcall.db'));
    const rows = database.prepare('select sealed_key from totp').all();
    database.close();
    assert.ok(rows.length > 0);
    for (const row of rows) assert.match(String(row['sealed_key']), /^v1\.[\w-]{8}\.[\w-]{64,}$/);
    const secret = readFileSync(join(folder, 'secret'), 'utf8').trim();
    const instance = { name: 'the instance secret', value: secret, bytes: Buffer.from(secret, 'base64url') };
    for (const file of readdirSync(folder).filter((name) => name !== 'secret'))
      assert.deepEqual(
        findSecrets([instance], readFileSync(join(folder, file)).toString('latin1')),
        [],
        file,
      );
  });
});

const payloads = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'-alert(1)-'",
  '</title><svg onload=alert(1)>',
  '{{constructor.constructor("alert(1)")()}}',
  `$${'{alert(1)}'}`,
  '<!--<a href="javascript:alert(1)">',
  '=HYPERLINK("https://evil.example")',
  'https://evil.example/sign-in',
];

test('R-141: what users and clients send is kept and given as data, in JSON alone', async () => {
  for (const payload of payloads) {
    const victim = await newVictim(service, {
      'user-agent': payload,
      'sec-ch-ua-model': `"${payload}"`,
      'accept-language': payload,
    });
    const label = await victim.client.send('PATCH', `/api/devices/${victim.deviceId}`, { label: payload });
    assert.equal(label.status, 200, label.text);
    const answer = await victim.client.send('GET', '/api/sessions');
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json;/);
    const [session = {}] = list(answer.body, 'sessions');
    const device = part(session, 'device');
    assert.deepEqual([device['label'], session['userAgent']], [payload, payload]);
    assert.match(text(device, 'name'), /^[\w ,.()+-]+$/, 'the name is made of listed words');
    const fields = JSON.stringify([device['browser'], device['os'], device['vendor'], device['model']]);
    assert.doesNotMatch(fields, /[<>{}=$]script|onerror|https:/);
  }
});

test('R-141: the name of an account is kept as data too, and appears in no page', async () => {
  for (const name of payloads) {
    const client = service.client();
    const body = { email: freshEmail(), password: ownerPassword, name };
    const signedUp = await client.send('POST', '/api/sign-up', body);
    assert.equal(signedUp.status, 201, signedUp.text);
    assert.equal(part(signedUp.body, 'user')['name'], name);
    for (const page of ['/account/sessions', '/nothing', `/nothing/${encodeURIComponent(name)}`])
      assert.ok(!(await client.send('GET', page)).text.includes(name), page);
  }
});

test('R-141: no template of the pages writes markup from text', () => {
  const root = join(import.meta.dirname, '../../src');
  const sinks =
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|unsafeHTML|unsafeSVG|unsafeStatic|srcdoc|createContextualFragment|setHTMLUnsafe/;
  const found = ['ui', 'client'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && sinks.test(readFileSync(join(root, folder, name), 'utf8')))
      .map((name) => `${folder}/${name}`),
  );
  assert.deepEqual(found, []);
});
