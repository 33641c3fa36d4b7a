import { css } from 'lit';

/** What every element starts from: type, focus, buttons, icons, badges, tiles. */
export const base = css`
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }


:host {
  display: block;
  color: var(--ink);
  font: var(--weight-text) var(--text-md) / var(--leading-text) var(--font-text);
  font-variant-numeric: tabular-nums;
  -webkit-font-smoothing: antialiased;
  overflow-wrap: break-word;
}

h1, h2, h3, h4, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
h1, h2, h3, h4 { font-weight: var(--weight-strong); line-height: var(--leading-tight); text-wrap: balance; }
h1 { font-size: var(--text-xl); letter-spacing: -0.022em; }
h2 { font-size: var(--text-lg); letter-spacing: -0.012em; }
h3, h4 { font-size: var(--text-md); letter-spacing: -0.004em; }
ul, ol { list-style: none; }
button, input { font: inherit; color: inherit; letter-spacing: inherit; }
button { cursor: pointer; }
svg { display: block; }

a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 0.2em; }
a:hover { color: var(--accent-hover); text-decoration-thickness: 2px; }

:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }

input[type="checkbox"] {
  inline-size: 1.125rem;
  block-size: 1.125rem;
  margin: 0;
  accent-color: var(--accent);
  flex: none;
}

code { font-family: var(--font-code); font-size: 0.9375em; line-height: 1; }

.visually-hidden {
  position: absolute;
  inline-size: 1px;
  block-size: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}

.skip {
  position: absolute;
  inset-block-start: var(--space-2);
  inset-inline-start: var(--space-2);
  z-index: 2;
  padding: var(--space-2) var(--space-4);
  border-radius: var(--radius-control);
  background: var(--surface-raised);
  box-shadow: var(--shadow-menu);
  transform: translateY(-200%);
}
.skip:focus { transform: none; }

.icon {
  inline-size: 1.25rem;
  block-size: 1.25rem;
  flex: none;
  fill: none;
  stroke: currentColor;
  stroke-width: 1.75;
  stroke-linecap: round;
  stroke-linejoin: round;
}
.icon--small { inline-size: 1rem; block-size: 1rem; }
.icon--large { inline-size: 1.5rem; block-size: 1.5rem; }

.muted { color: var(--ink-muted); }
.faint { color: var(--ink-faint); }
.small { font-size: var(--text-sm); }
.nowrap { white-space: nowrap; }

/* Button: neutral at rest. Danger is ink only until the last step, where it is solid. */
.button {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  gap: var(--space-2);
  min-block-size: var(--control);
  padding: 0 var(--space-3);
  border: var(--hairline) solid var(--line-strong);
  border-radius: var(--radius-control);
  background: var(--surface);
  color: var(--ink);
  font-size: var(--text-sm);
  font-weight: var(--weight-strong);
  line-height: 1.2;
  text-decoration: none;
  transition: background-color var(--motion-quick) var(--ease), border-color var(--motion-quick) var(--ease),
    color var(--motion-quick) var(--ease);
}
.button:hover { background: var(--surface-hover); border-color: var(--line-control); color: var(--ink); }
.button--end:hover { background: var(--danger-soft); border-color: var(--danger-line); color: var(--danger); }
.button--danger { color: var(--danger); border-color: var(--danger-line); }
.button--danger:hover { background: var(--danger-soft); border-color: var(--danger); color: var(--danger); }
.button--primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.button--primary:hover { background: var(--accent-hover); border-color: var(--accent-hover); color: var(--on-accent); }
.button--final { background: var(--danger-solid); border-color: var(--danger-solid); color: var(--on-danger); }
.button--final:hover { background: var(--danger-solid-hover); border-color: var(--danger-solid-hover); color: var(--on-danger); }
.button--plain { border-color: transparent; background: transparent; color: var(--accent); padding-inline: var(--space-2); }
.button--plain:hover { background: var(--accent-soft); border-color: transparent; color: var(--accent-hover); }
.button--large { min-block-size: 2.75rem; padding-inline: var(--space-4); font-size: var(--text-md); }
.button--wide { inline-size: 100%; }
.button[aria-disabled="true"], .button:disabled {
  background: var(--surface-sunken);
  border-color: var(--line);
  color: var(--ink-faint);
  cursor: default;
}
.button--final[aria-disabled="true"] { background: var(--danger-solid); border-color: var(--danger-solid); color: var(--on-danger); opacity: 0.82; }

.icon-button {
  display: inline-grid;
  place-items: center;
  inline-size: var(--control);
  block-size: var(--control);
  padding: 0;
  border: 0;
  border-radius: var(--radius-control);
  background: transparent;
  color: var(--ink-faint);
  flex: none;
  transition: background-color var(--motion-quick) var(--ease), color var(--motion-quick) var(--ease);
}
.icon-button:hover { background: var(--tile); color: var(--ink); }
.icon-button[aria-expanded="true"] .icon { transform: rotate(180deg); }
.icon-button .icon { transition: transform var(--motion-calm) var(--ease); }
.icon-button--small { inline-size: 1.75rem; block-size: 1.75rem; }

.badge {
  display: inline-flex;
  align-items: center;
  gap: var(--space-1);
  padding: 0.0625rem var(--space-2);
  border: var(--hairline) solid var(--line-strong);
  border-radius: var(--radius-round);
  color: var(--ink-muted);
  font-size: var(--text-xs);
  font-weight: var(--weight-strong);
  line-height: 1.4;
  white-space: nowrap;
}
.badge--accent { background: var(--accent-soft); border-color: var(--accent-line); color: var(--accent); }
.badge--attention { background: var(--attention-soft); border-color: var(--attention-line); color: var(--attention); }

/* Presence: a dot and a word, never the dot alone. */
.live { display: inline-flex; align-items: center; gap: var(--space-2); color: var(--accent); font-weight: var(--weight-strong); }
.live::before {
  content: "";
  inline-size: 0.5rem;
  block-size: 0.5rem;
  border-radius: 50%;
  background: currentColor;
  box-shadow: 0 0 0 3px var(--accent-soft);
  flex: none;
}

.tile {
  display: grid;
  place-items: center;
  inline-size: 2.5rem;
  block-size: 2.5rem;
  border-radius: 0.625rem;
  background: var(--tile);
  color: var(--ink-muted);
  flex: none;
}
.tile--accent { background: var(--accent-soft); color: var(--accent); }
.tile--attention { background: var(--attention-soft); color: var(--attention); box-shadow: inset 0 0 0 var(--hairline) var(--attention-line); }
.tile--danger { background: var(--danger-soft); color: var(--danger); }
.tile--large { inline-size: 3.25rem; block-size: 3.25rem; border-radius: var(--radius-surface); }

.surface {
  border: var(--hairline) solid var(--line);
  border-radius: var(--radius-surface);
  background: var(--surface);
}

.mark__first { color: var(--accent); }
.link-button { padding: 0; border: 0; background: none; color: var(--accent); font-size: var(--text-sm); text-align: start; text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: 0.2em; }
.link-button:hover { color: var(--accent-hover); text-decoration-thickness: 2px; }
[tabindex="-1"]:focus { outline: none; }
h1[tabindex="-1"]:focus-visible, main:focus-visible { outline: none; }
:is(h2, li)[tabindex="-1"]:focus-visible { outline: 2px solid var(--focus); outline-offset: 4px; border-radius: var(--radius-mark); }

@media (hover: none) {
  .icon-button:hover { background: transparent; }
}
@media (pointer: coarse) {
  input[type="checkbox"] { inline-size: 1.375rem; block-size: 1.375rem; }
  .icon-button--small { inline-size: 2.75rem; block-size: 2.75rem; margin: -0.5rem; }
  .link-button, .foot a, .card__after a { padding-block: 0.8125rem; }
}
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { animation: none !important; transition: none !important; }
}
@media (forced-colors: active) {
  .button, .tile, .badge, .child__icon { border: 1px solid ButtonBorder; }
  .live::before { background: Highlight; forced-color-adjust: none; }
}
`;
