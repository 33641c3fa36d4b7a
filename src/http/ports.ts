import type { Accounts } from '../accounts/accounts.ts';
import type { Network } from '../devices/address.ts';
import type { Clock, Random } from '../engine/ports.ts';
import type { Sessions } from '../engine/sessions.ts';
import type { ErrorCode } from '../errors.ts';
import type { SignalHub } from '../signals/hub.ts';
import type { Timers } from './timers.ts';

/** The operations on accounts that are reached over HTTP. */
export type AccountOperations = Pick<
  Accounts,
  | 'signUp'
  | 'signIn'
  | 'completeSignIn'
  | 'stepUp'
  | 'stepUpMethods'
  | 'changePassword'
  | 'startTotp'
  | 'confirmTotp'
  | 'removeTotp'
  | 'replaceRecoveryCodes'
  | 'summary'
  | 'assess'
  | 'suggestPassphrase'
>;

/** The operations on sessions that are reached over HTTP. */
export type SessionOperations = Pick<
  Sessions,
  'policy' | 'verify' | 'touch' | 'signOut' | 'revoke' | 'revokeOthers' | 'list' | 'labelDevice' | 'history'
>;

/** A file of the built pages. */
export interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** With its charset: `text/html; charset=utf-8`. */
  readonly contentType: string;
}

/** The built pages and their assets. */
export interface Pages {
  /** The file at a path below the build, without a leading slash (`sign-in.html`, `assets/a-3f2c.js`), or null. */
  respond(path: string): PageFile | null;
}

export interface Metrics {
  /** All metrics in the Prometheus text format. */
  text(): Promise<string>;
}

/** Whether requests can be served, and what that rests on. */
export interface Readiness {
  readonly isReady: boolean;
  /** One thing a line, such as `database: answering`. */
  readonly lines: readonly string[];
}

export interface Health {
  /** Must answer within about a second, also when the store does not. May reject, which counts as not ready. */
  readiness(): Promise<Readiness>;
  /** Whether the process is shutting down: not ready any more, and open event streams end. */
  isStopping(): boolean;
}

/** One refusal or surprise. Holds no secret: no query, no body, no header, tokens cut out. */
export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly code: ErrorCode;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly requestId: string;
  /** What is known of the cause, at most 300 characters. */
  readonly excerpt?: string;
  /** Of a surprise: where in the code it arose. */
  readonly stack?: string;
}

export type Log = (line: LogLine) => void;

/** What the handler is made of. */
export interface HandlerOptions {
  readonly sessions: SessionOperations;
  readonly accounts: AccountOperations;
  readonly hub: SignalHub;
  readonly clock: Clock;
  readonly random: Random;
  /** Where people reach the service: https, or http on this machine alone. */
  readonly publicUrl: URL;
  /** From `parseTrustedProxies`; empty trusts nobody's forwarding headers. */
  readonly trustedProxies: readonly Network[];
  readonly pages: Pages;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly log: Log;
  /** Runs what an open event stream does by itself; the process's own timers by default. */
  readonly timers?: Timers;
}

/** The other end of the connection. */
export interface Peer {
  /** The address of the socket; null where the runtime does not tell. */
  readonly address: string | null;
}

/** Answers one request. Never rejects. */
export type Handler = (request: Request, peer: Peer) => Promise<Response>;
