import { html, nothing, type TemplateResult } from 'lit';
import { en } from '../strings/en.ts';
import { mark } from './icon.ts';

/** A page with one task: the wordmark, a card, a line at the foot. */
export function alonePage(card: TemplateResult, foot = ''): TemplateResult {
  return html`<div class="alone">
    <header class="page"><div class="masthead__bar">
      <a class="wordmark" href="/" aria-label=${en.shell.home}>${mark()}<span>${en.product}</span></a>
    </div></header>
    <main class="alone__main"><div class="card surface">${card}</div></main>
    <footer class="page"><p class="alone__foot">${foot === '' ? nothing : foot}</p></footer>
  </div>`;
}
