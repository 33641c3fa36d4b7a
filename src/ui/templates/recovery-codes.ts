import { html, type TemplateResult } from 'lit';
import type { ShownCodes } from '../controllers/two-factor-controller.ts';
import { en } from '../strings/en.ts';
import { icon } from './icon.ts';

export interface CodesActs {
  copy(text: string): void;
  keep(isKept: boolean): void;
  close(): void;
}

/** The ten codes, to be taken along now: they are never shown again. */
export function recoveryCodes(shown: ShownCodes, email: string, acts: CodesActs): TemplateResult {
  const texts = en.twoFactor;
  const all = shown.codes.join('\n');
  const file = `data:text/plain;charset=utf-8,${encodeURIComponent(`${texts.fileHead(email)}\n\n${all}\n`)}`;
  const ticked = (event: Event): void => {
    if (event.target instanceof HTMLInputElement) acts.keep(event.target.checked);
  };
  return html`<section class="section">
    <div class="section__head"><div>
      <h2 id="kept" tabindex="-1">${texts.codesTitle}</h2>
      <p>${texts.codesText}</p>
    </div></div>
    <div class="surface panel panel--codes">
      <ul class="codes">${shown.codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>
      <div class="codes__acts">
        <a class="button" href=${file} download=${texts.fileName}>${icon('download', 'small')}${texts.download}</a>
        <button class="button" type="button" @click=${() => acts.copy(all)}>${icon('copy', 'small')}${texts.copyAll}</button>
      </div>
      <label class="tick codes__kept"><input type="checkbox" .checked=${shown.isKept} @change=${ticked}><span>${texts.stored}</span></label>
      <button class="button button--primary button--large" type="button" ?disabled=${!shown.isKept} @click=${() => acts.close()}>${texts.done}</button>
    </div>
  </section>`;
}
