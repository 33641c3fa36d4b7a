/**
 * A process with the real engine, accounts and store on the database file of its first argument. It does what it is told
 * on standard input and tells on standard output: the intent before an operation, the decision inside its transaction, the
 * acknowledgement after it. Writes to the pipe are synchronous, so that what was told is told even if it is killed next.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { Accounts } from '../../src/accounts/accounts.ts';
import { createPasswordHasher } from '../../src/accounts/password-hash.ts';
import type { PasswordJudge } from '../../src/accounts/password-rules.ts';
import type { AccountTransaction } from '../../src/accounts/ports.ts';
import { createVault } from '../../src/accounts/vault.ts';
import type { ChangeContext } from '../../src/engine/changes.ts';
import { policyOf } from '../../src/engine/policy.ts';
import type { SessionRecord } from '../../src/engine/session.ts';
import { Sessions } from '../../src/engine/sessions.ts';
import { systemClock as clock, systemRandom as random } from '../../src/engine/system.ts';
import { RollcallError } from '../../src/errors.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { originOf } from '../laboratory.ts';
import { inspect } from '../store/store-files.ts';
import type {
  Command,
  Issued,
  Observation,
  Operation,
  Question,
  Report,
  StartedOperation,
} from './kill-protocol.ts';

const path = process.argv[2] ?? '';
const running = new AsyncLocalStorage<{ readonly number: number; readonly early: boolean }>();
const origin = originOf();

function tell(report: Report): void {
  writeSync(1, `${JSON.stringify(report)}\n`);
}

/** The engine, telling what each change decided. */
class TellingSessions extends Sessions<AccountTransaction> {
  override commit<T>(change: (tx: AccountTransaction, context: ChangeContext) => Promise<T>): Promise<T> {
    // Read here: the change itself runs in the round of whoever came first.
    const operation = running.getStore();
    return super.commit(async (tx, context) => {
      const result = await change(tx, context);
      if (operation !== undefined && refusalIn(result) === null) {
        const { number, early } = operation;
        tell({ type: 'decided', number, issued: issuedIn(result) });
        if (early) await lieAndHang(number);
      }
      return result;
    });
  }
}

/** The planted fault. */
function lieAndHang(number: number): Promise<never> {
  tell({ type: 'acknowledged', number });
  return new Promise<never>(() => {});
}

function issuedIn(result: unknown): Issued | null {
  if (typeof result !== 'object' || result === null || !('token' in result)) return null;
  const deviceToken = 'deviceToken' in result ? result.deviceToken : null;
  return { token: String(result.token), deviceToken: deviceToken === null ? null : String(deviceToken) };
}

function refusalIn(result: unknown): string | null {
  if (typeof result !== 'object' || result === null) return null;
  return 'status' in result && result.status === 'refused' && 'code' in result ? String(result.code) : null;
}

// Loading the dictionaries would take longer than a round.
const judge: PasswordJudge = { judge: () => ({ score: 4, refusal: null, minimumLength: 15 }) };
const store = await openSqliteStore({ path });
const sessions = new TellingSessions({
  store,
  clock,
  random,
  policy: policyOf('standard'),
  signals: { publish: () => {} },
});
const accounts = new Accounts({
  sessions,
  store,
  hasher: createPasswordHasher({ random, queueLimit: 10_000 }),
  judge,
  vault: createVault({ key: new Uint8Array(32), random }),
  clock,
  random,
  issuer: 'Rollcall',
});

async function holderOf(token: string): Promise<SessionRecord> {
  const verification = await sessions.verify(token);
  if (!verification.isActive) throw new RollcallError('no_active_session');
  return verification.session;
}

async function userIdOf(email: string): Promise<string> {
  return (await store.userByEmail(email))?.id ?? '';
}

async function performOn(operation: Operation): Promise<unknown> {
  const { email } = operation;
  const stranger = { origin, deviceToken: null, replaces: null } as const;
  switch (operation.kind) {
    case 'sign-up':
      return accounts.signUp({ ...stranger, email, password: operation.password, name: null }, email);
    case 'sign-in': {
      const { password, deviceToken } = operation;
      return accounts.signIn({ ...stranger, email, password, deviceToken, persistence: 'browser' }, email);
    }
    case 'establish': {
      const proofs = [{ method: 'pwd', at: clock.now() }] as const;
      const userId = await userIdOf(email);
      return sessions.establish({ ...stranger, userId, proofs, persistence: 'browser' });
    }
    default:
      return performInside(operation, await holderOf(operation.token));
  }
}

function performInside(
  operation: Extract<Operation, { readonly token: string }>,
  session: SessionRecord,
): Promise<unknown> {
  const request = { origin, network: operation.email };
  switch (operation.kind) {
    case 'step-up':
      return accounts.stepUp(session, { password: operation.password }, request);
    case 'revoke':
      return sessions.revoke(session, operation.sessionId);
    case 'revoke-others':
      return sessions.revokeOthers(session);
    case 'sign-out':
      return sessions.signOut(session);
    case 'change-password': {
      const { password: currentPassword, newPassword, revokeOthers } = operation;
      return accounts.changePassword(session, { currentPassword, newPassword, revokeOthers }, request);
    }
  }
}

async function perform({ operation, afterMs }: StartedOperation, early: boolean): Promise<void> {
  const { number } = operation;
  await pause(afterMs);
  tell({ type: 'begun', number });
  try {
    const result = await running.run({ number, early }, () => performOn(operation));
    const code = refusalIn(result);
    tell(code === null ? { type: 'acknowledged', number } : { type: 'refused', number, code });
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error;
    tell({ type: 'refused', number, code: error.code });
  }
}

async function look({ tokens, emails, credentials }: Question): Promise<Observation> {
  const accepted: string[] = [];
  for (const token of tokens) if ((await sessions.verify(token)).isActive) accepted.push(token);
  const listed: string[] = [];
  const ends: Record<string, number> = {};
  for (const email of emails) {
    const userId = await userIdOf(email);
    for (const { session } of await sessions.list(userId)) listed.push(session.id);
    for (const { type, sessionId } of await sessions.history(userId, null, 1000)) {
      if (type === 'session.terminated' && sessionId !== null) ends[sessionId] = (ends[sessionId] ?? 0) + 1;
    }
  }
  const tried = await Promise.all(
    credentials.map(async (each) => {
      const input = { ...each, origin, deviceToken: null, replaces: null, persistence: 'browser' } as const;
      const answer = await accounts.signIn(input, each.email);
      if (answer.status !== 'signed-in') return [];
      await sessions.signOut(answer.session);
      return [each];
    }),
  );
  const integrity = String(inspect(path, 'pragma integrity_check')[0]?.['integrity_check']);
  return { accepted, listed, ends, right: tried.flat(), integrity };
}

async function obey(command: Command): Promise<void> {
  if (command.type === 'look') {
    tell({ type: 'seen', observation: await look(command.question) });
    return;
  }
  await Promise.all(command.operations.map((each) => perform(each, command.early)));
  tell({ type: 'idle' });
}

tell({ type: 'ready' });
for await (const line of createInterface(process.stdin)) await obey(JSON.parse(line) as Command);
await store.close();
