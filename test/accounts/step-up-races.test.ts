import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Accounts } from '../../src/accounts/accounts.ts';
import { createPasswordHasher } from '../../src/accounts/password-hash.ts';
import { createPasswordJudge } from '../../src/accounts/password-rules.ts';
import { createVault } from '../../src/accounts/vault.ts';
import type { SessionRecord } from '../../src/engine/session.ts';
import { createLaboratory } from '../laboratory.ts';
import { codeAt, email, network, password, signedIn, strangerContext } from './accounts-laboratory.ts';

const request = { origin: strangerContext().origin, network };
const newPassword = 'copper meadow thirteen owls';

/** Accounts on which something happens after a password was found right and before the answer is decided. */
async function interrupted(
  between: (accounts: Accounts, other: SessionRecord, now: number) => Promise<unknown>,
): Promise<unknown> {
  const { sessions, store, clock, random } = createLaboratory();
  const hasher = createPasswordHasher({ random });
  const pending: (() => Promise<unknown>)[] = [];
  const accounts = new Accounts({
    ...{ sessions, store, clock, random, judge: createPasswordJudge(), issuer: 'Rollcall' },
    vault: createVault({ key: random.bytes(32), random }),
    hasher: {
      ...hasher,
      verify: async (hash, text) => {
        const isRight = await hasher.verify(hash, text);
        await pending.shift()?.();
        return isRight;
      },
    },
  });
  const person = { ...strangerContext(), email, password };
  const here = signedIn(await accounts.signUp({ ...person, name: null }, network));
  const there = signedIn(await accounts.signIn({ ...person, persistence: 'browser' }, network));
  pending.push(() => between(accounts, there.session, clock.now()));
  return accounts.stepUp(here.session, { password }, request);
}

describe('a step-up by password', () => {
  test('is refused when the password was changed on another device while it was checked', async () => {
    const answer = await interrupted((accounts, other) =>
      accounts.changePassword(
        other,
        { currentPassword: password, newPassword, revokeOthers: false },
        request,
      ),
    );
    assert.deepEqual(answer, { status: 'refused', code: 'invalid_credentials' });
  });

  test('gives no session back when two-factor was turned on elsewhere while it was checked', async () => {
    const answer = await interrupted(async (accounts, other, now) => {
      const started = await accounts.startTotp(other);
      assert.ok(started.status === 'started');
      const confirmed = await accounts.confirmTotp(other, codeAt(started.key, now));
      assert.equal(confirmed.status, 'confirmed');
    });
    assert.deepEqual(answer, { status: 'refused', code: 'step_up_required' });
  });
});
