/** How an instant is written for the person looking: in their zone, in words first. Pure; `now` comes from outside. */

export interface Viewer {
  /** BCP 47, an English one: the words around the dates are English. */
  readonly locale: string;
  readonly timeZone: string;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Milliseconds a session counts as "Active now" after its last request. */
export const activeNowMs = 2 * minute;

/** The viewer's locale and zone; dates follow the first English locale they read, else British English. */
export function viewerFrom(languages: readonly string[], timeZone: string): Viewer {
  return { locale: languages.find((language) => /^en\b/i.test(language)) ?? 'en-GB', timeZone };
}

/** "4 minutes ago", "yesterday", "13 days ago". Never in the future: a clock that runs ahead says "just now". */
export function ago(at: string, now: number, viewer: Viewer): string {
  const elapsed = now - Date.parse(at);
  if (elapsed < minute) return 'just now';
  const words = new Intl.RelativeTimeFormat(viewer.locale, { numeric: 'auto' });
  if (elapsed < hour) return words.format(-Math.floor(elapsed / minute), 'minute');
  if (elapsed < day) return words.format(-Math.floor(elapsed / hour), 'hour');
  return words.format(-Math.max(1, daysBetween(at, now, viewer)), 'day');
}

/** In how long something ends: "in 3 days", "in 2 hours". */
export function until(at: string, now: number, viewer: Viewer): string {
  const left = Math.max(minute, Date.parse(at) - now);
  const words = new Intl.RelativeTimeFormat(viewer.locale, { numeric: 'always' });
  if (left < hour) return words.format(Math.ceil(left / minute), 'minute');
  if (left < 2 * day) return words.format(Math.round(left / hour), 'hour');
  return words.format(Math.floor(left / day), 'day');
}

/** "23 Nov, 14:02"; with the year when it is not this one. */
export function dayAndTime(at: string, now: number, viewer: Viewer): string {
  const date = new Date(at);
  const { locale, timeZone } = viewer;
  const isThisYear = yearOf(date.getTime(), viewer) === yearOf(now, viewer);
  const dayText = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    ...(isThisYear ? {} : { year: 'numeric' }),
    timeZone,
  }).format(date);
  return `${dayText}, ${clock(at, viewer)}`;
}

/** "14:02", as the viewer's locale writes it. */
export function clock(at: string, viewer: Viewer): string {
  return new Intl.DateTimeFormat(viewer.locale, {
    hour: '2-digit',
    minute: '2-digit',
    timeZone: viewer.timeZone,
  }).format(new Date(at));
}

/** "30 October 2026 at 10:15:08", to the second. */
export function exact(at: string, viewer: Viewer): string {
  return new Intl.DateTimeFormat(viewer.locale, {
    dateStyle: 'long',
    timeStyle: 'medium',
    timeZone: viewer.timeZone,
  }).format(new Date(at));
}

/** "4 March 2026". */
export function longDate(at: string, viewer: Viewer): string {
  return new Intl.DateTimeFormat(viewer.locale, { dateStyle: 'long', timeZone: viewer.timeZone }).format(
    new Date(at),
  );
}

/** "Central European Standard Time", the name of the viewer's zone at that instant. */
export function zoneName(at: string, viewer: Viewer): string {
  const parts = new Intl.DateTimeFormat(viewer.locale, {
    timeZone: viewer.timeZone,
    timeZoneName: 'long',
  }).formatToParts(new Date(at));
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? viewer.timeZone;
}

/** A day's heading: what it is called, and a second line that says the rest. */
export interface DayName {
  readonly key: string;
  readonly title: string;
  readonly note: string;
}

/** "Today, 23 November", "17 November, Tuesday", "3 May 2025, Saturday". */
export function dayName(at: string, now: number, viewer: Viewer): DayName {
  const date = new Date(at);
  const apart = daysBetween(at, now, viewer);
  const isThisYear = yearOf(date.getTime(), viewer) === yearOf(now, viewer);
  const dated = new Intl.DateTimeFormat(viewer.locale, {
    day: 'numeric',
    month: 'long',
    ...(isThisYear ? {} : { year: 'numeric' }),
    timeZone: viewer.timeZone,
  }).format(date);
  const key = String(dayNumber(date.getTime(), viewer));
  if (apart === 0) return { key, title: 'Today', note: dated };
  if (apart === 1) return { key, title: 'Yesterday', note: dated };
  const weekday = new Intl.DateTimeFormat(viewer.locale, {
    weekday: 'long',
    timeZone: viewer.timeZone,
  }).format(date);
  return { key, title: dated, note: weekday };
}

/** True while the last request is so recent that the owner would call it now. */
export function isActiveNow(lastActiveAt: string, now: number): boolean {
  return now - Date.parse(lastActiveAt) <= activeNowMs;
}

/** "1:05", for a countdown. */
export function countdown(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

function daysBetween(at: string, now: number, viewer: Viewer): number {
  return dayNumber(now, viewer) - dayNumber(Date.parse(at), viewer);
}

/** Days since 1970 of the calendar day the instant falls on in the viewer's zone. */
function dayNumber(instant: number, viewer: Viewer): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    timeZone: viewer.timeZone,
  }).formatToParts(new Date(instant));
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  return Math.round(Date.UTC(part('year'), part('month') - 1, part('day')) / day);
}

function yearOf(instant: number, viewer: Viewer): string {
  return new Intl.DateTimeFormat('en-US', { year: 'numeric', timeZone: viewer.timeZone }).format(
    new Date(instant),
  );
}
