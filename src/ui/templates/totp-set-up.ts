import { html, nothing, type TemplateResult } from 'lit';
import type { Problem } from '../../client/problem.ts';
import type { TotpAnswer } from '../../client/types.ts';
import { en } from '../strings/en.ts';
import { buttonText, fieldText } from './fields.ts';
import { icon } from './icon.ts';
import { alertNotice } from './waiting.ts';

export interface SetUpView {
  readonly enrolment: TotpAnswer;
  readonly isConfirming: boolean;
  readonly problem: Problem | null;
  copy(text: string): void;
  confirm(code: string): void;
  leave(): void;
}

/** Scan, then enter the code: the two steps before two-factor is on. */
export function totpSetUp(view: SetUpView): TemplateResult {
  const texts = en.twoFactor;
  return html`<section class="section">
    <div class="section__head">
      <div><h2 id="set-up" tabindex="-1">${texts.setUpTitle}</h2><p>${texts.setUpNote}</p></div>
      <button class="button" type="button" @click=${() => view.leave()}>${en.common.cancel}</button>
    </div>
    <ol class="steps surface">
      <li><div><h3>${texts.scan}</h3><p>${texts.scanText}</p>${scan(view)}</div></li>
      <li><div><h3>${texts.enter}</h3><p>${texts.enterText}</p>${codeForm(view)}</div></li>
    </ol>
    <p class="muted small after">${texts.turnOnNote}</p>
  </section>`;
}

function scan(view: SetUpView): TemplateResult {
  const texts = en.twoFactor;
  const { qr, secret } = view.enrolment;
  const spaced = secret.replaceAll(/(.{4})(?=.)/g, '$1 ');
  return html`<div class="scan">
    <div class="qr"><img src=${qr} alt=${texts.qr} width="208" height="208"></div>
    <div>
      <span class="faint small">${texts.cannotScan}</span>
      <code class="secret">${spaced}</code>
      <button class="button" type="button" @click=${() => view.copy(secret)}>${icon('copy', 'small')}${texts.copySecret}</button>
    </div>
  </div>`;
}

function codeForm(view: SetUpView): TemplateResult {
  const texts = en.twoFactor;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (event.target instanceof HTMLFormElement) view.confirm(fieldText(event.target, 'code').trim());
  };
  return html`<form class="inline" novalidate @submit=${submit}>
      <div class="field otp">
        <label for="code">${texts.code}</label>
        <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required
          aria-invalid=${view.problem === null ? 'false' : 'true'}>
      </div>
      <button class="button button--primary button--large" type="submit" aria-disabled=${view.isConfirming ? 'true' : 'false'}>
        ${buttonText(view.isConfirming, texts.turnOn, texts.turningOn)}
      </button>
    </form>
    ${view.problem === null ? nothing : alertNotice(view.problem, texts.notOn)}`;
}
