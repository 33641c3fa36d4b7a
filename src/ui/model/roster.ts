import type { SessionWire, StreamEvents } from '../../client/types.ts';

/** How a session that is still on the page came to its end. */
export interface RowEnding {
  /** The device that ended it, or null when it ended by itself. */
  readonly by: string | null;
  /** True when it was ended from this very page. */
  readonly isOwnAct: boolean;
}

/**
 * What the page knows and what it shows. `latest` is the server's truth; `shown` keeps its order and its rows
 * while a hand or the focus is on the list, so that nobody ends the wrong session because a row moved.
 */
export interface Roster {
  readonly latest: readonly SessionWire[];
  readonly shown: readonly SessionWire[];
  readonly endings: ReadonlyMap<string, RowEnding>;
  /** The server's time of the list, ISO 8601; null before the first one. */
  readonly asOf: string | null;
}

export const emptyRoster: Roster = { latest: [], shown: [], endings: new Map(), asOf: null };

type Established = StreamEvents['session.established'];
type Terminated = StreamEvents['session.terminated'];

/** A fresh list replaces what was known. A session known to be over stays over: ids are never used twice. */
export function withList(roster: Roster, sessions: readonly SessionWire[], asOf: string): Roster {
  const latest = sessions.filter((session) => !roster.endings.has(session.id));
  return { ...roster, latest, asOf };
}

/** A new session goes to the top, under the current one; a known one is brought up to date where it stands. */
export function withSession(roster: Roster, { session }: Established): Roster {
  const isKnown = roster.latest.some((known) => known.id === session.id);
  // Others see their own session marked as current, so the mark is kept from what was known here.
  const isCurrent = (known: SessionWire): SessionWire => ({ ...session, current: known.current });
  if (isKnown) {
    const latest = roster.latest.map((known) => (known.id === session.id ? isCurrent(known) : known));
    return { ...roster, latest };
  }
  if (roster.endings.has(session.id)) return roster;
  const fresh = { ...session, current: false };
  const current = roster.latest.filter((known) => known.current);
  const others = roster.latest.filter((known) => !known.current);
  return { ...roster, latest: [...current, fresh, ...others] };
}

/** The session is over; its row stays until the next arrangement, saying so. */
export function withoutSession(roster: Roster, ended: Pick<Terminated, 'id' | 'by'>): Roster {
  const known = roster.endings.get(ended.id);
  const ending = known ?? { by: ended.by?.deviceName ?? null, isOwnAct: false };
  return {
    ...roster,
    latest: roster.latest.filter((session) => session.id !== ended.id),
    endings: new Map(roster.endings).set(ended.id, ending),
  };
}

/** This page ended the session: the row says so for a moment and then goes, whatever else is held back. */
export function withOwnEnding(roster: Roster, id: string): Roster {
  const ended = withoutSession(roster, { id, by: null });
  return { ...ended, endings: new Map(ended.endings).set(id, { by: null, isOwnAct: true }) };
}

/** A device got another name. */
export function withLabel(roster: Roster, deviceId: string, label: string | null): Roster {
  const renamed = (session: SessionWire): SessionWire =>
    session.device.id === deviceId ? { ...session, device: { ...session.device, label } } : session;
  return { ...roster, latest: roster.latest.map(renamed), shown: roster.shown.map(renamed) };
}

/**
 * Brings what is shown up to date. While `isHeld`, rows keep their places: facts change where they stand, ended
 * rows stay and say so, new rows wait. Otherwise the page shows what the server said, in its order; rows ended
 * by this page stay until they are `dismiss`ed.
 */
export function arrange(roster: Roster, isHeld: boolean): Roster {
  const latest = new Map(roster.latest.map((session) => [session.id, session]));
  const refreshed = roster.shown.map((session) => latest.get(session.id) ?? session);
  if (isHeld) return { ...roster, shown: refreshed };
  const stays = (session: SessionWire): boolean => roster.endings.get(session.id)?.isOwnAct === true;
  const shown = [...roster.latest];
  refreshed.forEach((session, index) => {
    if (!latest.has(session.id) && stays(session)) shown.splice(Math.min(index, shown.length), 0, session);
  });
  return { ...roster, shown };
}

/** Takes a row of an ended session off the page. */
export function dismiss(roster: Roster, id: string): Roster {
  const shown = roster.shown.filter((session) => session.id !== id);
  return { ...roster, shown };
}

/** True when the row is of a session that is over. */
export function isEnded(roster: Roster, id: string): boolean {
  return !roster.latest.some((session) => session.id === id);
}

/** How many changes wait for the hand or the focus to leave the list. */
export function waitingCount(roster: Roster): number {
  const shown = new Set(roster.shown.map((session) => session.id));
  const fresh = roster.latest.filter((session) => !shown.has(session.id)).length;
  const gone = roster.shown.filter(
    (session) => isEnded(roster, session.id) && roster.endings.get(session.id)?.isOwnAct !== true,
  ).length;
  return fresh + gone;
}
