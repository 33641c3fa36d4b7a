import { html, nothing, type TemplateResult } from 'lit';
import type { Problem } from '../../client/problem.ts';
import type { LoadingPhase } from '../controllers/loading-controller.ts';
import { countdown } from '../model/times.ts';
import { en } from '../strings/en.ts';
import { icon } from './icon.ts';

export interface WaitingTexts {
  /** Spoken while the skeleton is shown. */
  readonly loading: string;
  readonly failed: string;
  readonly failedNote?: string;
}

/** What stands in for content that is not there yet: nothing, a skeleton, or why it could not be had. */
export function waiting(
  phase: LoadingPhase,
  texts: WaitingTexts,
  skeleton: TemplateResult,
  retry: () => void,
): TemplateResult | typeof nothing {
  if (phase.name === 'failed') return failed(phase.problem, texts, retry);
  if (phase.name === 'quiet' || phase.name === 'ready') return nothing;
  const slow = html`<div class="notice notice--quiet slow" role="status">
    ${icon('clock')}
    <p><strong>${en.common.slow}.</strong> ${en.common.slowText}</p>
    <button class="button" type="button" @click=${retry}>${en.common.tryAgain}</button>
  </div>`;
  return html`${phase.name === 'slow' ? slow : nothing}
    <p class="visually-hidden">${texts.loading}</p>
    <div aria-hidden="true">${skeleton}</div>`;
}

function failed(problem: Problem, texts: WaitingTexts, retry: () => void): TemplateResult {
  return html`<div class="blank surface" role="alert">
    <span class="tile tile--danger">${icon('warning', 'large')}</span>
    <h2>${texts.failed}</h2>
    <p>${problemText(problem)} ${texts.failedNote ?? nothing}</p>
    ${reference(problem)}
    <div class="blank__acts">
      <button class="button" type="button" @click=${retry}>${en.common.tryAgain}</button>
    </div>
  </div>`;
}

/** What a person reads about a problem. */
export function problemText(problem: Problem): string {
  const wait = problem.retryAfterSeconds === null ? null : countdown(problem.retryAfterSeconds);
  return en.problem(problem, wait);
}

function reference(problem: Problem): TemplateResult | typeof nothing {
  if (problem.requestId === null) return nothing;
  return html`<p class="small">${en.common.reference} <code>${problem.requestId}</code></p>`;
}

/** A refusal or failure in place, spoken at once. */
export function alertNotice(problem: Problem, after = ''): TemplateResult {
  return html`<div class="notice" role="alert">
    ${icon('warning')}
    <p><strong>${problemText(problem)}</strong>${after === '' ? nothing : ` ${after}`}</p>
  </div>`;
}

/** Bars of the height of a list of rows. */
export function rowBones(rows: number): TemplateResult {
  const row = html`<div class="bones--row">
    <div class="bone bone--tile"></div>
    <div class="bones"><div class="bone bone--long"></div><div class="bone bone--short"></div></div>
    <div class="bones"><div class="bone bone--long"></div><div class="bone bone--short"></div></div>
    <div class="bone bone--act"></div>
  </div>`;
  return html`<div class="surface">${Array.from({ length: rows }, () => row)}</div>`;
}
