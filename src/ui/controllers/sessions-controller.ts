import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Reading } from '../../client/client.ts';
import type { Answer, Problem } from '../../client/problem.ts';
import type { StreamEvent } from '../../client/stream.ts';
import type { SessionListAnswer } from '../../client/types.ts';
import {
  arrange,
  dismiss,
  emptyRoster,
  type Roster,
  waitingCount,
  withLabel,
  withList,
  withOwnEnding,
  withoutSession,
  withSession,
} from '../model/roster.ts';
import type { AccountLink } from './account-link.ts';
import { LoadingController } from './loading-controller.ts';
import type { PageClock } from './page-clock.ts';

const pollMs = 30_000;
const hiddenPollMs = 300_000;
const farewellMs = 4_000;
const letGoMs = 1_500;

/**
 * The list of sessions, kept true: by the stream while it lives, by asking every 30 s while it does not (every
 * 5 min when nobody looks). Holds changes back while `isHeld` says a hand or the focus is on the list.
 */
export class SessionsController implements ReactiveController {
  roster: Roster = emptyRoster;
  readonly loading: LoadingController;
  readonly #host: ReactiveControllerHost;
  readonly #link: () => AccountLink;
  readonly #clock: PageClock;
  readonly #ending = new Set<string>();
  #isHeld = false;
  #leave: (() => void) | null = null;
  #pollTimer: ReturnType<typeof setInterval> | undefined;
  #letGoTimer: ReturnType<typeof setTimeout> | undefined;
  /** How many events came in so far. */
  #heard = 0;
  #lastAskedAt = 0;
  #wasPaused = false;

  constructor(host: ReactiveControllerHost, link: () => AccountLink, clock: PageClock) {
    this.#host = host;
    this.#link = link;
    this.#clock = clock;
    this.loading = new LoadingController(host);
    host.addController(this);
  }

  get waiting(): number {
    return waitingCount(this.roster);
  }

