import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SecondFactorInput } from '../../src/accounts/answers.ts';
import { assuranceOf } from '../../src/engine/session.ts';
import { hour, minute, second } from '../laboratory.ts';
import {
  type AccountsLaboratory,
  codeAt,
  createAccountsLaboratory,
  email,
  network,
  password,
  signedIn,
  strangerContext,
} from './accounts-laboratory.ts';

async function begin({ accounts }: AccountsLaboratory): Promise<string> {
  const answer = await accounts.signIn(
    { ...strangerContext(), email, password, persistence: 'persistent' },
    network,
  );
  if (answer.status !== 'second-factor-required') throw new Error(answer.status);
  return answer.pendingToken;
}

function complete(
  { accounts }: AccountsLaboratory,
  input: Omit<SecondFactorInput, 'origin' | 'deviceToken' | 'replaces'>,
) {
  return accounts.completeSignIn({ ...strangerContext(), ...input });
}

const request = { origin: strangerContext().origin, network };

describe('turning two-factor on', () => {
  test('needs a right code, gives ten codes, rotates the token and ends what never proved the factor', async () => {
    const laboratory = createAccountsLaboratory();
    const { accounts, sessions } = laboratory;
    const here = await laboratory.signUp();
    const there = await laboratory.signIn();
    const started = await accounts.startTotp(here.session);
    assert.ok(started.status === 'started' && started.qr.startsWith('data:image/svg+xml'));
    assert.deepEqual(await accounts.confirmTotp(here.session, '000000'), {
      status: 'refused',
      code: 'invalid_code',
    });
    assert.ok((await sessions.verify(there.token)).isActive);
    const code = codeAt(started.key, laboratory.clock.now());
    const confirmed = await accounts.confirmTotp(here.session, code);
    assert.ok(confirmed.status === 'confirmed');
    assert.equal(new Set(confirmed.recoveryCodes).size, 10);
    assert.equal(confirmed.revoked, 1);
    assert.deepEqual(await sessions.verify(there.token), {
      isActive: false,
      reason: 'second_factor_changed',
    });
    assert.equal((await sessions.verify(here.token)).isActive, false);
    const verified = await sessions.verify(confirmed.token);
    assert.ok(verified.isActive && assuranceOf(verified.session.proofs) === 'aal2');
  });

  test('makes a sign-in that was already being checked wait for the factor', async () => {
    const laboratory = createAccountsLaboratory();
    const { session } = await laboratory.signUp();
    const [, ...racing] = await Promise.all([
      laboratory.turnOnTwoFactor(session),
      ...Array.from({ length: 4 }, () =>
        laboratory.accounts.signIn(
          { ...strangerContext(), email, password, persistence: 'browser' },
          network,
        ),
      ),
    ]);
    for (const answer of racing) {
      if (answer.status === 'signed-in')
        assert.equal((await laboratory.sessions.verify(answer.token)).isActive, false);
    }
  });

  test('is refused while it is on, and an hour after it was begun', async () => {
    const laboratory = createAccountsLaboratory();
    const { session } = await laboratory.signUp();
    const started = await laboratory.accounts.startTotp(session);
    laboratory.clock.advance(hour);
    const late = await laboratory.accounts.confirmTotp(session, '123456');
    assert.ok(
      started.status === 'started' && late.status === 'refused' && late.code === 'no_pending_enrolment',
    );
    const factor = await laboratory.turnOnTwoFactor(session);
    const again = await laboratory.accounts.startTotp(factor.session);
    assert.ok(again.status === 'refused' && again.code === 'two_factor_on');
  });
});

