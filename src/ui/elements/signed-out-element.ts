import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { type Ending, unknownEnding } from '../controllers/account-link.ts';
import { currentViewer } from '../controllers/page-clock.ts';
import { clock, dayAndTime, dayName } from '../model/times.ts';
import { en } from '../strings/en.ts';
import { base } from '../styles/base.ts';
import { form } from '../styles/form.ts';
import { shell } from '../styles/shell.ts';
import { alonePage } from '../templates/alone-page.ts';
import { icon } from '../templates/icon.ts';

/** `<rollcall-signed-out>`: what a page becomes when its session is over. Knows the end and nothing of the account. */
export class SignedOutElement extends LitElement {
  static override properties = { ending: { attribute: false } };
  static override styles = [base, shell, form];
  declare ending: Ending;

  constructor() {
    super();
    this.ending = unknownEnding;
  }

  protected override firstUpdated(): void {
    // Taking the place of a page it also takes the focus, so that what happened is read out.
    if (this.ending !== unknownEnding || document.activeElement === document.body)
      this.renderRoot.querySelector<HTMLElement>('h1')?.focus();
  }

  protected override render(): TemplateResult {
    const isOwn = this.ending.reason === 'signed_out';
    return alonePage(html`
      <span class="tile tile--large">${icon('logout', 'large')}</span>
      <h1 tabindex="-1">${en.signedOut.title}</h1>
      <p>${this.#how()} ${en.signedOut.cleared}</p>
      <div class="card__acts">
        <a class="button button--primary button--large button--wide" href="/sign-in">${en.signedOut.again}</a>
      </div>
      ${isOwn ? nothing : html`<p class="card__after">${en.signedOut.worry}</p>`}
    `);
  }

  #how(): TemplateResult | typeof nothing {
    const { at, by, reason } = this.ending;
    const because = en.signedOut.because(reason);
    const cause = because === null ? nothing : html` ${because}`;
    if (at === null) return html`${cause}`;
    const viewer = currentViewer();
    const now = Date.now();
    const isToday =
      dayName(at, now, viewer).title === dayName(new Date(now).toISOString(), now, viewer).title;
    const text = isToday ? clock(at, viewer) : dayAndTime(at, now, viewer);
    const isOwn = reason === 'signed_out';
    const from = by === null || isOwn ? nothing : html`, ${en.signedOut.from} <strong>${by}</strong>`;
    return html`${en.signedOut.at(isToday)} <time datetime=${at}>${text}</time>${isToday ? ` ${en.signedOut.today}` : nothing}${from}.${cause}`;
  }
}
