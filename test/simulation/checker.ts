import type { World } from './world.ts';

/** A token as its holder knows it. */
export interface Credential {
  readonly token: string;
  readonly sessionId: string;
  readonly userId: string;
}

/** What a run found. */
export interface Violation {
  /** The promise itself; what must come back after faults; or something that must never happen at all. */
  readonly kind: 'finality' | 'recovery' | 'surprise';
  readonly sentence: string;
}

/** The acknowledgement that ended something: its place in the run, and what it was. */
interface End {
  readonly place: number;
  readonly at: number;
  readonly cause: string;
}

/**
 * Judges the history of a run. For every session and every token, a(s) is the earliest acknowledgement of anything that
 * ended it; no verification that starts after a(s) may accept it, on any node (I-1 to I-4). A result that nobody heard
 * is no acknowledgement, and no excuse after one.
 */
export class Checker {
  readonly #world: World;
  readonly #endedSessions = new Map<string, End>();
  readonly #endedTokens = new Map<string, End>();
  readonly violations: Violation[] = [];
  /** Places in the order of the run: finer than time, since much can happen in one instant. */
  #place = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** A verification starts: its place. */
  begin(): number {
    this.#place += 1;
    return this.#place;
  }

  /** A node acknowledged the end of these sessions, with all their tokens, known or not. */
  endSessions(sessionIds: Iterable<string>, cause: string): void {
    const end = this.#endOf(cause);
    for (const id of sessionIds) if (!this.#endedSessions.has(id)) this.#endedSessions.set(id, end);
  }

  /** A node acknowledged that the token was replaced. */
  endToken(token: string, cause: string): void {
    const end = this.#endOf(cause);
    if (!this.#endedTokens.has(token)) this.#endedTokens.set(token, end);
  }

  isEnded(credential: Credential): boolean {
    return this.#endOfCredential(credential) !== null;
  }

  /** A verification that started at the place was answered. */
  judge(credential: Credential, place: number, isAccepted: boolean, nodeId: string): void {
    const { coverage, timeline } = this.#world;
    const end = this.#endOfCredential(credential);
    coverage.count('verifies');
    coverage.count(isAccepted ? 'accepted' : 'refused');
    if (end === null || end.place > place) return;
    coverage.count('afterEnd');
    if (!isAccepted) return;
    const what = `session ${credential.sessionId.slice(-4)} of ${credential.userId}`;
    const when = `at ${timeline.now.toFixed(3)} ms, ${(timeline.now - end.at).toFixed(3)} ms after "${end.cause}"`;
    this.violate('finality', `${nodeId} accepted the ${what} ${when} was acknowledged`);
  }

  violate(kind: Violation['kind'], sentence: string): void {
    this.#world.note(() => `VIOLATION (${kind}): ${sentence}`);
    this.violations.push({ kind, sentence });
  }

  #endOf(cause: string): End {
    this.#place += 1;
    return { place: this.#place, at: this.#world.timeline.now, cause };
  }

  #endOfCredential({ sessionId, token }: Credential): End | null {
    const [session, own] = [this.#endedSessions.get(sessionId), this.#endedTokens.get(token)];
    if (session === undefined || own === undefined) return session ?? own ?? null;
    return session.place < own.place ? session : own;
  }
}