  hostConnected(): void {
    this.#leave = this.#link().subscribe({
      onEvent: (event) => this.#receive(event),
      onChange: () => this.#linkChanged(),
      onEnd: () => this.#drop(),
    });
    this.#pollTimer = setInterval(() => this.#poll(), pollMs);
    document.addEventListener('visibilitychange', this.#onVisible);
    void this.load();
  }

  hostDisconnected(): void {
    this.#leave?.();
    clearInterval(this.#pollTimer);
    clearTimeout(this.#letGoTimer);
    document.removeEventListener('visibilitychange', this.#onVisible);
    this.#drop();
  }

  /** The first load, and the retry of a failed one. */
  load(): Promise<void> {
    return this.loading.load(
      () => this.#list({ isBackground: false }),
      (list) => this.#take(list),
    );
  }

  /** Asks again without a skeleton; also has the live connection tried at once. */
  async refresh(): Promise<Problem | null> {
    if (this.#link().live === 'paused') this.#link().retryNow();
    return this.#reload(true);
  }

  hold(isHeld: boolean): void {
    if (this.#isHeld === isHeld) return;
    this.#isHeld = isHeld;
    clearTimeout(this.#letGoTimer);
    // A hand that leaves the list may be on its way to the button that shows what waits.
    if (!isHeld) this.#letGoTimer = setTimeout(() => this.applyWaiting(), letGoMs);
  }

  /** Shows what was held back. */
  applyWaiting(): void {
    clearTimeout(this.#letGoTimer);
    this.#set(arrange(this.roster, false));
  }

  /** Ends sessions one after the other; stops at the first that is refused. Those ended stay ended. */
  async revoke(ids: readonly string[]): Promise<Answer<null>> {
    for (const id of ids) {
      const answer = await this.#acting([id], () => this.#link().client.revokeSession(id));
      if (!answer.ok) return answer;
    }
    return { ok: true, value: null };
  }

  async revokeOthers(): Promise<Answer<{ readonly revoked: number }>> {
    const others = this.roster.latest.filter((session) => !session.current).map(({ id }) => id);
    return this.#acting(others, () => this.#link().client.revokeOtherSessions());
  }

  async rename(deviceId: string, label: string | null): Promise<Answer<unknown>> {
    const answer = await this.#link().client.labelDevice(deviceId, label);
    if (answer.ok) this.#set(withLabel(this.roster, deviceId, answer.value.label));
    return answer;
  }

  readonly #onVisible = (): void => {
    if (document.hidden) return;
    if (this.#link().live === 'paused') this.#link().retryNow();
    if (Date.now() - this.#lastAskedAt > pollMs) void this.#reload(false);
  };

  /** The stream may tell of the end before the answer does; either way it is this page's own act. */
  async #acting<Value>(ids: readonly string[], act: () => Promise<Answer<Value>>): Promise<Answer<Value>> {
    for (const id of ids) this.#ending.add(id);
    const answer = await act();
    for (const id of ids) this.#ending.delete(id);
    if (answer.ok) this.#endHere(ids);
    return answer;
  }

  #endHere(ids: readonly string[]): void {
    this.#set(arrange(ids.reduce(withOwnEnding, this.roster), true));
    setTimeout(() => this.#set(ids.reduce(dismiss, this.roster)), farewellMs);
  }

  #poll(): void {
    const due = document.hidden ? hiddenPollMs : pollMs;
    if (this.#link().live !== 'paused' || Date.now() - this.#lastAskedAt < due - 1_000) return;
    void this.#reload(false);
  }

  #linkChanged(): void {
    const { live } = this.#link();
    if (live === 'live' && this.#wasPaused) void this.#reload(false);
    this.#wasPaused = live === 'paused';
    this.#host.requestUpdate();
  }

  async #reload(isAsked: boolean): Promise<Problem | null> {
    if (this.loading.phase.name !== 'ready') {
      // A first load under way will bring the same; only a failed one is begun again.
      if (this.loading.phase.name === 'failed') await this.load();
      return null;
    }
    const answer = await this.#list({ isBackground: !isAsked });
    if (answer.ok) this.#take(answer.value, isAsked);
    return answer.ok ? null : answer.problem;
  }

  /** A list that was under way while something happened may not know of it, so it is asked for once more. */
  async #list(reading: Reading): Promise<Answer<SessionListAnswer>> {
    this.#lastAskedAt = Date.now();
    const heard = this.#heard;
    const answer = await this.#link().client.listSessions(reading);
    return heard === this.#heard ? answer : this.#link().client.listSessions(reading);
  }

  #take(list: SessionListAnswer, isAsked = false): void {
    this.#clock.learn(list.asOf);
    const roster = withList(this.roster, list.sessions, list.asOf);
    const isHeld = this.#isHeld && !isAsked && this.roster.asOf !== null;
    this.#set(arrange(roster, isHeld));
  }

  #receive(event: StreamEvent): void {
    this.#heard += 1;
    if (this.roster.asOf === null) return;
    if (event.name === 'ready') {
      if (event.data.asOf > this.roster.asOf) void this.#reload(false);
      return;
    }
    this.#set(arrange(this.#after(event), this.#isHeld));
  }

  #after(event: StreamEvent): Roster {
    const asOf = new Date(this.#clock.now).toISOString();
    const roster = { ...this.roster, asOf };
    if (event.name === 'session.terminated') {
      const { id } = event.data;
      return this.#ending.has(id) ? withOwnEnding(roster, id) : withoutSession(roster, event.data);
    }
    if (event.name === 'session.established' || event.name === 'session.updated')
      return withSession(roster, event.data);
    return this.roster;
  }

  #drop(): void {
    this.roster = emptyRoster;
    this.loading.reset();
  }

  #set(roster: Roster): void {
    if (this.#link().ending !== null) return;
    this.roster = roster;
    this.#host.requestUpdate();
  }
}
