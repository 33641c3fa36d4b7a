import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { HistoryEventWire } from '../../client/types.ts';
import { HistoryController } from '../controllers/history-controller.ts';
import { PageClock } from '../controllers/page-clock.ts';
import { type HistoryDay, historyDays } from '../model/history-days.ts';
import { en } from '../strings/en.ts';
import { base } from '../styles/base.ts';
import { dialog } from '../styles/dialog.ts';
import { form } from '../styles/form.ts';
import { history } from '../styles/history.ts';
import { shell } from '../styles/shell.ts';
import { hostTokens } from '../styles/tokens.ts';
import { waiting as waitingStyles } from '../styles/waiting.ts';
import { historyEvent } from '../templates/history-event.ts';
import { icon } from '../templates/icon.ts';
import { alertNotice, rowBones, waiting } from '../templates/waiting.ts';
import { AccountElement } from './account-element.ts';

/** `<rollcall-history>`: what happened to the account, by day, the newest first. */
export class HistoryElement extends AccountElement {
  static override styles = [hostTokens, base, shell, dialog, form, history, waitingStyles];
  readonly #clock = new PageClock(this);
  readonly #history = new HistoryController(this, () => this.link);

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#history.load();
  }

  protected override forget(): void {
    this.#history.forget();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.link.ending !== null) return nothing;
    const texts = en.history;
    const { phase } = this.#history.loading;
    const isBusy = phase.name === 'loading' || phase.name === 'slow';
    return html`
      <div class="intro"><div><h1>${texts.title}</h1><p>${texts.intro}</p></div></div>
      <div aria-busy=${isBusy ? 'true' : 'false'}>
        ${waiting(phase, texts, rowBones(6), () => void this.#history.load())}
        ${phase.name === 'ready' ? this.#content() : nothing}
      </div>`;
  }

  #content(): TemplateResult {
    const { events } = this.#history;
    if (events.length === 0) return empty();
    const days = historyDays(events, this.#clock.now, this.#clock.viewer);
    return html`<div class="days surface">
      ${repeat(
        days,
        (day) => day.key,
        (day) => this.#day(day),
      )}
      ${this.#more()}
    </div>`;
  }

  #day(day: HistoryDay): TemplateResult {
    const event = (one: HistoryEventWire): TemplateResult => historyEvent(one, this.#clock.viewer);
    return html`<section class="day" aria-label=${`${day.title}, ${day.note}`}>
      <h2 class="day__name">${day.title} <span>${day.note}</span></h2>
      <ul>${repeat(day.events, (one) => one.id, event)}</ul>
    </section>`;
  }

  #more(): TemplateResult {
    const texts = en.history;
    const { next, isLoadingOlder, problem } = this.#history;
    const button = html`<button class="button button--plain" type="button" aria-disabled=${isLoadingOlder ? 'true' : 'false'}
      @click=${() => void this.#older()}>${isLoadingOlder ? texts.loadingOlder : texts.older}</button>`;
    return html`<div class="days__more">
      ${problem === null ? nothing : alertNotice(problem)}
      ${next === null ? html`<p class="days__end">${texts.end}</p>` : button}
    </div>`;
  }

  async #older(): Promise<void> {
    const first = await this.#history.older();
    if (first === null) return;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`[data-event="${first}"]`)?.focus();
  }
}

function empty(): TemplateResult {
  return html`<div class="blank surface">
    <span class="tile">${icon('clock', 'large')}</span>
    <h2>${en.history.empty}</h2>
    <p>${en.history.emptyNote}</p>
  </div>`;
}
