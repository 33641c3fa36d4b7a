import { css } from 'lit';

/** The timeline by day. */
export const history = css`
.days { overflow: clip; }
.day { display: grid; grid-template-columns: 9rem minmax(0, 1fr); }
.day + .day { border-block-start: var(--hairline) solid var(--line); }
.day__name { padding: var(--space-4); font-size: var(--text-sm); letter-spacing: -0.004em; }
.day__name span { display: block; color: var(--ink-faint); font-weight: var(--weight-text); }
.event { display: grid; grid-template-columns: 3.25rem 1.5rem minmax(0, 1fr); align-items: start; gap: 0 var(--space-3); padding: var(--space-3) var(--space-4) var(--space-3) 0; font-size: var(--text-sm); }
.event + .event { border-block-start: var(--hairline) solid var(--line); }
.event time { color: var(--ink-faint); padding-block-start: 0.0625rem; }
.event .icon { color: var(--ink-faint); }
.event--attention .icon { color: var(--attention); }
.event--danger .icon { color: var(--danger); }
.event b { font-weight: var(--weight-strong); }
.event p + p { color: var(--ink-muted); }
.event .badge { margin-inline-start: var(--space-1); vertical-align: 0.0625rem; margin-block: -0.125rem; }
.days__more { padding: var(--space-2); border-block-start: var(--hairline) solid var(--line); background: var(--surface-sunken); }

.days__end { padding: var(--space-2); color: var(--ink-faint); font-size: var(--text-sm); }
.event:focus { outline-offset: -2px; }

@media (width < 40rem) {
  .day { grid-template-columns: minmax(0, 1fr); }
  .day__name { padding-block-end: var(--space-1); }
  .day__name span { display: inline; margin-inline-start: var(--space-1); }
  .event { padding-inline-start: var(--space-4); grid-template-columns: 1.25rem minmax(0, 1fr) auto; }
  .event + .event { border-block-start: 0; }
  .event time { grid-column: 3; grid-row: 1; }
  .event .icon { grid-column: 1; grid-row: 1; }
  .event > div { grid-column: 2; grid-row: 1; }
}
`;
