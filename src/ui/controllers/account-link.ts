import { type Client, createClient } from '../../client/client.ts';
import { type SharedStream, shareStream } from '../../client/shared-stream.ts';
import type { StreamEvent } from '../../client/stream.ts';
import type { SessionWire, TerminationReasonWire, UserWire } from '../../client/types.ts';

/** What is known about the end of this page's session. */
export interface Ending {
  /** ISO 8601; null when the page only found out later. */
  readonly at: string | null;
  readonly reason: TerminationReasonWire | null;
  /** The device that ended it; null when it ended by itself, by the owner here, or is not known. */
  readonly by: string | null;
}

export const unknownEnding: Ending = { at: null, reason: null, by: null };

export type Live = 'connecting' | 'live' | 'paused';

export interface LinkListener {
  onEvent?(event: StreamEvent): void;
  /** The user, the session or the state of the live connection changed. */
  onChange?(): void;
  onEnd?(ending: Ending): void;
}

const pausedAfterMs = 3_000;
const retryStartMs = 10_000;

/**
 * This page's tie to the account: one client, one share of the event stream, one place that knows the session is
 * over. Every element of a page with the same server uses the same link.
 */
export class AccountLink {
  readonly client: Client;
  user: UserWire | null = null;
  session: SessionWire | null = null;
  live: Live = 'connecting';
  ending: Ending | null = null;
  readonly #baseUrl: string;
  readonly #listeners = new Set<LinkListener>();
  #stream: SharedStream<Ending> | null = null;
  #pauseTimer: ReturnType<typeof setTimeout> | undefined;
  #starting: Promise<void> | null = null;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  /** Raised by every stop, so that a start under way notices. */
  #run = 0;

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
    this.client = createClient({
      baseUrl,
      onProblem: (problem) => {
        if (problem.code === 'no_active_session') this.end(unknownEnding);
      },
    });
  }

  /** Listens until the returned function is called; the first listener makes the link go to work. */
  subscribe(listener: LinkListener): () => void {
    this.#listeners.add(listener);
    void this.start();
    return () => this.#listeners.delete(listener);
  }

  /** Finds out whose session this is and joins the stream. Does nothing when already under way. */
  start(): Promise<void> {
    this.#starting ??= this.#join();
    return this.#starting;
  }

  /** Leaves the stream without ending anything; `start` joins again. */
  stop(): void {
    this.#run += 1;
    clearTimeout(this.#pauseTimer);
    clearTimeout(this.#retryTimer);
    this.#pauseTimer = undefined;
    this.#stream?.stop();
    this.#stream = null;
    this.#starting = null;
  }

  /** The session is over: everybody on this page and in the other tabs is told, once. */
  end(ending: Ending): void {
    if (this.ending !== null) return;
    this.ending = ending;
    this.user = null;
    this.session = null;
    this.#stream?.announceEnd(ending);
    this.stop();
    for (const listener of [...this.#listeners]) listener.onEnd?.(ending);
  }

  /** Connects at once instead of at the end of the current wait. */
  retryNow(): void {
    if (this.#stream === null) void this.start();
    else this.#stream.retryNow();
  }

  async #join(): Promise<void> {
    const run = this.#run;
    this.#expectLiveSoon();
    const answer = await this.client.currentSession({ isBackground: true });
    if (this.ending !== null || this.#run !== run) return;
    if (!answer.ok) {
      this.#starting = null;
      this.#retryTimer = setTimeout(() => void this.start(), retryStartMs);
      return;
    }
    this.user = answer.value.user;
    this.session = answer.value.session;
    this.#changed();
    this.#stream = shareStream<Ending>({
      name: answer.value.session.id,
      url: `${this.#baseUrl}/api/stream`,
      onEvent: (event) => this.#receive(event),
      onLive: (isLive) => this.#setLive(isLive),
      onRefused: () => this.end(unknownEnding),
      onEnded: (ending) => this.end(ending),
    });
  }

  #receive(event: StreamEvent): void {
    if (event.name === 'signed-out') {
      const { at, reason, by } = event.data;
      this.end({ at, reason, by: by?.deviceName ?? null });
      return;
    }
    for (const listener of [...this.#listeners]) listener.onEvent?.(event);
  }

  #setLive(isLive: boolean): void {
    if (!isLive) {
      this.#expectLiveSoon();
      return;
    }
    clearTimeout(this.#pauseTimer);
    this.#pauseTimer = undefined;
    if (this.live !== 'live') {
      this.live = 'live';
      this.#changed();
    }
  }

  /** A connection that comes back within a moment is not worth a word; further failures do not prolong it. */
  #expectLiveSoon(): void {
    if (this.live === 'paused') return;
    this.#pauseTimer ??= setTimeout(() => {
      this.#pauseTimer = undefined;
      this.live = 'paused';
      this.#changed();
    }, pausedAfterMs);
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener.onChange?.();
  }
}

const links = new Map<string, AccountLink>();

/** The page's link to the Rollcall at `baseUrl` ('' is the page's own origin). */
export function accountLink(baseUrl = ''): AccountLink {
  const known = links.get(baseUrl);
  if (known !== undefined) return known;
  const link = new AccountLink(baseUrl);
  links.set(baseUrl, link);
  return link;
}
