import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createClient } from '../../src/client/client.ts';
import { localProblem, problemFrom } from '../../src/client/problem.ts';

const document = {
  type: 'about:blank',
  title: 'This needs a recent proof that it is you.',
  status: 403,
  code: 'step_up_required',
  remedy: 'Prove it.',
  requestId: 'r-1',
  methods: ['totp', 'recovery-code', 'a-proof-of-tomorrow'],
};

describe('the mapping of problem documents', () => {
  it('keeps the code, the reference and the proofs it knows', () => {
    const problem = problemFrom(403, document, null);
    assert.equal(problem.code, 'step_up_required');
    assert.equal(problem.requestId, 'r-1');
    assert.deepEqual(problem.methods, ['totp', 'recovery-code']);
  });

  it('takes a code it does not know for something unexpected', () => {
    assert.equal(problemFrom(418, { ...document, code: 'toString' }, null).code, 'unexpected');
    assert.equal(problemFrom(418, { ...document, code: 'teapot' }, null).code, 'unexpected');
  });

  it('says so when the body is no problem document', () => {
    for (const body of [null, 'Bad gateway', 7, {}, { code: 9 }]) {
      assert.equal(problemFrom(502, body, null).code, 'unreadable_answer');
    }
  });

  it('reads Retry-After in seconds and nothing else', () => {
    const seconds = (header: string | null): number | null =>
      problemFrom(429, { ...document, code: 'too_many_attempts' }, header).retryAfterSeconds;
    assert.equal(seconds('42'), 42);
    assert.equal(seconds('0'), 0);
    assert.equal(seconds('Wed, 21 Oct 2026 07:28:00 GMT'), null);
    assert.equal(seconds('-1'), null);
    assert.equal(seconds(null), null);
  });

  it('keeps only field errors of the right shape', () => {
    const fields = [{ field: 'email', problem: 'Not an e-mail.' }, { field: 1 }, null];
    const problem = problemFrom(400, { ...document, code: 'invalid_request', fields }, null);
    assert.deepEqual(problem.fields, [{ field: 'email', problem: 'Not an e-mail.' }]);
  });
});

interface Seen {
  readonly url: string;
  readonly init: RequestInit;
}

function recording(respond: () => Response | Promise<Response>): { seen: Seen[]; fetch: typeof fetch } {
  const seen: Seen[] = [];
  return {
    seen,
    fetch: async (input, init) => {
      seen.push({ url: String(input), init: init ?? {} });
      return respond();
    },
  };
}

describe('the client', () => {
  it('answers with the value where there is one', async () => {
    const { fetch } = recording(() => Response.json({ revoked: 3 }));
    const answer = await createClient({ fetch }).revokeOtherSessions();
    assert.deepEqual(answer, { ok: true, value: { revoked: 3 } });
  });

  it('takes an empty 204 for done', async () => {
    const { fetch } = recording(() => new Response(null, { status: 204 }));
    assert.deepEqual(await createClient({ fetch }).signOut(), { ok: true, value: null });
  });

  it('answers with a problem when nobody can be reached, and tells its listener', async () => {
    const { fetch } = recording(() => Promise.reject(new TypeError('fetch failed')));
    const heard: string[] = [];
    const client = createClient({ fetch, onProblem: ({ code }) => heard.push(code) });
    assert.deepEqual(await client.account(), { ok: false, problem: localProblem('network_failed') });
    assert.deepEqual(heard, ['network_failed']);
  });

  it('tells a late answer from no connection', async () => {
    const late = (): Promise<Response> => Promise.reject(new DOMException('late', 'TimeoutError'));
    const answer = await createClient({ fetch: recording(late).fetch }).account();
    assert.equal(answer.ok ? null : answer.problem.code, 'timed_out');
  });

  it('does not take a page of a proxy for an answer', async () => {
    const { fetch } = recording(() => new Response('<html>', { status: 200 }));
    const answer = await createClient({ fetch }).listSessions();
    assert.equal(answer.ok ? null : answer.problem.code, 'unreadable_answer');
  });

  it('sends JSON with every unsafe method and never caches', async () => {
    const { fetch, seen } = recording(() => Response.json({}));
    const client = createClient({ fetch, baseUrl: 'https://id.example' });
    await client.revokeSession('a/b');
    await client.labelDevice('d', null);
    assert.deepEqual(
      seen.map(({ url, init }) => [url, init.method, init.body, init.cache]),
      [
        ['https://id.example/api/sessions/a%2Fb', 'DELETE', undefined, 'no-store'],
        ['https://id.example/api/devices/d', 'PATCH', '{"label":null}', 'no-store'],
      ],
    );
    for (const { init } of seen)
      assert.equal(new Headers(init.headers).get('content-type'), 'application/json');
  });

  it('sends the cursor of the history only when there is one', async () => {
    const { fetch, seen } = recording(() => Response.json({}));
    await createClient({ fetch }).history(null);
    await createClient({ fetch }).history('a&b');
    assert.deepEqual(
      seen.map(({ url }) => url),
      ['/api/history', '/api/history?cursor=a%26b'],
    );
  });
});
