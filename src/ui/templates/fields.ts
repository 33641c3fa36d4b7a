import { html, nothing, type TemplateResult } from 'lit';

export interface FieldTexts {
  readonly id: string;
  readonly label: string;
  readonly error?: string | null | undefined;
  readonly hint?: string | null;
  readonly note?: string;
}

/** A labelled input with its hint and its error, both tied to it for those who do not see them. */
export function field(texts: FieldTexts, input: (describedBy: string) => TemplateResult): TemplateResult {
  const { id, label, error = null, hint = null, note } = texts;
  return html`<div class="field">
    <div class="field__row">
      <label for=${id}>${label}</label>
      ${note === undefined ? nothing : html`<span class="field__optional" aria-hidden="true">${note}</span>`}
    </div>
    ${input(`${id}-note`)}
    <p id=${`${id}-note`} class=${error === null ? 'field__hint' : 'field__error'} ?hidden=${error === null && hint === null}>${error ?? hint ?? nothing}</p>
  </div>`;
}

/** The value of a named field of a form; empty when there is none. */
export function fieldText(form: HTMLFormElement, name: string): string {
  const found = form.elements.namedItem(name);
  return found instanceof HTMLInputElement ? found.value : '';
}

/** Whether a named tick of a form is set. */
export function isTicked(form: HTMLFormElement, name: string): boolean {
  const found = form.elements.namedItem(name);
  return found instanceof HTMLInputElement && found.checked;
}

/** The label of a button, or what it is doing. */
export function buttonText(isWorking: boolean, text: string, working: string): TemplateResult | string {
  return isWorking ? html`<span class="working">${working}</span>` : text;
}