describe('the second step of a sign-in', () => {
  test('is a session only after a right code, and remembers what the first step asked for', async () => {
    const laboratory = createAccountsLaboratory();
    const { session } = await laboratory.signUp();
    const factor = await laboratory.turnOnTwoFactor(session);
    laboratory.clock.advance(minute);
    const pendingToken = await begin(laboratory);
    assert.deepEqual(await laboratory.sessions.verify(pendingToken), {
      isActive: false,
      reason: 'malformed',
    });
    const wrong = await complete(laboratory, { pendingToken, method: 'totp', code: '000000' });
    assert.deepEqual(wrong, { status: 'refused', code: 'invalid_code' });
    const answer = signedIn(
      await complete(laboratory, { pendingToken, method: 'totp', code: factor.codeNow() }),
    );
    assert.equal(answer.session.persistence, 'persistent');
    assert.deepEqual(
      answer.session.proofs.map(({ method }) => method),
      ['pwd', 'otp'],
    );
    const replayed = await complete(laboratory, { pendingToken, method: 'totp', code: factor.codeNow() });
    assert.deepEqual(replayed, { status: 'refused', code: 'no_pending_sign_in' });
  });

  test('is over after ten minutes, ten wrong codes, or a change of password', async () => {
    const laboratory = createAccountsLaboratory();
    const { session } = await laboratory.signUp();
    const factor = await laboratory.turnOnTwoFactor(session);
    laboratory.clock.advance(minute);
    const late = await begin(laboratory);
    laboratory.clock.advance(10 * minute);
    const over = { status: 'refused', code: 'no_pending_sign_in' };
    assert.deepEqual(
      await complete(laboratory, { pendingToken: late, method: 'totp', code: factor.codeNow() }),
      over,
    );
    const guessed = await begin(laboratory);
    for (let guess = 0; guess < 10; guess += 1)
      await complete(laboratory, { pendingToken: guessed, method: 'totp', code: '000000' });
    laboratory.clock.advance(8 * minute);
    assert.deepEqual(
      await complete(laboratory, { pendingToken: guessed, method: 'totp', code: factor.codeNow() }),
      over,
    );
    const stale = await begin(laboratory);
    const change = {
      currentPassword: password,
      newPassword: 'copper meadow thirteen owls',
      revokeOthers: false,
    };
    await laboratory.accounts.stepUp(factor.session, { method: 'totp', code: factor.codeNow() }, request);
    const [current] = await laboratory.sessions.list(session.userId);
    if (current === undefined) throw new Error('no session');
    assert.equal(
      (await laboratory.accounts.changePassword(current.session, change, request)).status,
      'changed',
    );
    laboratory.clock.advance(minute);
    assert.deepEqual(
      await complete(laboratory, { pendingToken: stale, method: 'totp', code: factor.codeNow() }),
      over,
    );
  });

  test('takes the same authenticator code, offered 100 times at once, once', async () => {
    const laboratory = createAccountsLaboratory();
    const { session } = await laboratory.signUp();
    const factor = await laboratory.turnOnTwoFactor(session);
    laboratory.clock.advance(minute);
    const pending = await Promise.all(Array.from({ length: 100 }, () => begin(laboratory)));
    const code = factor.codeNow();
    const answers = await Promise.all(
      pending.map((pendingToken) => complete(laboratory, { pendingToken, method: 'totp', code })),
    );
    assert.equal(answers.filter(({ status }) => status === 'signed-in').length, 1);
  });

  test('takes the same recovery code, offered 100 times at once, once, and never again', async () => {
    const laboratory = createAccountsLaboratory();
    const { session, user } = await laboratory.signUp();
    const { recoveryCodes } = await laboratory.turnOnTwoFactor(session);
    const [code = ''] = recoveryCodes;
    const pending = await Promise.all(Array.from({ length: 100 }, () => begin(laboratory)));
    const answers = await Promise.all(
      pending.map((pendingToken) => complete(laboratory, { pendingToken, method: 'recovery-code', code })),
    );
    assert.equal(answers.filter(({ status }) => status === 'signed-in').length, 1);
    laboratory.clock.advance(hour);
    const again = await complete(laboratory, {
      pendingToken: await begin(laboratory),
      method: 'recovery-code',
      code,
    });
    assert.deepEqual(again, { status: 'refused', code: 'invalid_code' });
    assert.equal((await laboratory.accounts.summary(user.id))?.recoveryCodesLeft, 9);
  });

  test('does not take the code again that turned two-factor on, nor an old one after the clock stepped back', async () => {
    const laboratory = createAccountsLaboratory();
    const { session } = await laboratory.signUp();
    const factor = await laboratory.turnOnTwoFactor(session);
    const used = factor.codeNow();
    const pendingToken = await begin(laboratory);
    assert.equal(
      (await complete(laboratory, { pendingToken, method: 'totp', code: used })).status,
      'refused',
    );
    laboratory.clock.advance(-minute);
    assert.equal(
      (await complete(laboratory, { pendingToken, method: 'totp', code: factor.codeNow() })).status,
      'refused',
    );
  });

  test('stops guessing of codes across many pending sign-ins', async () => {
    const laboratory = createAccountsLaboratory();
    const { session } = await laboratory.signUp();
    await laboratory.turnOnTwoFactor(session);
    const codes: string[] = [];
    for (let guess = 0; guess < 12; guess += 1) {
      const answer = await complete(laboratory, {
        pendingToken: await begin(laboratory),
        method: 'totp',
        code: '000000',
      });
      if (answer.status === 'refused') codes.push(answer.code);
    }
    assert.deepEqual(codes, [...Array(10).fill('invalid_code'), 'too_many_attempts', 'too_many_attempts']);
  });
});

describe('turning two-factor off', () => {
  test('removes the factor and the recovery codes, and the password signs in again', async () => {
    const laboratory = createAccountsLaboratory();
    const { session, user } = await laboratory.signUp();
    const factor = await laboratory.turnOnTwoFactor(session);
    assert.deepEqual(await laboratory.accounts.removeTotp(factor.session), { status: 'removed' });
    assert.equal((await laboratory.accounts.summary(user.id))?.totpEnabledAt, null);
    await laboratory.signIn();
    const again = await laboratory.accounts.removeTotp(factor.session);
    assert.ok(again.status === 'refused' && again.code === 'two_factor_off');
  });
});

