import { css } from 'lit';

/** Fields, ticks, and the card of a page with one task. */
export const form = css`
.field { display: grid; gap: 0.375rem; }
.field label { font-size: var(--text-sm); font-weight: var(--weight-strong); }
.field input { min-block-size: 2.75rem; inline-size: 100%; padding-inline: var(--space-3); border: var(--hairline) solid var(--line-control); border-radius: var(--radius-control); background: var(--surface); }
.field input:focus-visible { outline-offset: 0; }
.field__row { display: flex; justify-content: space-between; align-items: baseline; gap: var(--space-3); }
.field__row a { font-size: var(--text-sm); }
.field__hint { color: var(--ink-faint); font-size: var(--text-sm); }
.tick { display: flex; align-items: start; gap: var(--space-3); font-size: var(--text-sm); padding-block: var(--space-1); }
.tick input { margin-block-start: 0.0625rem; }

.alone { min-block-size: 100dvh; display: grid; grid-template-rows: auto 1fr auto; }
.alone__main { display: grid; place-items: center; padding: var(--space-5) var(--space-4) var(--space-7); }
.card { inline-size: min(25rem, 100%); padding: var(--space-6); }
.card h1 { font-size: 1.5rem; }
.card > p { margin-block-start: var(--space-2); color: var(--ink-muted); }
.card form { display: grid; gap: var(--space-4); margin-block-start: var(--space-5); }
.or { display: grid; grid-template-columns: 1fr auto 1fr; align-items: center; gap: var(--space-3); color: var(--ink-faint); font-size: var(--text-sm); }
.or::before, .or::after { content: ""; block-size: var(--hairline); background: var(--line); }
.card > .card__after { margin-block-start: var(--space-5); padding-block-start: var(--space-4); border-block-start: var(--hairline) solid var(--line); font-size: var(--text-sm); color: var(--ink-muted); }

.field__error { color: var(--danger); font-size: var(--text-sm); }
.field input[aria-invalid="true"] { border-color: var(--danger); }
.field__box { position: relative; display: grid; }
.field__box input { padding-inline-end: 4.5rem; }
.field__box .button { position: absolute; inset-block: 0.25rem; inset-inline-end: 0.25rem; min-block-size: 0; }
.field__optional { color: var(--ink-faint); font-weight: var(--weight-text); font-size: var(--text-sm); }
.form { display: grid; gap: var(--space-4); }
.meter { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; gap: var(--space-3); min-block-size: 1.25rem; font-size: var(--text-sm); }
.meter__bars { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: var(--space-1); }
.meter__bars i { block-size: 0.25rem; border-radius: var(--radius-round); background: var(--line); transition: background-color var(--motion-calm) var(--ease); }
.meter[data-level="1"] i:nth-child(-n + 1) { background: var(--danger); }
.meter[data-level="2"] i:nth-child(-n + 2) { background: var(--attention); }
.meter[data-level="3"] i:nth-child(-n + 3), .meter[data-level="4"] i { background: var(--accent); }
.meter__word { color: var(--ink-muted); }
.phrase { display: grid; gap: var(--space-2); justify-items: start; padding: var(--space-3); border: var(--hairline) solid var(--accent-line); border-radius: 0.625rem; background: var(--accent-soft); font-size: var(--text-sm); }
.phrase code { font-size: var(--text-md); line-height: var(--leading-text); overflow-wrap: anywhere; }
.phrase__acts { display: flex; flex-wrap: wrap; gap: var(--space-2); }
.phrase .button--plain:hover { background: var(--surface); }
.notice p + p { margin-block-start: var(--space-1); }
.form > .notice { margin: 0; }
.notice--good { border-color: var(--accent-line); background: var(--accent-soft); }
.notice--good .icon { color: var(--accent); }
.panel { padding: var(--space-5); max-inline-size: 34rem; }
.alone { min-block-size: 100dvh; }
.alone > .page { inline-size: 100%; }
.alone__foot { padding-block: var(--space-4) var(--space-5); color: var(--ink-faint); font-size: var(--text-sm); text-align: center; }
.tick__note { margin: 0 0 0 calc(1.125rem + var(--space-3)); color: var(--ink-faint); font-size: var(--text-sm); }
.card form .tick { margin-block-end: calc(var(--space-4) * -1); }
.card__acts { display: grid; gap: var(--space-2); margin-block-start: var(--space-5); }
.card > .tile { margin-block-end: var(--space-4); }
.card__switch { display: flex; flex-wrap: wrap; gap: var(--space-2) var(--space-5); }
.otp--wide { inline-size: 100%; }

@media (width < 40rem) {
  .card, .panel { padding: var(--space-5); }
  .intro { padding-block: var(--space-5) var(--space-4); }
  h1 { font-size: 1.625rem; }
  .section { margin-block-start: 2.5rem; }
}
@media (pointer: coarse) {
  .tick { padding-block: 0.6875rem; }
  .tick__note { margin-inline-start: calc(1.375rem + var(--space-3)); margin-block-start: -0.375rem; }
}
@media (forced-colors: active) {
  .meter__bars i { border: 1px solid CanvasText; }
  .meter i { forced-color-adjust: none; }
}
`;
