import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { day, minute } from '../laboratory.ts';
import {
  type AccountsLaboratory,
  createAccountsLaboratory,
  email,
  network,
  password,
  signedIn,
  strangerContext,
} from './accounts-laboratory.ts';

function tryPassword(
  { accounts }: AccountsLaboratory,
  attempt: { email?: string; password?: string; deviceToken?: string | null; network?: string } = {},
) {
  const input = { ...strangerContext(), email, password, persistence: 'browser' as const, ...attempt };
  return accounts.signIn(input, attempt.network ?? network);
}

describe('sign-up', () => {
  test('makes an account and its first session', async () => {
    const laboratory = createAccountsLaboratory();
    const { user, session, token } = await laboratory.signUp();
    assert.equal(user.email, email);
    assert.equal(session.userId, user.id);
    assert.ok((await laboratory.sessions.verify(token)).isActive);
    const types = (await laboratory.sessions.history(user.id, null, 10)).map(({ type }) => type);
    assert.deepEqual(types.toSorted(), ['account.created', 'session.established']);
  });

  test('refuses an e-mail that has an account, in whatever case, also ten times at once', async () => {
    const { accounts } = createAccountsLaboratory();
    const attempts = Array.from({ length: 10 }, (_, index) =>
      accounts.signUp(
        { ...strangerContext(), email: index % 2 ? email : email.toUpperCase(), password, name: null },
        network,
      ),
    );
    const answers = await Promise.all(attempts);
    assert.equal(answers.filter(({ status }) => status === 'signed-in').length, 1);
    for (const answer of answers) if (answer.status === 'refused') assert.equal(answer.code, 'email_taken');
  });

  test('refuses a weak password with its reason', async () => {
    const { accounts } = createAccountsLaboratory();
    const answer = await accounts.signUp(
      { ...strangerContext(), email, password: 'short', name: null },
      network,
    );
    assert.ok(
      answer.status === 'refused' && answer.code === 'password_too_short' && answer.detail?.includes('15'),
    );
  });
});

describe('sign-in', () => {
  test('establishes a session for the right password, in NFC or NFD, and whatever case the e-mail is in', async () => {
    const laboratory = createAccountsLaboratory();
    const accented = 'crème brûlée über alles';
    signedIn(
      await laboratory.accounts.signUp(
        { ...strangerContext(), email, password: accented.normalize('NFC'), name: null },
        network,
      ),
    );
    signedIn(
      await tryPassword(laboratory, { email: email.toUpperCase(), password: accented.normalize('NFD') }),
    );
  });

  test('gives the same refusal for an unknown e-mail, a wrong password, a malformed e-mail and a disabled user', async () => {
    const laboratory = createAccountsLaboratory();
    const { user } = await laboratory.signUp();
    const refusal = { status: 'refused', code: 'invalid_credentials' };
    assert.deepEqual(await tryPassword(laboratory, { password: `${password}.` }), refusal);
    assert.deepEqual(await tryPassword(laboratory, { email: 'nobody@lindqvist.example' }), refusal);
    assert.deepEqual(await tryPassword(laboratory, { email: 'no e-mail' }), refusal);
    await laboratory.sessions.putDisabled(user.id, true, {
      kind: 'operator',
      sessionId: null,
      deviceName: null,
    });
    assert.deepEqual(await tryPassword(laboratory), refusal);
  });

  test('notes failures in the history of the account, and not without bound', async () => {
    const laboratory = createAccountsLaboratory();
    const { user } = await laboratory.signUp();
    for (let round = 0; round < 60; round += 1) {
      laboratory.clock.advance(minute);
      await tryPassword(laboratory, { password: 'wrong' });
    }
    const failures = await laboratory.sessions.history(user.id, null, 100);
    const count = failures.filter(({ type }) => type === 'sign_in.failed').length;
    assert.ok(count >= 30 && count < 40, `${count}`);
  });

  test('is refused when the password changed while it was being checked', async () => {
    const laboratory = createAccountsLaboratory();
    const { session } = await laboratory.signUp();
    const input = {
      currentPassword: password,
      newPassword: 'copper meadow thirteen owls',
      revokeOthers: true,
    };
    const { origin } = strangerContext();
    const [changed, ...attempts] = await Promise.all([
      laboratory.accounts.changePassword(session, input, { origin, network }),
      ...Array.from({ length: 4 }, () => tryPassword(laboratory)),
    ]);
    assert.equal(changed.status, 'changed');
    for (const attempt of attempts) {
      if (attempt.status !== 'signed-in') continue;
      assert.equal(
        (await laboratory.sessions.verify(attempt.token)).isActive,
        false,
        'an old password left a session',
      );
    }
    assert.equal((await laboratory.sessions.list(session.userId)).length, 1);
  });
});

