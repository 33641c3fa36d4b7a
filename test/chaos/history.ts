/** A session of a run: the server's id, and a number that is short to read. */
export interface SessionName {
  readonly number: number;
  readonly id: string;
}

/** One secret of a session. A rotation gives the next version. */
export interface Token {
  readonly session: SessionName;
  readonly version: number;
  /** Secret: never written out. */
  readonly text: string;
}

/** What a client asked for. */
export type Act =
  | { readonly kind: 'sign-in' }
  /** Any request that changes nothing; `path` is what was asked for. */
  | { readonly kind: 'use'; readonly token: Token; readonly path: string }
  | { readonly kind: 'revoke'; readonly token: Token; readonly target: SessionName }
  | { readonly kind: 'sign-out'; readonly token: Token }
  | { readonly kind: 'revoke-others'; readonly token: Token }
  /** Replaces the token. */
  | { readonly kind: 'step-up'; readonly token: Token };

/** An operation from its start. Instants are milliseconds of the one monotonic clock of the process that asks. */
export interface Operation {
  readonly number: number;
  readonly account: number;
  /** The node that was asked. */
  readonly node: number;
  readonly act: Act;
  readonly startedAt: number;
}

/**
 * How an operation ended: done (2xx); refused (any other answer of the service that is no 503); unavailable (503); unknown (no
 * answer: the connection broke or the client stopped waiting).
 */
export type Outcome = 'done' | 'refused' | 'unavailable' | 'unknown';

/** An operation with its end. */
export interface Ended {
  readonly operation: Operation;
  readonly endedAt: number;
  readonly outcome: Outcome;
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The problem's code, or why there was no answer; empty when it is done. */
  readonly code: string;
  /** What a sign-in or a step-up gave out. */
  readonly issued: Token | null;
}

/** One line for people: who asked which node for what, when, and what came of it. */
export function describe({ operation, endedAt, outcome, status, code, issued }: Ended): string {
  const { number, node, act, startedAt } = operation;
  const times = `${startedAt.toFixed(2).padStart(12)} – ${endedAt.toFixed(2).padStart(12)}`;
  const token = act.kind === 'sign-in' ? '' : ` with ${nameOf(act.token)}`;
  const object = act.kind === 'revoke' ? ` s${act.target.number}` : act.kind === 'use' ? ` ${act.path}` : '';
  const gained = issued === null ? '' : ` → ${nameOf(issued)} (${issued.session.id})`;
  const answer = `${outcome} ${status}${code === '' ? '' : ` ${code}`}`;
  return `${times}  #${number} node ${node}: ${act.kind}${object}${token}: ${answer}${gained}`;
}

/** "s7.2": the second secret of session 7. */
export function nameOf({ session, version }: Token): string {
  return `s${session.number}.${version}`;
}
