import type { HistoryEventWire } from '../../client/types.ts';
import { type DayName, dayName, type Viewer } from './times.ts';

export interface HistoryDay extends DayName {
  readonly events: readonly HistoryEventWire[];
}

/** Puts events, newest first, under the days they fell on in the viewer's zone. */
export function historyDays(
  events: readonly HistoryEventWire[],
  now: number,
  viewer: Viewer,
): readonly HistoryDay[] {
  const days = new Map<string, { name: DayName; events: HistoryEventWire[] }>();
  for (const event of events) {
    const name = dayName(event.at, now, viewer);
    const day = days.get(name.key);
    if (day === undefined) days.set(name.key, { name, events: [event] });
    else day.events.push(event);
  }
  return [...days.values()].map((day) => ({ ...day.name, events: day.events }));
}
