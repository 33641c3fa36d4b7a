import { css } from 'lit';

/** Second factors, the steps of setting one up, recovery codes. */
export const twoFactor = css`
.methods > li { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: var(--space-1) var(--space-4); align-items: center; padding: var(--space-4); }
.methods > li + li { border-block-start: var(--hairline) solid var(--line); }
.methods .badge { margin-inline-start: var(--space-1); vertical-align: 0.0625rem; }
.methods__name { font-size: var(--text-md); letter-spacing: -0.004em; }
.methods p { color: var(--ink-muted); font-size: var(--text-sm); }
.methods__acts { display: flex; gap: var(--space-2); }
.steps { counter-reset: step; }
.steps > li { counter-increment: step; display: grid; grid-template-columns: 2rem minmax(0, 1fr); gap: var(--space-4); padding: var(--space-5) var(--space-4); }
.steps > li + li { border-block-start: var(--hairline) solid var(--line); }
.steps > li::before { content: counter(step); display: grid; place-items: center; inline-size: 2rem; block-size: 2rem; border-radius: 50%; background: var(--tile); color: var(--ink-muted); font-size: var(--text-sm); font-weight: var(--weight-strong); }
.steps > .done::before { background: var(--accent-soft); color: var(--accent); }
.steps p { color: var(--ink-muted); font-size: var(--text-sm); margin-block-start: var(--space-1); max-inline-size: 36rem; }
.scan { display: flex; flex-wrap: wrap; gap: var(--space-5); align-items: center; margin-block-start: var(--space-4); }
.qr { padding: var(--space-3); border-radius: var(--radius-surface); background: #fff; border: var(--hairline) solid var(--line); }
.secret { display: block; margin-block: var(--space-1) var(--space-3); font-size: var(--text-md); letter-spacing: 0.02em; }
.otp { inline-size: 11rem; }
.otp input { font-size: 1.25rem; letter-spacing: 0.28em; font-variant-numeric: tabular-nums; }
.codes { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr)); gap: var(--space-3) var(--space-4); margin-block: var(--space-4); padding: var(--space-4); border-radius: 0.625rem; background: var(--surface-sunken); border: var(--hairline) solid var(--line); }
.codes code { font-size: var(--text-sm); }
.panel--codes { max-inline-size: 40rem; }
.inline { display: flex; flex-wrap: wrap; align-items: end; gap: var(--space-3); margin-block-start: var(--space-4); }

.qr img { display: block; inline-size: 13rem; block-size: 13rem; }
.qr { line-height: 0; }
.secret { overflow-wrap: anywhere; line-height: var(--leading-text); }
.codes__acts { display: flex; flex-wrap: wrap; gap: var(--space-2); }
.codes__kept { margin-block: var(--space-3) var(--space-4); }
.otp .field__hint { max-inline-size: none; }
.after { margin-block-start: var(--space-3); }

@media (width < 40rem) {
  .methods > li { grid-template-columns: auto minmax(0, 1fr); }
  .methods__acts { grid-column: 2; flex-wrap: wrap; margin-block-start: var(--space-2); }
  .steps > li { grid-template-columns: minmax(0, 1fr); gap: var(--space-3); }
}
`;
