import { join } from 'node:path';
import { systemClock } from '../src/engine/system.ts';
import { openSqliteStore } from '../src/store/sqlite.ts';
import { sessionsOn, writeSessions } from './subjects/rollcall.ts';

/** Longer than the engine's touch interval. */
const aWhileMs = 60_000;
const sessionCount = 100;

/** Commits that checks inside the touch interval caused, and that the first activity after it caused. */
export interface TouchCommits {
  readonly checks: number;
  readonly inside: number;
  /** More than none, or the counting would prove nothing. */
  readonly after: number;
}

/**
 * Counts the commits of `checks` requests, each a verify and a touch, inside the touch interval, sweeps included; then
 * those of one more after the interval.
 */
export async function countTouchCommits(folder: string, checks: number): Promise<TouchCommits> {
  const store = await openSqliteStore({ path: join(folder, 'touch.db') });
  const startedAt = systemClock.now();
  let passedMs = 0;
  const clock = { now: () => startedAt + passedMs, monotonic: () => systemClock.monotonic() };
  const sessions = sessionsOn(store, clock);
  const tokens = await writeSessions(store, sessionCount, startedAt);
  const request = async (place: number): Promise<void> => {
    const answer = await sessions.verify(tokens[place % sessionCount] ?? '');
    if (!answer.isActive) throw new Error('a session was refused');
    sessions.touch(answer.session);
  };
  const commitsDuring = async (count: number): Promise<number> => {
    const before = store.stats().commits;
    for (let place = 0; place < count; place += 1) await request(place);
    await sessions.sweep();
    return store.stats().commits - before;
  };
  const inside = await commitsDuring(checks);
  passedMs = aWhileMs;
  const after = await commitsDuring(1);
  await store.close();
  return { checks, inside, after };
}
