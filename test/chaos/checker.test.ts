import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { Checker, type Violation } from './checker.ts';
import type { Act, Operation, Outcome, Token } from './history.ts';

let checker: Checker;
let now: number;
let number: number;

beforeEach(() => {
  checker = new Checker();
  now = 0;
  number = 0;
});

/** The clock goes on with everything that happens. */
function tick(): number {
  now += 1;
  return now;
}

function begin(act: Act): Operation {
  number += 1;
  const operation = { number, account: 1, node: 0, act, startedAt: tick() };
  checker.begun(operation);
  return operation;
}

const statuses: Readonly<Record<Outcome, number>> = { done: 200, refused: 401, unavailable: 503, unknown: 0 };

function end(operation: Operation, outcome: Outcome = 'done', issued: Token | null = null): Violation | null {
  const code = outcome === 'refused' ? 'no_active_session' : '';
  return checker.ended({ operation, endedAt: tick(), outcome, status: statuses[outcome], code, issued });
}

function tokenOf(session: number, version = 1): Token {
  return { session: { number: session, id: `id-${session}` }, version, text: '' };
}

function signIn(session: number): Token {
  const token = tokenOf(session);
  end(begin({ kind: 'sign-in' }), 'done', token);
  return token;
}

function use(token: Token, outcome: Outcome = 'done'): Violation | null {
  return end(begin({ kind: 'use', token, path: '' }), outcome);
}

describe('a history of requests', () => {
  it('is faultless while nothing has ended', () => {
    const token = signIn(1);
    assert.deepEqual([use(token), use(token, 'unavailable'), use(token, 'unknown')], [null, null, null]);
  });

  it('must not hold a request accepted that began after the acknowledgement', () => {
    const [token, other] = [signIn(1), signIn(2)];
    end(begin({ kind: 'revoke', token: other, target: token.session }));
    assert.equal(use(token)?.kind, 'accepted');
    assert.equal(use(other), null);
  });

  it('may hold one accepted that began before the acknowledgement, however late its answer', () => {
    const token = signIn(1);
    const early = begin({ kind: 'use', token, path: '' });
    end(begin({ kind: 'sign-out', token }));
    assert.equal(end(early), null);
  });

  it('takes no other answer than done for an acknowledgement', () => {
    const [token, other] = [signIn(1), signIn(2)];
    for (const outcome of ['unknown', 'unavailable', 'refused'] as const)
      end(begin({ kind: 'revoke', token: other, target: token.session }), outcome);
    assert.equal(use(token), null);
  });

  it('counts from the earliest acknowledgement, and lets no later answer excuse anything', () => {
    const [token, other] = [signIn(1), signIn(2)];
    end(begin({ kind: 'revoke', token: other, target: token.session }));
    end(begin({ kind: 'revoke', token: other, target: token.session }), 'unknown');
    assert.equal(use(token)?.kind, 'accepted');
  });

  it('takes a change that was asked with an ended session for accepted, too', () => {
    const [token, other] = [signIn(1), signIn(2)];
    end(begin({ kind: 'sign-out', token }));
    assert.equal(end(begin({ kind: 'revoke', token, target: other.session }))?.kind, 'accepted');
  });

  it('ends with all others every session that was answered for before, and none that was not', () => {
    const [asker, older] = [signIn(1), signIn(2)];
    const signingIn = begin({ kind: 'sign-in' });
    const sweep = begin({ kind: 'revoke-others', token: asker });
    const younger = tokenOf(3);
    end(signingIn, 'done', younger);
    end(sweep);
    assert.equal(use(older)?.kind, 'accepted');
    assert.deepEqual([use(asker), use(younger), use(younger, 'refused')], [null, null, null]);
  });

  it('ends with a rotation the old secret alone', () => {
    const old = signIn(1);
    const fresh = tokenOf(1, 2);
    end(begin({ kind: 'step-up', token: old }), 'done', fresh);
    assert.equal(use(old)?.kind, 'accepted');
    assert.equal(use(fresh), null);
  });

  it('ends with a session all its secrets', () => {
    const old = signIn(1);
    const fresh = tokenOf(1, 2);
    end(begin({ kind: 'step-up', token: old }), 'done', fresh);
    end(begin({ kind: 'sign-out', token: fresh }));
    assert.equal(use(fresh)?.kind, 'accepted');
  });

  it('must not hold a request refused for which nothing was ever asked that could be the cause', () => {
    const [token, other] = [signIn(1), signIn(2)];
    assert.equal(use(token, 'refused')?.kind, 'refused');
    end(begin({ kind: 'revoke', token: other, target: token.session }), 'unknown');
    assert.equal(use(token, 'refused'), null);
  });
});
