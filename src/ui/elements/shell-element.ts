import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { Problem } from '../../client/problem.ts';
import { type AccountLink, accountLink } from '../controllers/account-link.ts';
import { type Appearance, setAppearance, storedAppearance } from '../controllers/appearance.ts';
import { currentViewer } from '../controllers/page-clock.ts';
import { zoneName } from '../model/times.ts';
import { en } from '../strings/en.ts';
import { base } from '../styles/base.ts';
import { shell } from '../styles/shell.ts';
import { icon, mark } from '../templates/icon.ts';

export type Tab = keyof typeof en.shell.tabs;

const addresses: Record<Tab, string> = {
  sessions: '/account/sessions',
  password: '/account/password',
  'two-factor': '/account/two-factor',
  history: '/account/history',
};

const appearances = ['system', 'light', 'dark'] as const;

/** `<rollcall-shell current="sessions">`: masthead, tabs and account menu around a page of the account settings. */
export class ShellElement extends LitElement {
  static override properties = { current: {} };
  static override styles = [base, shell];
  declare current: Tab;
  #leave: (() => void) | null = null;
  #appearance: Appearance = 'system';
  #isSigningOut = false;
  #failure: Problem | null = null;

  constructor() {
    super();
    this.current = 'sessions';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#appearance = storedAppearance();
    this.#leave = this.#link.subscribe({ onChange: () => this.requestUpdate() });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leave?.();
  }

  get #link(): AccountLink {
    return accountLink();
  }

  protected override render(): TemplateResult {
    const zone = zoneName(new Date(Date.now()).toISOString(), currentViewer());
    return html`
      <a class="skip" href="#content" @click=${this.#skip}>${en.shell.skip}</a>
      <header class="masthead">
        <div class="page">
          <div class="masthead__bar">
            <a class="wordmark" href="/account/sessions" aria-label=${en.shell.home}>${mark()}<span>${en.product}</span></a>
            <span class="masthead__where">${en.shell.where}</span>
            ${this.#account()}
          </div>
          <nav class="tabs" aria-label=${en.shell.where}>
            ${(Object.keys(addresses) as Tab[]).map((tab) => this.#tab(tab))}
          </nav>
        </div>
      </header>
      <main class="page"><slot></slot></main>
      <div class="page"><footer class="foot"><span>${en.shell.zone(zone)}</span></footer></div>`;
  }

  #tab(tab: Tab): TemplateResult {
    const current = tab === this.current ? 'page' : nothing;
    return html`<a href=${addresses[tab]} aria-current=${current}>${en.shell.tabs[tab]}</a>`;
  }

  #account(): TemplateResult | typeof nothing {
    const { user } = this.#link;
    const name = user === null ? '' : (user.name ?? user.email);
    return html`<button class="account" type="button" popovertarget="menu" aria-haspopup="true">
        <span class="avatar" aria-hidden="true">${user === null ? icon('person', 'small') : initials(name)}</span
        ><span class="account__name">${name}</span><span class="visually-hidden">${name === '' ? '' : ', '}${en.shell.menu}</span
        >${icon('chevron', 'small')}
      </button>
      <div class="menu" id="menu" popover>
        ${user === null ? nothing : html`<div class="menu__who"><strong>${name}</strong>${user.name === null ? nothing : html`<br><span class="faint">${user.email}</span>`}</div>`}
        <div class="menu__label" id="appearance">${en.shell.appearance}</div>
        <div class="segments" role="group" aria-labelledby="appearance">${appearances.map((one) => this.#segment(one))}</div>
        <button class="menu__item" type="button" aria-disabled=${this.#isSigningOut ? 'true' : 'false'} @click=${() => void this.#signOut()}>
          ${icon('logout')}${this.#isSigningOut ? en.shell.signingOut : en.shell.signOut}
        </button>
        <p class="menu__failed" role="alert">${this.#failure === null ? nothing : en.shell.signOutFailed(this.#failure)}</p>
      </div>`;
  }

  #segment(appearance: Appearance): TemplateResult {
    const pressed = appearance === this.#appearance ? 'true' : 'false';
    return html`<button type="button" aria-pressed=${pressed} @click=${() => this.#choose(appearance)}>
      ${en.shell.appearances[appearance]}
    </button>`;
  }

  #choose(appearance: Appearance): void {
    this.#appearance = appearance;
    setAppearance(appearance);
    this.requestUpdate();
  }

  async #signOut(): Promise<void> {
    if (this.#isSigningOut) return;
    this.#isSigningOut = true;
    this.#failure = null;
    this.requestUpdate();
    const answer = await this.#link.client.signOut();
    this.#isSigningOut = false;
    this.#failure = answer.ok ? null : answer.problem;
    this.requestUpdate();
    const at = new Date(Date.now()).toISOString();
    if (answer.ok) this.#link.end({ at, reason: 'signed_out', by: null });
  }

  /** The focus goes along, and the address stays as it is. */
  readonly #skip = (event: Event): void => {
    event.preventDefault();
    const content = this.firstElementChild;
    if (content instanceof HTMLElement) content.focus();
  };
}

function initials(name: string): string {
  const words =
    name
      .split('@')[0]
      ?.split(/[\s._-]+/)
      .filter((word) => word !== '') ?? [];
  const first = words[0]?.at(0) ?? '';
  const last = words.length > 1 ? (words.at(-1)?.at(0) ?? '') : '';
  return first + last;
}
