import { css } from 'lit';

/** The card of this device. */
export const here = css`
.here { container-type: inline-size; container-name: here; overflow: clip; }
.here__top { display: flex; align-items: center; gap: var(--space-4); padding: var(--space-4); }
.here__name { min-inline-size: 0; flex: 1; }
.here__title { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-1) var(--space-2); }
.here__title h2 { font-size: var(--text-lg); }
/* The facts stand on the columns of the list below, so that the eye can run down from one to the other. */
.here__facts { display: grid; grid-template-columns: 2.5rem minmax(0, 1.22fr) minmax(0, 1.3fr) minmax(0, 1.12fr) 7.25rem 8.125rem; column-gap: var(--space-4); padding: var(--space-3) var(--space-4) var(--space-4); border-block-start: var(--hairline) solid var(--line); }
.here__facts > div { min-inline-size: 0; }
.here__facts > :first-child { grid-column: 1 / 3; padding-inline-start: 4.25rem; }
.here__facts > :last-child { grid-column: 5 / 7; }
.here__facts dt { color: var(--ink-faint); font-size: var(--text-xs); margin-block-end: 0.125rem; }
.here__facts dd { font-size: var(--text-sm); }
.here__facts dd + dd { color: var(--ink-muted); }

@container here (max-width: 54rem) {
  .here__facts { grid-template-columns: repeat(2, minmax(0, 1fr)); row-gap: var(--space-3); padding-inline-start: 5.25rem; }
  .here__facts > :first-child, .here__facts > :last-child { grid-column: auto; padding: 0; }
}
@container here (max-width: 36rem) {
  .here__top { flex-wrap: wrap; gap: var(--space-3); }
  .here__top > .button { flex: 1; order: 1; }
  .here__top > .icon-button { order: 2; }
  .here__name { flex: 1 1 calc(100% - 4rem); }
  .here__top > .tile { inline-size: 2.5rem; block-size: 2.5rem; border-radius: 0.625rem; }
  .here__facts { grid-template-columns: minmax(0, 1fr); padding-inline-start: var(--space-4); }
  .here__facts > div, .here__facts > :first-child, .here__facts > :last-child { display: grid; grid-template-columns: 6.25rem minmax(0, 1fr); grid-column: 1; column-gap: var(--space-3); }
  .here__facts dt { grid-row: 1 / 3; padding-block-start: 0.125rem; }
  .here__facts dd { grid-column: 2; }
}
`;
