import type { HistoryEvent } from '../../engine/events.ts';
import type { SessionWithDevice } from '../../engine/ports.ts';
import type { DeviceRecord, SessionRecord, Standing } from '../../engine/session.ts';
import type { View } from './staged-table.ts';
import type { RecoveryCode } from './tables.ts';

export const unknownStanding: Standing = { epoch: 0, isDisabled: false };

/** Ids are time-ordered, so the greater one is the newer. */
export function newestFirst<Row extends { readonly id: string }>(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((left, right) => (left.id < right.id ? 1 : -1));
}

/** The user's sessions without a termination, newest first. */
export function openSessions(sessions: View<SessionRecord>, userId: string): readonly SessionRecord[] {
  return newestFirst(sessions.of(userId).filter((session) => session.termination === null));
}

/** The device, unless it is of another user. */
export function deviceOf(devices: View<DeviceRecord>, userId: string, id: string): DeviceRecord | null {
  const device = devices.get(id);
  return device?.userId === userId ? device : null;
}

/** Each session with its device. */
export function withDevices(
  sessions: readonly SessionRecord[],
  devices: View<DeviceRecord>,
): readonly SessionWithDevice[] {
  return sessions.flatMap((session) => {
    const device = devices.get(session.deviceId);
    return device === null ? [] : [{ session, device }];
  });
}

/** At most `limit` of the user's events older than the id `before`, newest first. */
export function historyPage(
  history: View<HistoryEvent>,
  userId: string,
  before: string | null,
  limit: number,
): readonly HistoryEvent[] {
  const older = history.of(userId).filter((event) => before === null || event.id < before);
  return newestFirst(older).slice(0, limit);
}

/** How many recovery codes the user has left. */
export function unusedCodes(codes: View<RecoveryCode>, userId: string): number {
  return codes.of(userId).filter((code) => code.usedAt === null).length;
}
