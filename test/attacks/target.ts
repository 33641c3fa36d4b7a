import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after } from 'node:test';
import { catalogue, type ErrorCode } from '../../src/errors.ts';
import { type ApiClient, type RunningService, startTestService } from '../running-service.ts';

/** A running service under attack, with one owner signed in. */
export interface Target {
  readonly service: RunningService;
  readonly port: number;
  readonly owner: ApiClient;
  /** The owner's `Cookie` header. */
  readonly cookie: string;
  /** The owner's token alone. */
  readonly token: string;
  /** A digest of every row, throttles and the time of last activity aside. */
  state(...without: readonly string[]): string;
}

/** Starts a service for one test file and stops it after the file's tests. */
export async function startTarget(options: Parameters<typeof startTestService>[0] = {}): Promise<Target> {
  const service = await startTestService(options);
  after(() => service.stop());
  const owner = service.client();
  assert.equal((await owner.signUp()).status, 201);
  const cookie = [...owner.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return {
    service,
    port: service.port,
    owner,
    cookie,
    token: owner.cookies.get('rollcall') ?? '',
    state: (...without) => stateOf(join(service.folder, 'rollcall.db'), without),
  };
}

/** What any way of sending gives back. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** No answer to bad input may take longer, on a machine that does other things beside. */
const slowestMs = 5_000;
const insides = /\bat .+:\d+:\d+|node_modules|\.ts\b|sqlite|SQLITE|constraint|Error:/;

/** That an answer is a refusal as every refusal is: a problem document of the catalogue, without insides or echo. */
export function assertProblem(answer: Answered, expected: ErrorCode, echo?: string): void {
  const { status, headers, text, body } = answer;
  assert.deepEqual([status, body['code']], [catalogue[expected].status, expected], text.slice(0, 300));
  assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.equal(body['status'], status);
  assert.match(String(body['title']), /^[A-Z].+\.$/);
  assert.match(String(body['remedy']), /^[A-Z].+\.$/);
  assert.equal(body['requestId'] ?? null, headers.get('rollcall-request-id'));
  assert.doesNotMatch(text, insides);
  if (echo !== undefined && echo.length > 8) assert.ok(!text.includes(echo), 'the refused value is repeated');
}

/** Any refusal of the 4xx kind. */
export function assertRefused(answer: Answered): void {
  assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${answer.text.slice(0, 300)}`);
  const code = String(answer.body['code']);
  assert.ok(code in catalogue, answer.text.slice(0, 300));
  assertProblem(answer, code as ErrorCode);
}

/** Runs an attack and shows that it was answered in time, changed no row, and left the owner signed in. */
export async function withoutEffect(
  target: Target,
  attack: () => Promise<void>,
  ...without: readonly string[]
): Promise<void> {
  const before = target.state(...without);
  await attack();
  assert.equal(target.state(...without), before, 'a row changed');
  const alive = await target.service.client({ cookie: target.cookie }).send('GET', '/api/session');
  assert.equal(alive.status, 200, 'the owner is still signed in');
}

/** The answer, which must come in time. */
export async function inTime<Answer>(answer: Promise<Answer>): Promise<Answer> {
  const startedAt = performance.now();
  const given = await answer;
  const took = performance.now() - startedAt;
  assert.ok(took < slowestMs, `took ${Math.round(took)} ms`);
  return given;
}

function stateOf(path: string, without: readonly string[]): string {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const tables = database
      .prepare("select name from sqlite_schema where type = 'table' order by name")
      .all();
    const rows = tables
      .map(({ name }) => String(name))
      .filter((name) => name !== 'throttles' && !without.includes(name))
      .map((name) => [name, database.prepare(`select * from "${name}"`).all()] as const);
    return hash(
      'sha256',
      JSON.stringify(rows, (key, value) => (key === 'last_active_at' ? 0 : value)),
    );
  } finally {
    database.close();
  }
}
