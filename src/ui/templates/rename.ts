import { html, nothing, type TemplateResult } from 'lit';
import { en } from '../strings/en.ts';
import { icon } from './icon.ts';
import type { SessionsView } from './sessions-view.ts';

/** The button that starts renaming, or the form while it is open, or the way back just after. */
export function renameArea(
  deviceId: string,
  title: string,
  subject: string,
  view: SessionsView,
): TemplateResult {
  if (view.rename?.deviceId === deviceId) return renameForm(deviceId, title, view);
  return html`<div class="details__acts">
    <button class="button button--plain" type="button" data-rename=${deviceId}
      aria-label=${en.sessions.names.rename(subject)}
      @click=${() => view.acts.startRename(deviceId)}>
      ${icon('pencil', 'small')}${en.rename.act}
    </button>
    ${undoArea(deviceId, view)}
  </div>`;
}

/** For ten seconds after renaming: what it is called now, and the way back. */
export function undoArea(deviceId: string, view: SessionsView): TemplateResult | typeof nothing {
  if (view.undo?.deviceId !== deviceId) return nothing;
  return html`<span class="undo">${view.undo.said}
    <button class="button button--plain" type="button" @click=${() => view.acts.undoRename()}>${en.rename.undo}</button>
  </span>`;
}

/** The form for another name, with what was wrong with the last try. */
export function renameForm(deviceId: string, title: string, view: SessionsView): TemplateResult {
  const { isSaving = false, refusal = null } = view.rename ?? {};
  const save = (event: SubmitEvent): void => {
    event.preventDefault();
    const field = (event.target as HTMLFormElement).elements.namedItem('label');
    if (field instanceof HTMLInputElement) view.acts.saveName(deviceId, field.value);
  };
  const leave = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') view.acts.cancelRename();
  };
  return html`<form class="rename" novalidate @submit=${save} @keydown=${leave}>
    <div class="rename__row">
      <div class="field">
        <label for="label">${en.rename.label(title)}</label>
        <input id="label" name="label" .value=${title} autocomplete="off" aria-describedby="label-note"
          aria-invalid=${refusal === null ? 'false' : 'true'} ?readonly=${isSaving}>
      </div>
      <button class="button button--primary" type="submit" aria-disabled=${isSaving ? 'true' : 'false'}>${en.rename.save}</button>
      <button class="button" type="button" @click=${() => view.acts.cancelRename()}>${en.common.cancel}</button>
    </div>
    <p id="label-note" class=${refusal === null ? 'field__hint' : 'field__error'} role=${refusal === null ? nothing : 'alert'}>
      ${refusal ?? en.rename.hint}
    </p>
  </form>`;
}
