import { html, type TemplateResult } from 'lit';
import { en } from '../strings/en.ts';
import { rowBones } from './waiting.ts';

/** Bars where the sessions will stand, of the same height. */
export function sessionsSkeleton(): TemplateResult {
  const fact = html`<div class="bones"><div class="bone bone--short"></div><div class="bone bone--long"></div></div>`;
  return html`<div class="surface">
      <div class="bones--top">
        <div class="bone bone--large"></div>
        <div class="bones"><div class="bone bone--long"></div><div class="bone bone--short"></div></div>
      </div>
      <div class="bones--facts">${fact}${fact}${fact}${fact}</div>
    </div>
    <div class="section">
      <div class="section__head"><h2>${en.sessions.others}</h2></div>
      ${rowBones(5)}
    </div>`;
}
