import { css } from 'lit';

/** Dialogs and notices. */
export const dialog = css`
.dialog { inline-size: 29rem; max-inline-size: calc(100vw - var(--space-6)); padding: var(--space-5); border: var(--hairline) solid var(--line); border-radius: var(--radius-dialog); background: var(--surface-raised); color: var(--ink); box-shadow: var(--shadow-dialog); }
.dialog::backdrop { background: var(--scrim); }
.dialog[open] { animation: rise var(--motion-calm) var(--ease); }
@keyframes rise { from { opacity: 0; transform: translateY(0.5rem); } }
.dialog h2 { font-size: 1.25rem; line-height: 1.3; }
.dialog__what { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: var(--space-3); align-items: center; margin-block: var(--space-4); padding: var(--space-3); border-radius: 0.625rem; background: var(--surface-sunken); border: var(--hairline) solid var(--line); font-size: var(--text-sm); }
.dialog__what p + p { color: var(--ink-muted); }
.dialog__facts { display: grid; gap: var(--space-2); color: var(--ink-muted); font-size: var(--text-sm); }
.dialog__facts li { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: var(--space-3); }
.dialog__facts .icon { color: var(--ink-faint); margin-block-start: 0.0625rem; }
.dialog__acts { display: flex; justify-content: end; gap: var(--space-3); margin-block-start: var(--space-5); }
.dialog__acts .button { min-block-size: 2.5rem; padding-inline: var(--space-4); }
.notice { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: var(--space-3); margin-block-start: var(--space-4); padding: var(--space-3); border: var(--hairline) solid var(--danger-line); border-radius: 0.625rem; background: var(--danger-soft); font-size: var(--text-sm); }
.notice .icon { color: var(--danger); }
.notice--quiet { border-color: var(--line-strong); background: var(--tile); align-items: center; margin-block: 0 var(--space-4); grid-template-columns: auto minmax(0, 1fr) auto; padding: var(--space-2) var(--space-3); }
.notice--quiet .icon { color: var(--ink-muted); }
.options { display: grid; gap: var(--space-1); margin-block-start: var(--space-4); border: 0; padding: 0; margin-inline: 0; font-size: var(--text-sm); }
.options legend { padding: 0; margin-block-end: var(--space-2); font-weight: var(--weight-strong); }
.options label { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: var(--space-3); align-items: center; min-block-size: 2.25rem; }
.options label span:last-child { color: var(--ink-faint); }
.dialog__text { margin-block-start: var(--space-2); }
.dialog__slow { color: var(--ink-muted); font-size: var(--text-sm); margin-block-start: var(--space-4); }
.dialog__slow:empty { display: none; }
.proof { margin-block-start: var(--space-4); padding-block-start: var(--space-4); border-block-start: var(--hairline) solid var(--line); }
.proof .notice { margin: 0; }
.working { display: inline-flex; align-items: center; gap: var(--space-2); }
.working::before { content: ""; inline-size: 0.875rem; block-size: 0.875rem; border: 2px solid currentColor; border-inline-end-color: transparent; border-radius: 50%; animation: turn 900ms linear infinite; }
@keyframes turn { to { transform: rotate(1turn); } }

@media (width < 40rem) {
  .dialog { inline-size: 100%; max-inline-size: 100%; margin: auto 0 0; border-inline: 0; border-block-end: 0; border-end-start-radius: 0; border-end-end-radius: 0; padding: var(--space-5) var(--space-4) max(var(--space-4), env(safe-area-inset-bottom)); }
  .dialog__acts { flex-direction: column-reverse; }
  .dialog__acts .button { min-block-size: 3rem; inline-size: 100%; font-size: var(--text-md); }
}
`;
