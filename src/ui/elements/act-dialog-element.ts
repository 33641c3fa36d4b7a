import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Client } from '../../client/client.ts';
import type { ProofMethod } from '../../client/problem.ts';
import { type Act, ActController, type ActPhase } from '../controllers/act-controller.ts';
import { LockTimer } from '../controllers/lock-timer.ts';
import { en } from '../strings/en.ts';
import { base } from '../styles/base.ts';
import { dialog } from '../styles/dialog.ts';
import { form } from '../styles/form.ts';
import { proofForm } from '../templates/proof-form.ts';
import { alertNotice } from '../templates/waiting.ts';
import { keepFocusInside } from './focus-trap.ts';

/** What the dialog asks, and in which words. */
export interface Question {
  readonly title: string;
  readonly body: TemplateResult;
  readonly keep: string;
  readonly confirm: string;
  readonly working: string;
  /** What stays as it was when the act fails. */
  readonly nothingDone: string;
  /** True for an act that takes nothing away; its button is not in the colour of ending. */
  readonly isMild?: boolean;
  /** True when there is nothing to ask, only a proof to give. */
  readonly isProofOnly?: boolean;
}

/**
 * A question before an act, the proof the server may want for it, and what came of it, in one dialog. The safe
 * button has the focus; while the act is under way nothing can be pressed; a failure stays until it is tried
 * again or left.
 */
export class ActDialogElement extends LitElement {
  static override properties = { client: { attribute: false } };
  static override styles = [base, form, dialog];
  declare client: Client;
  readonly #act = new ActController(this, () => this.client);
  readonly #lock = new LockTimer(this);
  #question: Question | null = null;
  #method: ProofMethod | null = null;

  /** Asks; resolves true once the act is done, false when it was left. Focus goes back to where it came from. */
  async ask(question: Question, act: Act): Promise<boolean> {
    this.#question = question;
    this.#method = null;
    const done = this.#act.begin(act);
    if (question.isProofOnly === true) await this.#act.run();
    if (this.#act.phase.name !== 'closed') await this.#open();
    const isDone = await done;
    await this.updateComplete;
    this.#dialog?.close();
    this.#question = null;
    this.requestUpdate();
    return isDone;
  }

  /** Closes and forgets, whatever is under way. */
  drop(): void {
    this.#act.drop();
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog');
  }

  async #open(): Promise<void> {
    await this.updateComplete;
    this.#dialog?.showModal();
  }

  protected override updated(_changed: PropertyValues): void {
    const { phase } = this.#act;
    if (phase.name === this.#lastPhase) return;
    this.#lastPhase = phase.name;
    const focus = { proof: '#proof', failed: '[data-act]', ask: null, working: null, closed: null }[
      phase.name
    ];
    if (focus !== null) this.renderRoot.querySelector<HTMLElement>(focus)?.focus();
  }
  #lastPhase: ActPhase['name'] = 'closed';

  protected override render(): TemplateResult | typeof nothing {
    const question = this.#question;
    if (question === null) return nothing;
    const { phase } = this.#act;
    const stop = (event: Event): void => {
      event.preventDefault();
      this.#act.cancel();
    };
    // Chrome closes on a second Escape without asking, so the key itself is taken here.
    const keys = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') stop(event);
      if (event.key === 'Tab' && event.currentTarget instanceof HTMLElement)
        keepFocusInside(event, event.currentTarget);
    };
    return html`<dialog class="dialog" role="alertdialog" aria-labelledby="title" aria-describedby="text"
      aria-busy=${this.#act.isBusy ? 'true' : 'false'} @cancel=${stop} @keydown=${keys} @click=${this.#clickedOutside}>
      <h2 id="title">${question.title}</h2>
      <div id="text">${question.body}</div>
      ${phase.name === 'proof' ? this.#proof(phase) : nothing}
      ${phase.name === 'failed' ? alertNotice(phase.problem, question.nothingDone) : nothing}
      <p class="dialog__slow" role="status">${phase.name === 'working' && phase.isSlow ? en.common.stillWorking : nothing}</p>
      ${this.#buttons(question, phase)}
    </dialog>`;
  }

  readonly #clickedOutside = (event: Event): void => {
    if (event.target === event.currentTarget) this.#act.cancel();
  };

  #buttons(question: Question, phase: ActPhase): TemplateResult {
    const busy = this.#act.isBusy ? 'true' : 'false';
    const look = question.isMild === true ? 'button--primary' : 'button--final';
    const isProof = phase.name === 'proof';
    const press = (): void => {
      if (!isProof) void this.#act.run();
    };
    return html`<div class="dialog__acts">
      <button class="button" type="button" autofocus aria-disabled=${busy} @click=${() => this.#act.cancel()}>
        ${question.keep}
      </button>
      <button class="button ${look}" data-act type=${isProof ? 'submit' : 'button'} form=${isProof ? 'proof-form' : nothing}
        aria-disabled=${this.#lock.seconds > 0 && isProof ? 'true' : busy} @click=${press}>
        ${this.#actLabel(question, phase)}
      </button>
    </div>`;
  }

  #actLabel(question: Question, phase: ActPhase): TemplateResult | string {
    if (phase.name === 'working') return html`<span class="working">${question.working}</span>`;
    if (phase.name === 'failed') return en.common.tryAgain;
    if (phase.name !== 'proof') return question.confirm;
    return phase.isChecking ? html`<span class="working">${en.proof.checking}</span>` : question.confirm;
  }

  #proof(phase: Extract<ActPhase, { name: 'proof' }>): TemplateResult {
    const preferred = (['totp', 'password', 'recovery-code'] as const).find((one) =>
      phase.methods.includes(one),
    );
    const method = this.#method ?? preferred ?? 'password';
    return proofForm(
      {
        ...phase,
        text: this.#question?.isProofOnly === true ? '' : en.proof.text,
        method,
        lockedSeconds: this.#lock.seconds,
        choose: (chosen) => this.#choose(chosen),
        prove: (request) => void this.#prove(request),
      },
      'proof-form',
    );
  }

  async #prove(request: Parameters<ActController['prove']>[0]): Promise<void> {
    await this.#act.prove(request);
    const { phase } = this.#act;
    if (phase.name !== 'proof' || phase.problem === null) return;
    this.#lock.start(phase.problem.code === 'too_many_attempts' ? (phase.problem.retryAfterSeconds ?? 0) : 0);
    await this.updateComplete;
    const field = this.renderRoot.querySelector<HTMLInputElement>('#proof');
    field?.focus();
    field?.select();
  }

  async #choose(method: ProofMethod): Promise<void> {
    this.#method = method;
    this.requestUpdate();
    await this.updateComplete;
    const field = this.renderRoot.querySelector<HTMLInputElement>('#proof');
    if (field === null) return;
    field.value = '';
    field.focus();
  }
}
