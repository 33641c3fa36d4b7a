import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { type Client, createClient } from '../../client/client.ts';
import type { Answer, Problem } from '../../client/problem.ts';
import type { SecondFactorRequest, SignInAnswer } from '../../client/types.ts';
import { LockTimer } from '../controllers/lock-timer.ts';
import { en } from '../strings/en.ts';
import { base } from '../styles/base.ts';
import { dialog } from '../styles/dialog.ts';
import { form } from '../styles/form.ts';
import { shell } from '../styles/shell.ts';
import { hostTokens } from '../styles/tokens.ts';
import { alonePage } from '../templates/alone-page.ts';
import { buttonText, field, fieldText, isTicked } from '../templates/fields.ts';
import { alertNotice } from '../templates/waiting.ts';

type Step =
  | { readonly name: 'password' }
  | { readonly name: 'second-factor'; readonly method: SecondFactorRequest['method'] };

/** `<rollcall-sign-in>`: password, then a second factor where there is one. Event `rollcall-signed-in` when done. */
export class SignInElement extends LitElement {
  static override properties = { baseUrl: { attribute: 'base-url' } };
  static override styles = [hostTokens, base, shell, dialog, form];
  declare baseUrl: string;
  #client: Client | null = null;
  readonly #lock = new LockTimer(this);
  #step: Step = { name: 'password' };
  #isWorking = false;
  #problem: Problem | null = null;
  #isTooLate = false;

  constructor() {
    super();
    this.baseUrl = '';
  }

  get client(): Client {
    this.#client ??= createClient({ baseUrl: this.baseUrl });
    return this.#client;
  }

  protected override render(): TemplateResult {
    const { name } = this.#step;
    return alonePage(name === 'password' ? this.#passwordStep() : this.#codeStep(), en.signIn.foot);
  }

  #passwordStep(): TemplateResult {
    const texts = en.signIn;
    return html`<h1>${texts.title}</h1>
      <p>${texts.intro}</p>
      <form novalidate @submit=${this.#submitPassword}>
        ${this.#notice()}
        ${field(
          { id: 'email', label: texts.email },
          () => html`
          <input id="email" name="email" type="email" autocomplete="username" required autofocus>`,
        )}
        ${field(
          { id: 'password', label: texts.password },
          () => html`
          <input id="password" name="password" type="password" autocomplete="current-password" required>`,
        )}
        <label class="tick"><input type="checkbox" name="keep" aria-describedby="keep-note"
          ><span>${texts.keep}</span></label>
        <p class="tick__note" id="keep-note">${texts.keepNote}</p>
        ${this.#button(texts.go, texts.working)}
      </form>
      <p class="card__after">${texts.noAccount} <a href="/sign-up">${texts.create}</a></p>`;
  }

  #codeStep(): TemplateResult {
    const texts = en.signIn;
    const isApp = this.#step.name === 'second-factor' && this.#step.method === 'totp';
    return html`<h1 tabindex="-1">${texts.secondTitle}</h1>
      <p>${isApp ? texts.secondApp : texts.secondRecovery}</p>
      <form novalidate @submit=${this.#submitCode}>
        ${this.#notice()}
        <div class="field otp otp--wide">
          <label for="code">${texts.code}</label>
          <input id="code" name="code" required autocapitalize="off" spellcheck="false"
            autocomplete=${isApp ? 'one-time-code' : 'off'} inputmode=${isApp ? 'numeric' : 'text'}>
        </div>
        ${this.#button(texts.verify, texts.verifying)}
      </form>
      <div class="card__after card__switch">
        <button class="link-button" type="button" @click=${() => this.#useMethod(isApp ? 'recovery-code' : 'totp')}>
          ${isApp ? texts.useRecovery : texts.useApp}
        </button>
        <button class="link-button" type="button" @click=${() => this.#startAgain(false)}>${texts.startAgain}</button>
      </div>`;
  }

  #button(text: string, working: string): TemplateResult {
    return html`<button class="button button--primary button--large button--wide" type="submit" aria-disabled=${this.#isWorking ? 'true' : 'false'}>
      ${buttonText(this.#isWorking, text, working)}
    </button>`;
  }

  #notice(): TemplateResult | typeof nothing {
    if (this.#isTooLate) return html`<div class="notice" role="alert"><p>${en.signIn.tooLate}</p></div>`;
    const problem = this.#problem;
    if (problem === null) return nothing;
    const { seconds } = this.#lock;
    return alertNotice(seconds > 0 ? { ...problem, retryAfterSeconds: seconds } : problem);
  }

  readonly #submitPassword = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { target } = event;
    if (this.#isWorking || !(target instanceof HTMLFormElement)) return;
    const request = {
      email: fieldText(target, 'email').trim(),
      password: fieldText(target, 'password'),
      keepSignedIn: isTicked(target, 'keep'),
    };
    await this.#send(() => this.client.signIn(request), '#password');
  };

  readonly #submitCode = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { target } = event;
    const step = this.#step;
    if (this.#isWorking || !(target instanceof HTMLFormElement) || step.name === 'password') return;
    const request = { method: step.method, code: fieldText(target, 'code').trim() };
    await this.#send(() => this.client.verifySecondFactor(request), '#code');
  };

  async #send(call: () => Promise<Answer<SignInAnswer>>, fieldOnRefusal: string): Promise<void> {
    this.#isWorking = true;
    this.#problem = null;
    this.#isTooLate = false;
    this.requestUpdate();
    const answer = await call();
    this.#isWorking = false;
    if (answer.ok) return this.#take(answer.value);
    if (answer.problem.code === 'no_pending_sign_in') return this.#startAgain(true);
    this.#problem = answer.problem;
    if (answer.problem.code === 'too_many_attempts') this.#lock.start(answer.problem.retryAfterSeconds ?? 0);
    await this.#focus(fieldOnRefusal, true);
  }

  #take(answer: SignInAnswer): void {
    this.renderRoot.querySelector('form')?.reset();
    if (answer.status === 'second-factor-required') {
      this.#useMethod('totp');
      return;
    }
    const event = new CustomEvent('rollcall-signed-in', { bubbles: true, composed: true, cancelable: true });
    if (this.dispatchEvent(event)) location.replace('/account/sessions');
    this.requestUpdate();
  }

  #useMethod(method: SecondFactorRequest['method']): void {
    this.#step = { name: 'second-factor', method };
    this.#problem = null;
    this.renderRoot.querySelector('form')?.reset();
    void this.#focus('#code', false);
  }

  #startAgain(isTooLate: boolean): void {
    this.#step = { name: 'password' };
    this.#problem = null;
    this.#isTooLate = isTooLate;
    void this.#focus('#email', false);
  }

  async #focus(selector: string, isSelected: boolean): Promise<void> {
    this.requestUpdate();
    await this.updateComplete;
    const found = this.renderRoot.querySelector<HTMLInputElement>(selector);
    found?.focus();
    if (isSelected) found?.select();
  }
}
