import { mintId } from '../engine/token.ts';
import { RollcallError } from '../errors.ts';
import type { Refused, SignedIn, SignUpInput } from './answers.ts';
import { tooMany } from './attempts.ts';
import type { AccountsContext } from './context.ts';
import { canonicalEmail } from './email.ts';
import { firstSession } from './sign-in.ts';
import { keys, rules, takeAttempts } from './throttle.ts';

/**
 * Creates an account and its first session. A weak password is refused with its reason, a taken e-mail with `email_taken`.
 * Throws `invalid_request` for what is no e-mail, `too_busy` when the hash queue is full.
 */
export async function signUp(
  context: AccountsContext,
  input: SignUpInput,
  network: string,
): Promise<SignedIn | Refused> {
  const address = canonicalEmail(input.email);
  if (address === null) throw notAnEmail();
  const judgement = context.judge.judge({
    password: input.password,
    email: address.email,
    hasSecondFactor: false,
  });
  if (judgement.refusal !== null) return { status: 'refused', ...judgement.refusal };
  const lane = { key: keys.signUp(network), rule: rules.signUpPerNetwork };
  const taken = await context.store.write((tx) => takeAttempts(tx, [lane], context.clock.now()));
  if (!taken.allowed) return tooMany(taken.retryAfterSeconds);
  const passwordHash = await context.hasher.hash(input.password);
  return context.sessions.commit(async (tx, change) => {
    const id = mintId(change.now, change.random);
    const { now } = change;
    const user = { id, ...address, name: input.name, passwordHash, passwordChangedAt: now, createdAt: now };
    if (!(await tx.insertUser(user))) return { status: 'refused', code: 'email_taken' };
    return firstSession(tx, change, { ...input, persistence: 'browser' }, user);
  });
}

function notAnEmail(): RollcallError {
  return new RollcallError('invalid_request', {
    detail: 'The e-mail is not a single valid address.',
    fields: [{ field: 'email', problem: 'is not a single valid address' }],
  });
}
