import { html, nothing, type TemplateResult } from 'lit';
import type { AccountAnswer } from '../../client/types.ts';
import type { Act } from '../controllers/act-controller.ts';
import { Announcer } from '../controllers/announcer.ts';
import { currentViewer } from '../controllers/page-clock.ts';
import { TwoFactorController } from '../controllers/two-factor-controller.ts';
import { longDate } from '../model/times.ts';
import { en } from '../strings/en.ts';
import { base } from '../styles/base.ts';
import { dialog } from '../styles/dialog.ts';
import { form } from '../styles/form.ts';
import { shell } from '../styles/shell.ts';
import { hostTokens } from '../styles/tokens.ts';
import { twoFactor } from '../styles/two-factor.ts';
import { waiting as waitingStyles } from '../styles/waiting.ts';
import { icon } from '../templates/icon.ts';
import { recoveryCodes } from '../templates/recovery-codes.ts';
import { totpSetUp } from '../templates/totp-set-up.ts';
import { askNewCodes, askProof, askTurnOff } from '../templates/two-factor-questions.ts';
import { rowBones, waiting } from '../templates/waiting.ts';
import { AccountElement } from './account-element.ts';
import { ActDialogElement, type Question } from './act-dialog-element.ts';

const fewCodes = 3;

/**
 * `<rollcall-two-factor>`: turns an authenticator app on and off, and makes recovery codes.
 *
 * Event `rollcall-turn-off`, cancelable, before the second factor is taken away.
 */
export class TwoFactorElement extends AccountElement {
  static override styles = [hostTokens, base, shell, dialog, form, twoFactor, waitingStyles];
  readonly #factor = new TwoFactorController(this, () => this.link);
  readonly #announcer = new Announcer(this);

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('beforeunload', this.#guard);
    void this.#factor.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('beforeunload', this.#guard);
  }

  protected override forget(): void {
    this.#dialog?.drop();
    this.#factor.forget();
  }

  /** Codes that were not put away yet would be lost with the page. */
  readonly #guard = (event: BeforeUnloadEvent): void => {
    if (this.#factor.shown?.isKept === false) event.preventDefault();
  };

  protected override render(): TemplateResult | typeof nothing {
    if (this.link.ending !== null) return nothing;
    const texts = en.twoFactor;
    const { account } = this.#factor;
    const { phase } = this.#factor.loading;
    const isBusy = phase.name === 'loading' || phase.name === 'slow';
    return html`
      <div class="intro"><div><h1>${texts.title}</h1><p>${texts.intro}</p></div>${account === null ? nothing : state(account)}</div>
      <div aria-busy=${isBusy ? 'true' : 'false'}>
        ${waiting(phase, texts, rowBones(2), () => void this.#factor.load())}
        ${account === null ? nothing : this.#content(account)}
      </div>
      ${this.#announcer.region()}
      <rollcall-act-dialog .client=${this.link.client}></rollcall-act-dialog>`;
  }

