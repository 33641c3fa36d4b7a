import { html, nothing, type TemplateResult } from 'lit';
import type { Problem, ProofMethod } from '../../client/problem.ts';
import type { StepUpRequest } from '../../client/types.ts';
import { en } from '../strings/en.ts';
import { alertNotice } from './waiting.ts';

export interface ProofView {
  /** Why the proof is wanted; empty when the dialog has said so already. */
  readonly text: string;
  readonly methods: readonly ProofMethod[];
  readonly method: ProofMethod;
  readonly isChecking: boolean;
  readonly problem: Problem | null;
  /** Seconds until another try is allowed; 0 when it is. */
  readonly lockedSeconds: number;
  choose(method: ProofMethod): void;
  prove(request: StepUpRequest): void;
}

const switchNames: Record<ProofMethod, string> = {
  password: en.proof.usePassword,
  totp: en.proof.useApp,
  'recovery-code': en.proof.useRecovery,
};

/** The form in which the owner shows again that it is them, inside the dialog that needed it. */
export function proofForm(view: ProofView, id: string): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const field = (event.target as HTMLFormElement).elements.namedItem('proof');
    if (!(field instanceof HTMLInputElement) || field.value === '' || view.lockedSeconds > 0) return;
    view.prove(
      view.method === 'password'
        ? { password: field.value }
        : { method: view.method, code: field.value.trim() },
    );
  };
  return html`<form class="form proof" id=${id} novalidate @submit=${submit}>
    ${view.text === '' ? nothing : html`<p class="muted">${view.text}</p>`}
    ${view.problem === null ? nothing : alertNotice(countedDown(view.problem, view.lockedSeconds))}
    ${view.method === 'password' ? passwordField(view) : codeField(view)}
    ${switches(view)}
  </form>`;
}

function countedDown(problem: Problem, lockedSeconds: number): Problem {
  return lockedSeconds > 0 ? { ...problem, retryAfterSeconds: lockedSeconds } : problem;
}

function passwordField(view: ProofView): TemplateResult {
  return html`<div class="field">
    <label for="proof">${en.proof.password}</label>
    <input id="proof" name="proof" type="password" autocomplete="current-password" required
      ?readonly=${view.isChecking} autofocus>
  </div>`;
}

function codeField(view: ProofView): TemplateResult {
  const isApp = view.method === 'totp';
  return html`<div class="field">
    <label for="proof">${en.proof.code}</label>
    <input id="proof" name="proof" autocomplete=${isApp ? 'one-time-code' : 'off'}
      inputmode=${isApp ? 'numeric' : 'text'} autocapitalize="off" spellcheck="false" required
      aria-describedby="proof-hint" ?readonly=${view.isChecking} autofocus>
    <p class="field__hint" id="proof-hint">${isApp ? en.proof.codeHint : en.proof.recoveryHint}</p>
  </div>`;
}

function switches(view: ProofView): TemplateResult | typeof nothing {
  const others = view.methods.filter((method) => method !== view.method);
  if (others.length === 0) return nothing;
  return html`<div class="card__switch">
    ${others.map(
      (method) => html`<button class="link-button" type="button" @click=${() => view.choose(method)}>
        ${switchNames[method]}
      </button>`,
    )}
  </div>`;
}
