import { css } from 'lit';

/** Masthead, tabs, account menu, headings of a page, foot. */
export const shell = css`
.page { max-inline-size: var(--page); margin-inline: auto; padding-inline: clamp(var(--space-4), 3vw, var(--space-6)); }

.masthead { background: var(--surface); border-block-end: var(--hairline) solid var(--line); }
.masthead__bar { display: flex; align-items: center; gap: var(--space-4); min-block-size: 3.75rem; }
.wordmark {
  display: inline-flex;
  align-items: center;
  gap: var(--space-2);
  min-block-size: var(--control);
  color: var(--ink);
  font-size: 1.0625rem;
  font-weight: var(--weight-strong);
  letter-spacing: -0.015em;
  text-decoration: none;
}
.wordmark:hover { color: var(--ink); }
.wordmark svg { inline-size: 1.5rem; block-size: 1.5rem; }
.masthead__where { color: var(--ink-faint); font-size: var(--text-sm); padding-inline-start: var(--space-4); border-inline-start: var(--hairline) solid var(--line-strong); }
.account {
  display: inline-flex;
  align-items: center;
  gap: var(--space-2);
  margin-inline-start: auto;
  min-block-size: var(--control);
  padding: var(--space-1) var(--space-2) var(--space-1) var(--space-1);
  border: 0;
  border-radius: var(--radius-round);
  background: transparent;
  font-size: var(--text-sm);
  font-weight: var(--weight-strong);
}
.account:hover { background: var(--tile); }
.avatar {
  display: grid;
  place-items: center;
  inline-size: 2rem;
  block-size: 2rem;
  border-radius: 50%;
  background: var(--ink);
  color: var(--surface);
  font-size: var(--text-xs);
  font-weight: var(--weight-strong);
  letter-spacing: 0.02em;
}
.menu {
  position: fixed;
  inset: 3.5rem auto auto auto;
  inset-inline-end: max(var(--space-4), calc((100vw - var(--page)) / 2 + var(--space-6)));
  inline-size: 17.5rem;
  max-inline-size: calc(100vw - var(--space-6));
  margin: 0;
  padding: var(--space-2);
  border: var(--hairline) solid var(--line);
  border-radius: var(--radius-surface);
  background: var(--surface-raised);
  color: var(--ink);
  box-shadow: var(--shadow-menu);
  font-size: var(--text-sm);
}
.menu__who { padding: var(--space-2) var(--space-3) var(--space-3); border-block-end: var(--hairline) solid var(--line); margin-block-end: var(--space-2); }
.menu__item {
  display: flex;
  align-items: center;
  gap: var(--space-3);
  inline-size: 100%;
  min-block-size: var(--control);
  padding: 0 var(--space-3);
  border: 0;
  border-radius: var(--radius-control);
  background: none;
  color: var(--ink);
  text-align: start;
  text-decoration: none;
}
.menu__item:hover { background: var(--tile); color: var(--ink); }
.menu__item .icon { color: var(--ink-faint); }
.segments { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; gap: 2px; padding: 2px; margin: var(--space-2) var(--space-3) var(--space-3); border: 0; border-radius: var(--radius-control); background: var(--tile); }
.segments legend { float: inline-start; padding: 0; margin-block-end: var(--space-1); color: var(--ink-faint); font-size: var(--text-xs); }
.segments button { min-block-size: 1.875rem; border: 0; border-radius: 0.375rem; background: none; color: var(--ink-muted); font-size: var(--text-xs); font-weight: var(--weight-strong); }
.segments button[aria-pressed="true"] { background: var(--surface); color: var(--ink); box-shadow: 0 0 0 var(--hairline) var(--line-strong); }

.tabs { display: flex; gap: var(--space-5); overflow-x: auto; scrollbar-width: none; }
.tabs a {
  display: inline-flex;
  align-items: center;
  min-block-size: 2.75rem;
  border-block-end: 2px solid transparent;
  color: var(--ink-muted);
  font-size: var(--text-sm);
  font-weight: var(--weight-strong);
  text-decoration: none;
  white-space: nowrap;
}
.tabs a:hover { color: var(--ink); border-color: var(--line-strong); }
.tabs a[aria-current="page"] { color: var(--ink); border-color: var(--accent); }
.tabs a:focus-visible { outline-offset: -2px; border-radius: var(--radius-mark); }

.intro { display: flex; flex-wrap: wrap; align-items: end; justify-content: space-between; gap: var(--space-3) var(--space-5); padding-block: var(--space-6) var(--space-5); }
.intro p { max-inline-size: var(--read); margin-block-start: var(--space-2); color: var(--ink-muted); }
.intro__live { font-size: var(--text-sm); color: var(--ink-faint); }

.section { margin-block-start: var(--space-7); }
.section__head { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: var(--space-3) var(--space-5); margin-block-end: var(--space-4); }
.section__head p { margin-block-start: var(--space-1); color: var(--ink-muted); font-size: var(--text-sm); }
.section__count { color: var(--ink-faint); font-weight: var(--weight-text); margin-inline-start: var(--space-1); }

.foot { margin-block: var(--space-7) var(--space-6); padding-block-start: var(--space-4); border-block-start: var(--hairline) solid var(--line); color: var(--ink-faint); font-size: var(--text-sm); display: flex; flex-wrap: wrap; align-items: baseline; gap: var(--space-2) var(--space-5); }
.foot a { color: inherit; }

.account__name, .menu__who { overflow-wrap: anywhere; }
.account__name { max-inline-size: 14rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.avatar { text-transform: uppercase; }
.menu__label { padding: 0 var(--space-3); color: var(--ink-faint); }
.menu__failed { padding: var(--space-1) var(--space-3); color: var(--danger); }

@media (width < 40rem) {
  .masthead__where, .account__name { display: none; }
  .tabs { gap: var(--space-4); }
}
@media (width < 22rem) {
  .tabs { gap: var(--space-3); }
  .tabs a { font-size: var(--text-xs); }
}
@media (pointer: coarse) {
  .menu__item, .segments button { min-block-size: 2.75rem; }
}
@media (forced-colors: active) {
  .tabs a { border-color: Canvas; }
  .tabs a[aria-current="page"] { border-color: Highlight; }
  .segments button[aria-pressed="true"] { forced-color-adjust: none; background: Highlight; color: HighlightText; }
}
`;
