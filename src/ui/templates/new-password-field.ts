import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { AssessAnswer } from '../../client/types.ts';
import type { NewPasswordController } from '../controllers/new-password-controller.ts';
import { en } from '../strings/en.ts';
import { field } from './fields.ts';
import { icon } from './icon.ts';

/** The field for a new password, with its strength, the reason it will not do, and a passphrase on offer. */
export function newPasswordField(
  password: NewPasswordController,
  label: string,
  shortest: number,
): TemplateResult {
  const texts = en.newPassword;
  const hint = texts.hint(password.assessment?.minimumLength ?? shortest);
  return html`${field({ id: 'new-password', label, hint, error: password.refusal }, (note) => input(password, note))}
    ${meter(password.assessment)}
    ${offer(password)}`;
}

function input(password: NewPasswordController, note: string): TemplateResult {
  const texts = en.newPassword;
  const typed = (event: InputEvent): void => {
    if (event.target instanceof HTMLInputElement) password.type(event.target.value);
  };
  return html`<div class="field__box">
    <input id="new-password" name="newPassword" type=${password.isShown ? 'text' : 'password'} autocomplete="new-password"
      autocapitalize="off" spellcheck="false" required aria-describedby=${note}
      aria-invalid=${password.refusal === null ? 'false' : 'true'} .value=${live(password.value)} @input=${typed}>
    <button class="button button--plain" type="button" aria-pressed=${password.isShown ? 'true' : 'false'} @click=${() => password.toggleShown()}>
      ${texts.show}<span class="visually-hidden"> ${texts.shownFor}</span>
    </button>
  </div>`;
}

function meter(assessment: AssessAnswer | null): TemplateResult | typeof nothing {
  if (assessment === null) return nothing;
  const { levels, refused, strength } = en.newPassword;
  const { score, refusal } = assessment;
  const word = refusal === null ? (levels[score] ?? '') : refused[refusal.code];
  // A password that will be refused is never shown as a strong one.
  const level = refusal === null ? Math.max(1, score) : Math.min(1, score);
  return html`<div class="meter" data-level=${level}>
    <span class="meter__bars" aria-hidden="true"><i></i><i></i><i></i><i></i></span>
    <span class="meter__word" role="status"><span class="visually-hidden">${strength}: </span>${word}</span>
  </div>`;
}

function offer(password: NewPasswordController): TemplateResult {
  const texts = en.newPassword;
  const ask = (): void => void password.offer();
  if (password.passphrase === null) {
    return html`<div>
      <button class="link-button" type="button" @click=${ask}>${texts.suggest}</button>
      ${password.hasOfferFailed ? html`<p class="field__error" role="alert">${texts.suggestFailed}</p>` : nothing}
    </div>`;
  }
  return html`<div class="phrase" role="status">
    <span>${texts.suggested}</span>
    <code>${password.passphrase}</code>
    <div class="phrase__acts">
      <button class="button" type="button" @click=${() => password.takeOffer()}>${icon('check', 'small')}${texts.use}</button>
      <button class="button button--plain" type="button" @click=${ask}>${texts.suggestAnother}</button>
    </div>
  </div>`;
}
