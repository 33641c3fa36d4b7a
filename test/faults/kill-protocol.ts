/** What the test of crashes and its worker say to each other, one JSON object a line. */

interface Asked {
  /** Tells operations apart in the whole run. */
  readonly number: number;
  readonly email: string;
}

/** One operation, asked for as a client would: with a token where a session is needed. */
export type Operation = Asked &
  (
    | { readonly kind: 'sign-up'; readonly password: string }
    | { readonly kind: 'sign-in'; readonly password: string; readonly deviceToken: string | null }
    | { readonly kind: 'establish' }
    | { readonly kind: 'step-up'; readonly token: string; readonly password: string }
    | { readonly kind: 'revoke'; readonly token: string; readonly sessionId: string }
    | { readonly kind: 'revoke-others'; readonly token: string }
    | { readonly kind: 'sign-out'; readonly token: string }
    | {
        readonly kind: 'change-password';
        readonly token: string;
        readonly password: string;
        readonly newPassword: string;
        readonly revokeOthers: boolean;
      }
  );

export type OperationKind = Operation['kind'];

/** The secrets an operation gave out; null for one that gives none. */
export interface Issued {
  readonly token: string;
  /** Null where the presented device cookie stays. */
  readonly deviceToken: string | null;
}

/** An e-mail and a password to try at the door. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** What is asked of a worker that has just started on the file. */
export interface Question {
  readonly tokens: readonly string[];
  readonly emails: readonly string[];
  readonly credentials: readonly Credentials[];
}

/** What it saw through the public door. */
export interface Observation {
  /** The tokens that were accepted. */
  readonly accepted: readonly string[];
  /** Ids on the lists of active sessions of the asked e-mails. */
  readonly listed: readonly string[];
  /** For each session id in the histories of the asked e-mails, how many ends they tell. */
  readonly ends: Readonly<Record<string, number>>;
  /** The credentials that signed in. */
  readonly right: readonly Credentials[];
  /** The answer of SQLite's integrity check. */
  readonly integrity: string;
}

export interface StartedOperation {
  readonly operation: Operation;
  readonly afterMs: number;
}

/** What the test sends. With `early` the worker lies: it acknowledges before the commit, which then never comes. */
export type Command =
  | { readonly type: 'run'; readonly operations: readonly StartedOperation[]; readonly early: boolean }
  | { readonly type: 'look'; readonly question: Question };

/** What the worker tells. `decided` comes in the order of the changes, inside the transaction, before its commit. */
export type Report =
  | { readonly type: 'ready' }
  | { readonly type: 'begun'; readonly number: number }
  | { readonly type: 'decided'; readonly number: number; readonly issued: Issued | null }
  | { readonly type: 'acknowledged'; readonly number: number }
  | { readonly type: 'refused'; readonly number: number; readonly code: string }
  | { readonly type: 'idle' }
  | { readonly type: 'seen'; readonly observation: Observation };