  #content(account: AccountAnswer): TemplateResult {
    const { shown, enrolment } = this.#factor;
    return html`<ul class="methods surface">${this.#app(account)}${account.twoFactor.totp ? this.#codes(account) : nothing}</ul>
      ${
        enrolment === null
          ? nothing
          : totpSetUp({
              enrolment,
              isConfirming: this.#factor.isConfirming,
              problem: this.#factor.problem,
              copy: (text) => void this.#copy(text),
              confirm: (code) => void this.#confirm(code),
              leave: () => this.#leaveSetUp(),
            })
      }
      ${
        shown === null
          ? nothing
          : recoveryCodes(shown, account.user.email, {
              copy: (text) => void this.#copy(text),
              keep: (isKept) => this.#factor.keep(isKept),
              close: () => this.#closeCodes(),
            })
      }`;
  }

  #app({ twoFactor: { totp, enabledAt } }: AccountAnswer): TemplateResult {
    const texts = en.twoFactor;
    const since = enabledAt === null ? texts.appOn : texts.appOnSince(longDate(enabledAt, currentViewer()));
    const setUp = html`<button class="button button--primary" type="button" id="start" ?disabled=${this.#factor.enrolment !== null}
      @click=${() => void this.#start()}>${texts.setUp}</button>`;
    const turnOff = html`<button class="button button--end" type="button" id="turn-off" @click=${() => void this.#turnOff()}>${texts.turnOff}</button>`;
    return html`<li>
      <span class="tile ${totp ? 'tile--accent' : ''}">${icon('phone', 'large')}</span>
      <div><h2 class="methods__name">${texts.app}</h2><p>${totp ? since : texts.appOff}</p></div>
      <div class="methods__acts">${totp ? turnOff : setUp}</div>
    </li>`;
  }

  #codes({ twoFactor: { recoveryCodesLeft } }: AccountAnswer): TemplateResult {
    const texts = en.twoFactor;
    const isLow = recoveryCodesLeft <= fewCodes ? 'attention' : 'accent';
    return html`<li>
      <span class="tile ${isLow === 'attention' ? 'tile--attention' : ''}">${icon('key', 'large')}</span>
      <div><h2 class="methods__name">${texts.recovery} <span class="badge badge--${isLow}">${texts.left(recoveryCodesLeft)}</span></h2>
        <p>${texts.recoveryText}</p></div>
      <div class="methods__acts"><button class="button" type="button" @click=${() => void this.#newCodes()}>${texts.makeNew}</button></div>
    </li>`;
  }

  async #start(): Promise<void> {
    const isDone = await this.#withProof(() => this.#factor.start());
    if (isDone) await this.#focus('#set-up');
  }

  async #confirm(code: string): Promise<void> {
    const isDone = await this.#withProof(() => this.#factor.confirm(code));
    if (!isDone) return this.#focus('#code');
    await this.#factor.refresh();
    const revoked = this.#factor.shown?.revoked ?? 0;
    const said = revoked === 0 ? '' : ` ${en.twoFactor.loggedOut(revoked)}`;
    this.#announcer.say(`${en.twoFactor.isOn}${said}`);
    await this.#focus('#kept');
  }

  /** Acts at once where no proof is wanted, and asks for it in a dialog where it is. */
  async #withProof(act: Act): Promise<boolean> {
    const first = await act();
    if (first.ok) return true;
    if (first.problem.code !== 'step_up_required' && this.#factor.problem !== null) return false;
    let answer: Awaited<ReturnType<Act>> | null = first;
    const again: Act = () => {
      // The first answer is already there; asking twice would only cost time.
      const known = answer;
      answer = null;
      return known === null ? act() : Promise.resolve(known);
    };
    const isDone = await this.#ask(askProof(), again);
    if (!isDone) this.#announcer.say(en.twoFactor.proofCancelled);
    return isDone;
  }

  async #turnOff(): Promise<void> {
    const event = (): CustomEvent =>
      new CustomEvent('rollcall-turn-off', { bubbles: true, composed: true, cancelable: true });
    if (!this.dispatchEvent(event())) return;
    if (!(await this.#ask(askTurnOff(), () => this.#factor.remove()))) return;
    this.#factor.closeCodes();
    await this.#factor.refresh();
    this.#announcer.say(en.twoFactor.offDone);
    await this.#focus('#start');
  }

  async #newCodes(): Promise<void> {
    if (!(await this.#ask(askNewCodes(), () => this.#factor.replaceCodes()))) return;
    await this.#factor.refresh();
    this.#announcer.say(en.twoFactor.newDone);
    await this.#focus('#kept');
  }

  #leaveSetUp(): void {
    this.#factor.leaveSetUp();
    void this.#focus('#start');
  }

  #closeCodes(): void {
    this.#factor.closeCodes();
    void this.#focus('#turn-off');
  }

  async #copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.#announcer.say(en.common.copied);
    } catch {
      this.#announcer.say(en.common.copyFailed);
    }
  }

  async #focus(selector: string): Promise<void> {
    this.requestUpdate();
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(selector)?.focus();
  }

  get #dialog(): ActDialogElement | null {
    const found = this.renderRoot?.querySelector('rollcall-act-dialog');
    return found instanceof ActDialogElement ? found : null;
  }

  #ask(question: Question, act: Act): Promise<boolean> {
    return this.#dialog?.ask(question, act) ?? Promise.resolve(false);
  }
}

function state({ twoFactor: { totp, enabledAt } }: AccountAnswer): TemplateResult {
  const texts = en.twoFactor;
  if (!totp) return html`<p class="intro__live"><span class="badge">${texts.off}</span></p>`;
  const on = enabledAt === null ? texts.on : texts.onSince(longDate(enabledAt, currentViewer()));
  return html`<p class="intro__live"><span class="badge badge--accent">${on}</span></p>`;
}