describe('step-up', () => {
  test('takes the password where there is no second factor, and rotates the token', async () => {
    const laboratory = createAccountsLaboratory();
    const { session, token } = await laboratory.signUp();
    laboratory.clock.advance(hour);
    const answer = await laboratory.accounts.stepUp(session, { password }, request);
    assert.ok(answer.status === 'stepped-up' && answer.session.authenticatedAt === laboratory.clock.now());
    assert.equal((await laboratory.sessions.verify(token)).isActive, false);
    assert.ok((await laboratory.sessions.verify(answer.token)).isActive);
    const wrong = await laboratory.accounts.stepUp(session, { password: 'wrong' }, request);
    assert.ok(wrong.status === 'refused' && wrong.code === 'invalid_credentials');
  });

  test('asks for the second factor where there is one', async () => {
    const laboratory = createAccountsLaboratory();
    const { session } = await laboratory.signUp();
    const factor = await laboratory.turnOnTwoFactor(session);
    laboratory.clock.advance(31 * second);
    const withPassword = await laboratory.accounts.stepUp(factor.session, { password }, request);
    assert.ok(withPassword.status === 'refused' && withPassword.code === 'step_up_required');
    const proof = { method: 'totp', code: factor.codeNow() } as const;
    const steppedUp = await laboratory.accounts.stepUp(factor.session, proof, request);
    assert.ok(steppedUp.status === 'stepped-up');
    const again = await laboratory.accounts.stepUp(steppedUp.session, proof, request);
    assert.ok(again.status === 'refused' && again.code === 'invalid_code');
  });
});

describe('a password change', () => {
  test('ends the others, rotates the asking token and takes the new password alone', async () => {
    const laboratory = createAccountsLaboratory();
    const here = await laboratory.signUp();
    const there = await laboratory.signIn();
    const newPassword = 'copper meadow thirteen owls';
    const input = { currentPassword: password, newPassword, revokeOthers: true };
    const changed = await laboratory.accounts.changePassword(here.session, input, request);
    assert.ok(changed.status === 'changed' && changed.revoked === 1);
    assert.deepEqual(await laboratory.sessions.verify(there.token), {
      isActive: false,
      reason: 'password_changed',
    });
    assert.equal((await laboratory.sessions.verify(here.token)).isActive, false);
    assert.ok((await laboratory.sessions.verify(changed.token)).isActive);
    await assert.rejects(laboratory.signIn());
  });

  test('does not open the step-up window again where a second factor is on', async () => {
    const laboratory = createAccountsLaboratory();
    const { session } = await laboratory.signUp();
    await laboratory.turnOnTwoFactor(session);
    const provenAt = laboratory.clock.now();
    const [current] = await laboratory.sessions.list(session.userId);
    if (current === undefined) throw new Error('no session');
    laboratory.clock.advance(9 * minute);
    const input = {
      currentPassword: password,
      newPassword: 'copper meadow thirteen owls',
      revokeOthers: true,
    };
    const changed = await laboratory.accounts.changePassword(current.session, input, request);
    assert.ok(changed.status === 'changed' && changed.session.authenticatedAt === provenAt);
  });

  test('notes a wrong current password in the history', async () => {
    const laboratory = createAccountsLaboratory();
    const { session, user } = await laboratory.signUp();
    const input = {
      currentPassword: 'wrong',
      newPassword: 'copper meadow thirteen owls',
      revokeOthers: true,
    };
    await laboratory.accounts.changePassword(session, input, request);
    const types = (await laboratory.sessions.history(user.id, null, 10)).map(({ type }) => type);
    assert.ok(types.includes('step_up.failed'));
  });

  test('leaves the others when asked to, and changes nothing when it is refused', async () => {
    const laboratory = createAccountsLaboratory();
    const here = await laboratory.signUp();
    const there = await laboratory.signIn();
    const refusals = {
      invalid_credentials: { currentPassword: 'wrong', newPassword: 'copper meadow thirteen owls' },
      password_too_short: { currentPassword: password, newPassword: 'short' },
      password_unchanged: { currentPassword: password, newPassword: password },
    };
    for (const [code, input] of Object.entries(refusals)) {
      const answer = await laboratory.accounts.changePassword(
        here.session,
        { ...input, revokeOthers: true },
        request,
      );
      assert.ok(answer.status === 'refused' && answer.code === code, code);
    }
    assert.ok((await laboratory.sessions.verify(there.token)).isActive);
    const input = {
      currentPassword: password,
      newPassword: 'copper meadow thirteen owls',
      revokeOthers: false,
    };
    const changed = await laboratory.accounts.changePassword(here.session, input, request);
    assert.ok(changed.status === 'changed' && changed.revoked === 0);
    assert.ok((await laboratory.sessions.verify(there.token)).isActive);
  });
});
