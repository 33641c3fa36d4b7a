import type { SessionWire } from '../../client/types.ts';
import type { DeviceGroup } from '../model/devices.ts';
import type { Roster } from '../model/roster.ts';
import type { Viewer } from '../model/times.ts';

/** What the owner can do from a row; the element carries it out. */
export interface SessionsActs {
  toggle(key: string): void;
  reveal(sessionId: string): void;
  logOut(session: SessionWire): void;
  logOutGroup(group: DeviceGroup): void;
  logOutHere(session: SessionWire): void;
  startRename(deviceId: string): void;
  saveName(deviceId: string, typed: string): void;
  cancelRename(): void;
  undoRename(): void;
}

export interface RenameState {
  readonly deviceId: string;
  readonly isSaving: boolean;
  readonly refusal: string | null;
}

/** A new name that can still be taken back. */
export interface UndoState {
  readonly deviceId: string;
  readonly previous: string | null;
  readonly said: string;
}

/** Everything the templates of the sessions page draw from. */
export interface SessionsView {
  readonly viewer: Viewer;
  /** Epoch milliseconds by the server's clock. */
  readonly now: number;
  /** True where the list has no room for columns; addresses are masked there until asked for. */
  readonly isNarrow: boolean;
  readonly roster: Roster;
  /** By session id, and by `group:` and device id: what a control calls its object. All different. */
  readonly subjects: ReadonlyMap<string, string>;
  readonly open: ReadonlySet<string>;
  readonly revealed: ReadonlySet<string>;
  readonly rename: RenameState | null;
  readonly undo: UndoState | null;
  readonly acts: SessionsActs;
}

/** The key of a whole device among those of its sessions. */
export function groupKey(deviceId: string): string {
  return `group:${deviceId}`;
}

/** What a control calls this session. */
export function subjectOf(view: SessionsView, key: string): string {
  return view.subjects.get(key) ?? '';
}
