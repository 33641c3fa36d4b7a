import type { Actor, Method, Origin, TerminationReason } from './session.ts';

/** What can stand in an owner's history: facts in past tense. */
export const historyTypes = [
  'account.created',
  'session.established',
  'session.terminated',
  'sign_in.failed',
  'sign_in.refused',
  'second_factor.failed',
  'step_up.completed',
  'step_up.failed',
  'password.changed',
  'totp.enabled',
  'totp.disabled',
  'recovery_code.used',
  'recovery_codes.replaced',
  'device.labelled',
] as const;
export type HistoryType = (typeof historyTypes)[number];

/** One fact of an owner's history, written in the transaction that made it true. */
export interface HistoryEvent {
  /** Time-ordered id. */
  readonly id: string;
  readonly userId: string;
  readonly type: HistoryType;
  readonly at: number;
  readonly sessionId: string | null;
  /** What the owner called the device then, else the client's name; null where no device is concerned. */
  readonly deviceName: string | null;
  /** Of the session concerned, or of the request that was refused. */
  readonly origin: Origin | null;
  readonly methods: readonly Method[];
  readonly reason: TerminationReason | null;
  readonly actor: Actor;
}

/** That a session ended. */
export interface SessionEnd {
  readonly type: 'session.terminated';
  readonly userId: string;
  readonly sessionId: string;
  readonly reason: TerminationReason;
  readonly at: number;
  readonly actor: Actor;
}

/** What is told to open pages after the commit. It may be lost; a refresh always shows the truth. */
export type Signal =
  | { readonly type: 'session.established'; readonly userId: string; readonly sessionId: string }
  | { readonly type: 'session.updated'; readonly userId: string; readonly sessionId: string }
  | { readonly type: 'device.labelled'; readonly userId: string; readonly deviceId: string }
  | SessionEnd;