describe('the throttle', () => {
  test('takes at most ten guesses of two hundred at once, and says how long to wait', async () => {
    const laboratory = createAccountsLaboratory();
    await laboratory.signUp();
    const guesses = Array.from({ length: 200 }, (_, index) =>
      tryPassword(laboratory, { password: `guess ${index}`, network: `198.51.100.${index}` }),
    );
    const answers = await Promise.all(guesses);
    const refused = answers.filter(
      (answer) => answer.status === 'refused' && answer.code === 'too_many_attempts',
    );
    assert.equal(refused.length, 190);
    for (const answer of refused)
      if (answer.status === 'refused') assert.ok((answer.retryAfterSeconds ?? 0) > 0);
  });

  test('leaves a mark in the history of the account it held off', async () => {
    const laboratory = createAccountsLaboratory();
    const { user } = await laboratory.signUp();
    for (let guess = 0; guess < 12; guess += 1) await tryPassword(laboratory, { password: 'guess' });
    const types = (await laboratory.sessions.history(user.id, null, 100)).map(({ type }) => type);
    assert.equal(types.filter((type) => type === 'sign_in.failed').length, 10);
    assert.equal(types.filter((type) => type === 'sign_in.refused').length, 2);
  });

  test('treats an unknown e-mail alike', async () => {
    const laboratory = createAccountsLaboratory();
    const codes: unknown[] = [];
    for (let guess = 0; guess < 12; guess += 1) {
      const answer = await tryPassword(laboratory, { email: 'nobody@lindqvist.example' });
      codes.push(answer.status === 'refused' ? answer.code : answer.status);
    }
    assert.deepEqual(codes, [
      ...Array(10).fill('invalid_credentials'),
      'too_many_attempts',
      'too_many_attempts',
    ]);
  });

  test('never locks the owner out of a device the account knows', async () => {
    const laboratory = createAccountsLaboratory();
    const { deviceToken } = await laboratory.signUp();
    for (let guess = 0; guess < 100; guess += 1) {
      await tryPassword(laboratory, { password: 'guess', network: `198.51.100.${guess}` });
    }
    const stranger = await tryPassword(laboratory);
    assert.ok(stranger.status === 'refused' && stranger.code === 'too_many_attempts');
    signedIn(await tryPassword(laboratory, { deviceToken }));
  });

  test('gives a right password its attempt back', async () => {
    const laboratory = createAccountsLaboratory();
    await laboratory.signUp();
    for (let round = 0; round < 30; round += 1) signedIn(await tryPassword(laboratory));
  });

  test('counts a network that guesses at many accounts', async () => {
    const laboratory = createAccountsLaboratory();
    const codes = new Set<string>();
    for (let guess = 0; guess < 61; guess += 1) {
      const answer = await tryPassword(laboratory, { email: `user${guess}@lindqvist.example` });
      if (answer.status === 'refused') codes.add(`${guess < 60 ? 'first' : 'last'} ${answer.code}`);
    }
    assert.deepEqual([...codes], ['first invalid_credentials', 'last too_many_attempts']);
  });

  test('drains with time', async () => {
    const laboratory = createAccountsLaboratory();
    await laboratory.signUp();
    for (let guess = 0; guess < 11; guess += 1) await tryPassword(laboratory, { password: 'guess' });
    laboratory.clock.advance(day);
    signedIn(await tryPassword(laboratory));
  });
});
