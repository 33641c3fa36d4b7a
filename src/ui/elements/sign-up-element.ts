import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { type Client, createClient } from '../../client/client.ts';
import type { Problem } from '../../client/problem.ts';
import { LockTimer } from '../controllers/lock-timer.ts';
import { NewPasswordController } from '../controllers/new-password-controller.ts';
import { en } from '../strings/en.ts';
import { base } from '../styles/base.ts';
import { dialog } from '../styles/dialog.ts';
import { form } from '../styles/form.ts';
import { shell } from '../styles/shell.ts';
import { hostTokens } from '../styles/tokens.ts';
import { alonePage } from '../templates/alone-page.ts';
import { buttonText, field, fieldText } from '../templates/fields.ts';
import { newPasswordField } from '../templates/new-password-field.ts';
import { alertNotice } from '../templates/waiting.ts';

const shortestPassword = 15;

/** `<rollcall-sign-up>`: makes an account. Event `rollcall-signed-in` when done; cancel it to stay on the page. */
export class SignUpElement extends LitElement {
  static override properties = { baseUrl: { attribute: 'base-url' } };
  static override styles = [hostTokens, base, shell, dialog, form];
  declare baseUrl: string;
  #client: Client | null = null;
  readonly #lock = new LockTimer(this);
  readonly #password = new NewPasswordController(
    this,
    () => this.client,
    () => this.#email,
  );
  #email = '';
  #isWorking = false;
  #problem: Problem | null = null;

  constructor() {
    super();
    this.baseUrl = '';
  }

  get client(): Client {
    this.#client ??= createClient({ baseUrl: this.baseUrl });
    return this.#client;
  }

  protected override render(): TemplateResult {
    const texts = en.signUp;
    const typed = (event: InputEvent): void => {
      if (event.target instanceof HTMLInputElement) this.#email = event.target.value;
    };
    return alonePage(
      html`
      <h1>${texts.title}</h1>
      <p>${texts.intro}</p>
      <form novalidate @submit=${this.#submit}>
        ${this.#problemNotice()}
        ${field(
          { id: 'name', label: texts.name, note: texts.optional, error: this.#fieldError('name') },
          (note) => html`
          <input id="name" name="name" autocomplete="name" maxlength="100" aria-describedby=${note}>`,
        )}
        ${field(
          { id: 'email', label: texts.email, error: this.#fieldError('email') },
          (note) => html`
          <input id="email" name="email" type="email" autocomplete="username" required aria-describedby=${note}
            aria-invalid=${this.#fieldError('email') === null ? 'false' : 'true'} @input=${typed}>`,
        )}
        ${newPasswordField(this.#password, texts.password, shortestPassword)}
        <button class="button button--primary button--large button--wide" type="submit" aria-disabled=${this.#isWorking ? 'true' : 'false'}>
          ${buttonText(this.#isWorking, texts.go, texts.working)}
        </button>
      </form>
      <p class="card__after">${texts.haveOne} <a href="/sign-in">${texts.signIn}</a></p>`,
      en.signIn.foot,
    );
  }

  #fieldError(name: string): string | null {
    return this.#problem?.fields.find((one) => one.field === name)?.problem ?? null;
  }

  #problemNotice(): TemplateResult | typeof nothing {
    const problem = this.#problem;
    if (problem === null) return nothing;
    const { seconds } = this.#lock;
    return alertNotice(seconds > 0 ? { ...problem, retryAfterSeconds: seconds } : problem);
  }

  readonly #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (this.#isWorking || !(event.target instanceof HTMLFormElement)) return;
    const name = fieldText(event.target, 'name').trim();
    const request = { email: fieldText(event.target, 'email').trim(), password: this.#password.value };
    this.#isWorking = true;
    this.#problem = null;
    this.requestUpdate();
    const answer = await this.client.signUp(name === '' ? request : { ...request, name });
    this.#isWorking = false;
    if (answer.ok) return this.#done();
    this.#refuse(answer.problem);
  };

  #done(): void {
    this.#password.clear();
    this.renderRoot.querySelector('form')?.reset();
    const event = new CustomEvent('rollcall-signed-in', { bubbles: true, composed: true, cancelable: true });
    if (this.dispatchEvent(event)) location.replace('/account/sessions');
  }

  #refuse(problem: Problem): void {
    const isAboutPassword = problem.code.startsWith('password_');
    if (isAboutPassword) this.#password.refuse(problem.detail ?? problem.title);
    else this.#problem = problem;
    if (problem.code === 'too_many_attempts') this.#lock.start(problem.retryAfterSeconds ?? 0);
    this.requestUpdate();
    const wrong = isAboutPassword ? '#new-password' : '#email';
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(wrong)?.focus());
  }
}
