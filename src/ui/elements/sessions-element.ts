import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { SessionWire } from '../../client/types.ts';
import { type AccountLink, accountLink } from '../controllers/account-link.ts';
import { Announcer } from '../controllers/announcer.ts';
import { ListHold } from '../controllers/list-hold.ts';
import { LogOutController } from '../controllers/log-out-controller.ts';
import { NarrowController } from '../controllers/narrow-controller.ts';
import { PageClock } from '../controllers/page-clock.ts';
import { RenameController } from '../controllers/rename-controller.ts';
import { SessionsController } from '../controllers/sessions-controller.ts';
import { type DeviceGroup, groupByDevice } from '../model/devices.ts';
import { subjects } from '../model/subjects.ts';
import { clock } from '../model/times.ts';
import { en } from '../strings/en.ts';
import { base } from '../styles/base.ts';
import { dialog } from '../styles/dialog.ts';
import { form } from '../styles/form.ts';
import { here } from '../styles/here.ts';
import { list } from '../styles/list.ts';
import { shell } from '../styles/shell.ts';
import { hostTokens } from '../styles/tokens.ts';
import { waiting as waitingStyles } from '../styles/waiting.ts';
import { hereCard } from '../templates/here-card.ts';
import { icon } from '../templates/icon.ts';
import { deviceRow } from '../templates/session-row.ts';
import { sessionsSkeleton } from '../templates/sessions-skeleton.ts';
import type { SessionsView } from '../templates/sessions-view.ts';
import { waiting } from '../templates/waiting.ts';
import { ActDialogElement } from './act-dialog-element.ts';

/**
 * `<rollcall-sessions>`: every session of the account, each to be logged out.
 *
 * `base-url`: where Rollcall answers; default the page's origin.
 * Event `rollcall-log-out`, cancelable, before anything ends; `detail.sessionIds` says what would.
 */
export class SessionsElement extends LitElement {
  static override properties = { baseUrl: { attribute: 'base-url' } };
  static override styles = [hostTokens, base, shell, form, here, list, dialog, waitingStyles];
  declare baseUrl: string;
  readonly #clock = new PageClock(this);
  readonly #sessions = new SessionsController(this, () => this.#link, this.#clock);
  readonly #narrow = new NarrowController(this, 54);
  readonly #announcer = new Announcer(this);
  readonly #hold = new ListHold(this, '.sessions', (isHeld) => this.#sessions.hold(isHeld));
  readonly #rename = new RenameController(this, this.#sessions, this.#announcer);
  readonly #logOut = new LogOutController(this, this.#sessions, () => this.#link, this.#announcer);
  readonly #open = new Set<string>();
  readonly #revealed = new Set<string>();
  #current: SessionWire | null = null;
  #groups: readonly DeviceGroup[] = [];
  #hadFocus = false;

  constructor() {
    super();
    this.baseUrl = '';
  }

