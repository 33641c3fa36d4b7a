import { hash, randomBytes } from 'node:crypto';
import type { Subject } from '../subject.ts';
import { cookieHeader, lifetimeMs, sessionCount, userIdAt, userIdsOf } from '../workload.ts';

interface Entry {
  readonly user: { readonly id: string };
  readonly expiresAt: number;
  lastActiveAt: number;
}

const prefix = 'sid=';

/**
 * The least that a check in memory can be: find the cookie, hash its value, one look-up, two comparisons with the clock.
 * It has no store, no log-out and no list: a floor to measure from, not something to run.
 */
export async function prepareFloor(): Promise<Subject> {
  const now = Date.now();
  const entries = new Map<string, Entry>();
  const add = (userId: string, expiresAt: number): string => {
    const token = randomBytes(32).toString('base64url');
    entries.set(hash('sha256', token, 'base64url'), { user: { id: userId }, expiresAt, lastActiveAt: now });
    return cookieHeader('sid', token);
  };
  const credentials = Array.from({ length: sessionCount }, (_, place) =>
    add(userIdAt(place), now + lifetimeMs),
  );
  const unknown = cookieHeader('sid', randomBytes(32).toString('base64url'));
  return {
    isSynchronous: true,
    credentials,
    userIds: userIdsOf(sessionCount),
    refused: [unknown, add(userIdAt(0), now - 1), 'theme=dark'],
    check: (header) => {
      const start = header.indexOf(prefix);
      if (start < 0) return null;
      const end = header.indexOf(';', start);
      const token = header.slice(start + prefix.length, end < 0 ? header.length : end);
      const entry = entries.get(hash('sha256', token, 'base64url'));
      if (entry === undefined) return null;
      const instant = Date.now();
      return instant < entry.expiresAt && instant < entry.lastActiveAt + lifetimeMs ? entry.user.id : null;
    },
  };
}
