/** What every subject is loaded with, so that they answer for the same sessions. */

/** Sessions of a subject whose cost may depend on their number. */
export const sessionCount = 100_000;

/** Sessions of one whose cost does not, because the credential itself holds the answer. */
export const statelessSessionCount = 10_000;

/** How long sessions live, in milliseconds; nothing ends during a run. */
export const lifetimeMs: number = 24 * 60 * 60 * 1000;

const sessionsPerUser = 5;

/** The user of the session at a place. */
export function userIdAt(place: number): string {
  return `user-${String(Math.floor(place / sessionsPerUser)).padStart(6, '0')}`;
}

/** Whether the session at a place is its user's first. */
export function isFirstOfUser(place: number): boolean {
  return place % sessionsPerUser === 0;
}

/** The user ids of the first `count` sessions. */
export function userIdsOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, place) => userIdAt(place));
}

/** The same text in one piece, as a parser hands it over; joined strings are slower to read until they are flattened. */
export function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** The text with one character in its middle changed, so that a signature or secret no longer fits. */
export function altered(text: string, at: number): string {
  return flat(text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1));
}

/** A `Cookie` header with another cookie in front, as most have. */
export function cookieHeader(name: string, value: string): string {
  return flat(`theme=dark; ${name}=${value}`);
}

/** Places drawn evenly; the same seed draws the same ones. */
export function drawPlaces(count: number, below: number, seed: number): Uint32Array {
  let state = seed * 2_654_435_769 + 1;
  return Uint32Array.from({ length: count }, () => {
    // xorshift32: not random enough for secrets, but even enough to visit all of memory.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  });
}