  get #link(): AccountLink {
    return accountLink(this.baseUrl);
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.#link.ending !== null) return nothing;
    const view = this.#view();
    const { phase } = this.#sessions.loading;
    const isBusy = phase.name === 'loading' || phase.name === 'slow';
    const texts = {
      loading: en.sessions.loading,
      failed: en.sessions.failed,
      failedNote: en.sessions.failedNote,
    };
    return html`
      <div class="intro">
        <div><h1>${en.sessions.title}</h1><p>${en.sessions.intro}</p></div>
        ${phase.name === 'ready' ? this.#liveLine(view) : nothing}
      </div>
      <div aria-busy=${isBusy ? 'true' : 'false'}>
        ${waiting(phase, texts, sessionsSkeleton(), () => void this.#sessions.load())}
        ${phase.name === 'ready' ? this.#content(view) : nothing}
      </div>
      ${this.#announcer.region()}
      <rollcall-act-dialog .client=${this.#link.client}></rollcall-act-dialog>`;
  }

  protected override willUpdate(): void {
    this.#hadFocus = this.shadowRoot?.activeElement != null;
  }

  /** A control that goes while it has the focus hands it to the heading, never to nowhere. */
  protected override updated(): void {
    if (this.#hadFocus && this.shadowRoot?.activeElement == null && document.activeElement === document.body)
      this.renderRoot.querySelector<HTMLElement>('#others')?.focus();
  }

  #view(): SessionsView {
    const { shown } = this.#sessions.roster;
    this.#current = shown.find((session) => session.current) ?? null;
    this.#groups = groupByDevice(shown.filter((session) => !session.current));
    const { now, viewer } = this.#clock;
    const view: SessionsView = {
      viewer,
      now,
      isNarrow: this.#narrow.isNarrow,
      roster: this.#sessions.roster,
      subjects: subjects(this.#current, this.#groups, now, viewer),
      open: this.#open,
      revealed: this.#revealed,
      rename: this.#rename.state,
      undo: this.#rename.undo,
      acts: {
        toggle: (key) => this.#toggle(key),
        reveal: (id) => this.#reveal(id),
        logOut: (session) => void this.#logOut.one(session, view),
        logOutGroup: (group) => void this.#logOut.group(group, view),
        logOutHere: (session) => void this.#logOut.here(session),
        startRename: (deviceId) => void this.#rename.start(deviceId),
        saveName: (deviceId, typed) => void this.#rename.save(deviceId, typed),
        cancelRename: () => void this.#rename.cancel(),
        undoRename: () => void this.#rename.takeBack(),
      },
    };
    return view;
  }

  #liveLine(view: SessionsView): TemplateResult | typeof nothing {
    const { live } = this.#link;
    if (live === 'paused') return nothing;
    const at = new Date(view.now).toISOString();
    const text =
      live === 'live' ? html`<span class="live">${en.sessions.live}</span>` : en.sessions.connecting;
    return html`<p class="intro__live">${text} ${en.sessions.asOf} <time datetime=${at}>${clock(at, view.viewer)}</time></p>`;
  }

  #content(view: SessionsView): TemplateResult {
    return html`
      ${this.#link.live === 'paused' ? this.#paused(view) : nothing}
      ${this.#current === null ? nothing : hereCard(this.#current, view)}
      ${this.#groups.length === 0 && this.#sessions.waiting === 0 ? this.#empty() : this.#others(view)}`;
  }

  #paused(view: SessionsView): TemplateResult {
    const asOf = this.#sessions.roster.asOf ?? new Date(view.now).toISOString();
    // Only the loss is said aloud: the time changes with every list.
    return html`<div class="notice notice--quiet">
      ${icon('pause')}
      <p><strong role="status">${en.sessions.paused}</strong> ${en.sessions.listAsOf(clock(asOf, view.viewer))}</p>
      <button class="button" type="button" @click=${() => void this.#refresh()}>${en.sessions.refresh}</button>
    </div>`;
  }

  #empty(): TemplateResult {
    return html`<section class="section" aria-labelledby="others">
      <div class="blank surface">
        <span class="tile tile--accent">${icon('check', 'large')}</span>
        <h2 id="others" tabindex="-1">${en.sessions.empty}</h2>
        <p>${en.sessions.emptyNote}</p>
      </div>
    </section>`;
  }

  #others(view: SessionsView): TemplateResult {
    const devices = this.#groups.length;
    const sessions = this.#groups.reduce((sum, group) => sum + group.sessions.length, 0);
    const { waiting: waitingChanges } = this.#sessions;
    const updates = html`<button class="button" type="button" @click=${() => this.#showUpdates()}>
      ${icon('refresh', 'small')}${en.sessions.updates(waitingChanges)}</button>`;
    return html`<section class="section" id="other" aria-labelledby="others">
      <div class="section__head">
        <div>
          <h2 id="others" tabindex="-1">${en.sessions.others} <span class="section__count">${devices}</span></h2>
          <p>${en.sessions.othersNote(sessions, devices)}</p>
        </div>
        <div class="section__acts">
          ${waitingChanges > 0 ? updates : nothing}
          <button class="button button--danger" type="button" data-log-out="others"
            @click=${() => void this.#logOut.others()}>${icon('logout', 'small')}${en.sessions.logOutOthers}</button>
        </div>
      </div>
      <div class="sessions surface" @pointermove=${this.#hold.moved} @pointerleave=${this.#hold.left}
        @focusin=${this.#hold.focusMoved} @focusout=${this.#hold.focusMoved}>
        <div class="sessions__grid">
          ${this.#columns()}
          <ul>${repeat(
            this.#groups,
            (group) => group.device.id,
            (group) => deviceRow(group, view),
          )}</ul>
        </div>
      </div>
    </section>`;
  }

  #columns(): TemplateResult {
    const hasPlace = this.#sessions.roster.shown.some((session) => session.place !== null);
    const { device, address, location, signedIn, lastActive } = en.sessions.columns;
    // Each term of the facts says the same, so these heads are for the eye alone.
    return html`<div class="columns" aria-hidden="true">
      <span>${device}</span><span>${hasPlace ? location : address}</span><span>${signedIn}</span
      ><span>${lastActive}</span><span></span>
    </div>`;
  }

  #toggle(key: string): void {
    if (!this.#open.delete(key)) this.#open.add(key);
    this.requestUpdate();
  }

  async #reveal(id: string): Promise<void> {
    this.#revealed.add(id);
    this.requestUpdate();
    await this.updateComplete;
    // The button that was pressed is gone; its row keeps the focus.
    this.renderRoot.querySelector<HTMLElement>(`[data-log-out="${id}"]`)?.focus();
  }

  async #refresh(): Promise<void> {
    const problem = await this.#sessions.refresh();
    this.#announcer.say(problem === null ? en.sessions.said.updated : en.problem(problem, null));
  }

  #showUpdates(): void {
    this.#sessions.applyWaiting();
    const row = this.renderRoot.querySelector<HTMLElement>(
      `[data-session="${this.#hold.lastFocused ?? ''}"]`,
    );
    const control = row?.querySelector<HTMLElement>('[data-log-out]');
    (control ?? this.renderRoot.querySelector<HTMLElement>('#others'))?.focus();
  }

  /** The dialog this element asks its questions in. */
  get dialog(): ActDialogElement | null {
    const found = this.renderRoot.querySelector('rollcall-act-dialog');
    return found instanceof ActDialogElement ? found : null;
  }
}
