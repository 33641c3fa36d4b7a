import { html, nothing, type TemplateResult } from 'lit';
import type { Problem } from '../../client/problem.ts';
import type { AccountAnswer } from '../../client/types.ts';
import { Announcer } from '../controllers/announcer.ts';
import { LoadingController } from '../controllers/loading-controller.ts';
import { LockTimer } from '../controllers/lock-timer.ts';
import { NewPasswordController } from '../controllers/new-password-controller.ts';
import { currentViewer } from '../controllers/page-clock.ts';
import { longDate } from '../model/times.ts';
import { en } from '../strings/en.ts';
import { base } from '../styles/base.ts';
import { dialog } from '../styles/dialog.ts';
import { form } from '../styles/form.ts';
import { shell } from '../styles/shell.ts';
import { hostTokens } from '../styles/tokens.ts';
import { buttonText, field, fieldText, isTicked } from '../templates/fields.ts';
import { icon } from '../templates/icon.ts';
import { newPasswordField } from '../templates/new-password-field.ts';
import { alertNotice } from '../templates/waiting.ts';
import { AccountElement } from './account-element.ts';

/** `<rollcall-password>`: changes the password and, unless unticked, ends every other session with it. */
export class PasswordElement extends AccountElement {
  static override styles = [hostTokens, base, shell, dialog, form];
  readonly #account = new LoadingController(this);
  readonly #announcer = new Announcer(this);
  readonly #lock = new LockTimer(this);
  readonly #password = new NewPasswordController(
    this,
    () => this.link.client,
    () => this.link.user?.email ?? '',
  );
  #facts: AccountAnswer | null = null;
  #isWorking = false;
  #problem: Problem | null = null;
  #done: string | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  protected override forget(): void {
    this.#facts = null;
    this.#problem = null;
    this.#done = null;
    this.#password.clear();
    this.#account.reset();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.link.ending !== null) return nothing;
    const texts = en.password;
    return html`
      <div class="intro"><div><h1>${texts.title}</h1><p>${texts.intro}</p></div>${this.#changedOn()}</div>
      <div class="surface panel">
        <form class="form" novalidate @submit=${this.#submit}>
          ${this.#outcome()}
          <input class="visually-hidden" type="text" name="username" autocomplete="username" tabindex="-1" aria-hidden="true"
            readonly .value=${this.link.user?.email ?? ''}>
          ${field(
            { id: 'current', label: texts.current, error: this.#currentError() },
            (note) => html`
            <input id="current" name="current" type="password" autocomplete="current-password" required aria-describedby=${note}
              aria-invalid=${this.#currentError() === null ? 'false' : 'true'}>`,
          )}
          ${newPasswordField(this.#password, texts.next, this.#facts?.twoFactor.totp === true ? 8 : 15)}
          <div>
            <label class="tick"><input type="checkbox" name="others" checked aria-describedby="others-note"><span>${texts.others}</span></label>
            <p class="tick__note" id="others-note">${texts.othersNote}</p>
          </div>
          <div><button class="button button--primary button--large" type="submit" aria-disabled=${this.#isWorking ? 'true' : 'false'}>
            ${buttonText(this.#isWorking, texts.go, texts.working)}
          </button></div>
        </form>
      </div>
      ${this.#announcer.region()}`;
  }

  #changedOn(): TemplateResult | typeof nothing {
    if (this.#facts === null) return nothing;
    return html`<p class="intro__live">${en.password.changedOn(longDate(this.#facts.passwordChangedAt, currentViewer()))}</p>`;
  }

  #outcome(): TemplateResult | typeof nothing {
    if (this.#done !== null) {
      return html`<div class="notice notice--good">${icon('check')}
        <div><p><strong>${en.password.done}</strong> ${this.#done}</p><p><a href="/account/sessions">${en.password.see}</a></p></div>
      </div>`;
    }
    const problem = this.#problem;
    if (problem === null || this.#currentError() !== null) return nothing;
    const { seconds } = this.#lock;
    return alertNotice(
      seconds > 0 ? { ...problem, retryAfterSeconds: seconds } : problem,
      en.password.nothingDone,
    );
  }

  #currentError(): string | null {
    return this.#problem?.code === 'invalid_credentials' ? en.password.wrongCurrent : null;
  }

  #load(): Promise<void> {
    return this.#account.load(
      () => this.link.client.account(),
      (account) => {
        this.#facts = account;
      },
    );
  }

  readonly #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { target } = event;
    if (this.#isWorking || !(target instanceof HTMLFormElement)) return;
    const revokeOthers = isTicked(target, 'others');
    const request = {
      currentPassword: fieldText(target, 'current'),
      newPassword: this.#password.value,
      revokeOthers,
    };
    this.#isWorking = true;
    this.#problem = null;
    this.#done = null;
    this.requestUpdate();
    const answer = await this.link.client.changePassword(request);
    this.#isWorking = false;
    if (!answer.ok) return this.#refuse(answer.problem);
    target.reset();
    this.#password.clear();
    this.#done = revokeOthers ? en.password.doneOthers(answer.value.revoked) : en.password.doneKept;
    this.#announcer.say(`${en.password.done} ${this.#done}`);
    await this.#load();
  };

  #refuse(problem: Problem): void {
    const isAboutNew = problem.code.startsWith('password_');
    if (isAboutNew) this.#password.refuse(problem.detail ?? problem.title);
    else this.#problem = problem;
    if (problem.code === 'too_many_attempts') this.#lock.start(problem.retryAfterSeconds ?? 0);
    this.requestUpdate();
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>(isAboutNew ? '#new-password' : '#current')?.focus(),
    );
  }
}
