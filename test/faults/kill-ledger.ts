import { idOf } from '../../src/engine/token.ts';
import type { Credentials, Issued, Observation, Operation } from './kill-protocol.ts';

/** A session as it must be. */
export interface ExpectedSession {
  readonly email: string;
  /** The one secret in force. */
  readonly token: string;
  readonly deviceToken: string | null;
  readonly isOpen: boolean;
}

/** All that must be true of the database: sessions by id, passwords by e-mail. */
export interface Expected {
  readonly sessions: ReadonlyMap<string, ExpectedSession>;
  readonly passwords: ReadonlyMap<string, string>;
}

/** A change that was decided in a transaction: it is durable or lost, never half. */
export interface Change {
  readonly operation: Operation;
  readonly issued: Issued | null;
}

/** A database without accounts. */
export const nothing: Expected = { sessions: new Map(), passwords: new Map() };

/** What must be true once the change is durable. */
export function after(before: Expected, { operation, issued }: Change): Expected {
  const sessions = new Map(before.sessions);
  const passwords = new Map(before.passwords);
  const { email } = operation;
  const end = (isMeant: (id: string, session: ExpectedSession) => boolean): void => {
    for (const [id, session] of sessions) {
      if (session.email === email && isMeant(id, session)) sessions.set(id, { ...session, isOpen: false });
    }
  };
  switch (operation.kind) {
    case 'sign-up':
      passwords.set(email, operation.password);
      break;
    case 'sign-in':
      end((_, { deviceToken }) => deviceToken !== null && deviceToken === operation.deviceToken);
      break;
    case 'revoke':
      end((id) => id === operation.sessionId);
      break;
    case 'sign-out':
      end((id) => id === idOf(operation.token));
      break;
    case 'revoke-others':
      end((id) => id !== idOf(operation.token));
      break;
    case 'change-password':
      // A failure that was only noted gives out no token and changes nothing.
      if (issued !== null) passwords.set(email, operation.newPassword);
      if (issued !== null && operation.revokeOthers) end((id) => id !== idOf(operation.token));
      break;
  }
  if (issued !== null) sessions.set(idOf(issued.token), sessionUnder(before, operation, issued));
  return { sessions, passwords };
}

function sessionUnder(
  before: Expected,
  operation: Operation,
  { token, deviceToken }: Issued,
): ExpectedSession {
  const older = before.sessions.get(idOf(token));
  const presented = operation.kind === 'sign-in' ? operation.deviceToken : null;
  return {
    email: operation.email,
    token,
    deviceToken: deviceToken ?? older?.deviceToken ?? presented,
    isOpen: true,
  };
}

/** What a crash left, beside what was known before it. */
export interface Aftermath {
  readonly before: Expected;
  /** In the order they were decided. */
  readonly changes: readonly Change[];
  /** Numbers of the operations that were acknowledged. */
  readonly acknowledged: ReadonlySet<number>;
  readonly observation: Observation;
  /** Accounts that were looked at; others are not judged. */
  readonly emails: ReadonlySet<string>;
  /** All that was tried at the door, right or not. */
  readonly credentials: readonly Credentials[];
}

export interface Verdict {
  /** What is true now; of a faulty aftermath, what is least contradicted. */
  readonly expected: Expected;
  /** Changes that were found durable; all acknowledged ones are among them. */
  readonly kept: number;
  /** What must not be, in sentences; empty when all is well. */
  readonly violations: readonly string[];
}

/**
 * Judges what was found after a crash. Changes become durable in the order they were decided, so what is found must be
 * what some first part of them makes true, and that part must hold every acknowledged one: then no acknowledged change is
 * lost, none that ended something is undone, and what was not acknowledged is done wholly or not at all.
 */
export function judge(aftermath: Aftermath): Verdict {
  const { before, changes, acknowledged, observation } = aftermath;
  const always = [...twoSecrets(observation.accepted), ...damage(observation)];
  const least = changes.findLastIndex(({ operation }) => acknowledged.has(operation.number)) + 1;
  const verdicts: Verdict[] = [];
  let expected = before;
  for (let kept = 0; kept <= changes.length; kept += 1) {
    if (kept >= least) verdicts.push({ expected, kept, violations: contradictions(expected, aftermath) });
    const next = changes[kept];
    if (next !== undefined) expected = after(expected, next);
  }
  const [best = { expected, kept: 0, violations: ['nothing to judge'] }] = verdicts.toSorted(
    (left, right) => left.violations.length - right.violations.length,
  );
  return { ...best, violations: [...always, ...best.violations] };
}

function twoSecrets(accepted: readonly string[]): readonly string[] {
  const bySession = Map.groupBy(accepted, idOf);
  return [...bySession].filter(([, tokens]) => tokens.length > 1).map(([id]) => `${id}: two live secrets`);
}

function damage({ integrity }: Observation): readonly string[] {
  return integrity === 'ok' ? [] : [`integrity check: ${integrity}`];
}

function contradictions(expected: Expected, aftermath: Aftermath): readonly string[] {
  return [
    ...wronglyAccepted(expected, aftermath.observation),
    ...wrongSessions(expected, aftermath),
    ...wrongPasswords(expected, aftermath),
  ];
}

function wronglyAccepted({ sessions }: Expected, { accepted, listed }: Observation): readonly string[] {
  const tokens = accepted.flatMap((token) => {
    const session = sessions.get(idOf(token));
    if (session === undefined) return [`${idOf(token)}: a session that must not exist is accepted`];
    if (!session.isOpen) return [`${idOf(token)}: an ended session is accepted`];
    return session.token === token ? [] : [`${idOf(token)}: a replaced secret is accepted`];
  });
  const ids = listed.filter((id) => sessions.get(id)?.isOpen !== true);
  return [...tokens, ...ids.map((id) => `${id}: a session that is not open is listed`)];
}

function wrongSessions({ sessions }: Expected, { observation, emails }: Aftermath): readonly string[] {
  const accepted = new Set(observation.accepted);
  const listed = new Set(observation.listed);
  return [...sessions].flatMap(([id, { email, token, isOpen }]) => {
    if (!emails.has(email)) return [];
    const ends = observation.ends[id] ?? 0;
    return [
      ...(isOpen && !accepted.has(token) ? [`${id}: a live session is refused`] : []),
      ...(isOpen && !listed.has(id) ? [`${id}: a live session is not listed`] : []),
      ...(ends === (isOpen ? 0 : 1) ? [] : [`${id}: the history tells ${ends} ends`]),
    ];
  });
}

function wrongPasswords({ passwords }: Expected, aftermath: Aftermath): readonly string[] {
  return aftermath.credentials.flatMap((tried) => {
    const { email, password } = tried;
    const isRight = aftermath.observation.right.some(
      (each) => each.email === email && each.password === password,
    );
    if (isRight === (passwords.get(email) === password)) return [];
    return [`${email}: ${isRight ? 'a password not in force signs in' : 'the password in force is refused'}`];
  });
}
