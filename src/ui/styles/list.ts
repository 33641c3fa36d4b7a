import { css } from 'lit';

/** The list of the other devices: rows, several sessions of one device, details. */
export const list = css`
.section__acts { display: flex; flex-wrap: wrap; justify-content: end; gap: var(--space-2); flex: 1 1 20rem; }

.sessions { container-type: inline-size; container-name: sessions; overflow: clip; }
.sessions__grid { --columns: 2.5rem minmax(0, 1.22fr) minmax(0, 1.3fr) minmax(0, 1.12fr) 7.25rem auto; }

.session, .columns { display: grid; grid-template-columns: var(--columns); column-gap: var(--space-4); }
.columns { align-items: center; min-block-size: 2.5rem; padding-inline: var(--space-4); border-block-end: var(--hairline) solid var(--line); background: var(--surface-sunken); color: var(--ink-faint); font-size: var(--text-xs); }
.columns > :first-child { grid-column: 1 / 3; }
.columns > :last-child { inline-size: 8.125rem; }
.session { padding-inline: var(--space-4); }
.session + .session { border-block-start: var(--hairline) solid var(--line); }
.session__row { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; align-items: center; margin-inline: calc(var(--space-4) * -1); padding: 0.8125rem var(--space-4); }
.session__name { min-inline-size: 0; }
.session__label { display: flex; flex-wrap: wrap; align-items: center; gap: 0.125rem var(--space-2); }
.session__client { color: var(--ink-muted); font-size: var(--text-sm); }
.session__facts { display: grid; grid-column: 3 / 6; grid-template-columns: subgrid; align-items: center; font-size: var(--text-sm); }
.session__facts > div { min-inline-size: 0; }
.fact--place > dd { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.session__facts dt { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
.session__facts dd + dd { color: var(--ink-muted); }
.session__actions { display: flex; align-items: center; justify-content: end; gap: var(--space-1); inline-size: 8.125rem; }
.session__actions .button { white-space: nowrap; }
.session__row:hover { background: var(--surface-hover); }

.ip, bdi { white-space: nowrap; unicode-bidi: isolate; direction: ltr; }
.when-narrow { display: none; }

/* A device with several sessions: every one is listed, on a rail under its device. */
.children { grid-column: 1 / -1; display: grid; grid-template-columns: subgrid; padding-block-end: var(--space-2); }
.child { position: relative; display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; align-items: center; padding-block: var(--space-2); }
.child::before { content: ""; grid-column: 1; grid-row: 1; justify-self: center; align-self: stretch; inline-size: var(--hairline); margin-block: calc(var(--space-2) * -1); background: var(--line-strong); }
.child:first-child::before { margin-block-start: -1.25rem; }
.child:last-child::before { margin-block-end: auto; block-size: calc(50% + var(--space-2)); align-self: start; }
.child:first-child:last-child::before { block-size: calc(50% + 1.25rem); }
.child__icon { grid-column: 1; grid-row: 1; justify-self: center; display: grid; place-items: center; inline-size: 1.75rem; block-size: 1.75rem; border-radius: 50%; background: var(--surface); border: var(--hairline) solid var(--line-strong); color: var(--ink-faint); z-index: 1; }
.child .session__name { grid-column: 2; }
.child h4 { font-size: var(--text-sm); font-weight: var(--weight-text); line-height: var(--leading-text); }

.details { grid-column: 2 / -1; padding-block: 0 var(--space-4); }
.details__grid { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: var(--space-4) var(--space-5); padding: var(--space-4); border-radius: 0.625rem; background: var(--surface-sunken); border: var(--hairline) solid var(--line); font-size: var(--text-sm); }
.details dt { color: var(--ink-faint); font-size: var(--text-xs); margin-block-end: 0.125rem; }
.details bdi { white-space: normal; overflow-wrap: anywhere; }
.details dd + dd { color: var(--ink-muted); }
.details__acts { display: flex; flex-wrap: wrap; gap: var(--space-1) var(--space-2); margin-block-start: var(--space-2); margin-inline-start: calc(var(--space-2) * -1); }



@container sessions (max-width: 54rem) {
  .columns { display: none; }
  .session { grid-template-columns: auto minmax(0, 1fr) auto; column-gap: var(--space-3); padding-block: var(--space-4); }
  .session__row, .session__row:hover { align-items: start; margin-inline: 0; padding: 0; row-gap: var(--space-2); background: none; }
  .session__row > .tile { grid-column: 1; grid-row: 1; }
  .session__name { grid-column: 2; grid-row: 1; }
  .session__actions { grid-column: 3; grid-row: 1; inline-size: auto; }
  .session__actions { display: contents; }
  .session__actions .button { grid-column: 3; grid-row: 1; align-self: start; }
  .session__actions .icon-button { grid-column: 3; grid-row: 2; place-self: end; margin-block: 0 -0.5rem; margin-inline: 0 -0.5rem; }
  .session__facts { grid-column: 2 / -1; grid-row: 2; grid-template-columns: minmax(0, 1fr); gap: 0.125rem; }
  .fact--active { order: -1; }
  .fact--place { display: flex; flex-wrap: wrap; column-gap: var(--space-2); }
  .fact--place > dd { overflow: visible; white-space: normal; }
  .ip__net, .fact__at, .when-wide { display: none; }
  .when-narrow { display: inline; }
  .children { margin-block-start: var(--space-4); padding-block-end: 0; }
  .child { align-items: start; padding-block: var(--space-2); row-gap: 0; }
  .child::before { grid-column: 1; grid-row: 1 / 3; }
  .child:last-child::before { block-size: 1.75rem; }
  .child__icon { grid-column: 1; align-self: start; margin-block-start: 0.25rem; }
  .child .session__name { grid-column: 2; align-self: center; min-block-size: 2.25rem; align-content: center; }
  .child .session__facts { grid-column: 2 / -1; grid-row: 2; }
  .child .session__actions .button { align-self: center; }
  .details__grid { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: var(--space-3); }
  .details { grid-column: 1 / -1; padding-block: var(--space-3) 0; }
}

.intro__side { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-3); }
.gone { inline-size: 8.125rem; color: var(--ink-muted); font-size: var(--text-sm); text-align: end; }
.session--ended :is(h3, h4, dd, .session__client, .live) { color: var(--ink-faint); font-weight: var(--weight-text); }
.session--ended .live::before { background: var(--line-control); box-shadow: none; }
.session--ended .session__row:hover { background: none; }
.address { white-space: nowrap; }
.reveal { display: inline-grid; place-items: center; vertical-align: middle; inline-size: 1.5rem; block-size: 1.5rem; margin-inline-start: 0.125rem; padding: 0; border: 0; border-radius: var(--radius-mark); background: none; color: var(--ink-faint); }
.reveal:hover { background: var(--tile); color: var(--ink); }
.child > .details { padding-block: var(--space-2); }
.children__acts { grid-column: 2 / -1; margin-block: calc(var(--space-3) * -1) var(--space-3); }
.details__wide { grid-column: 1 / -1; overflow-wrap: anywhere; }
.rename { display: grid; gap: var(--space-2); max-inline-size: 28rem; padding-block: var(--space-2); }
.rename__row { display: flex; flex-wrap: wrap; gap: var(--space-2); align-items: end; }
.rename__row .field { flex: 1 1 12rem; }
.rename__row input { min-block-size: var(--control); }
.here .rename, .here .undo { padding: 0 var(--space-4) var(--space-4) 5.25rem; }
.undo { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2); color: var(--ink-muted); font-size: var(--text-sm); }
.here .details { padding: 0 var(--space-4) var(--space-4) 5.25rem; }

@container sessions (max-width: 54rem) {
  .gone { grid-column: 3; grid-row: 1; inline-size: 7rem; }
  .child .session__actions .icon-button { grid-row: 1 / 3; }
  .child > .details { grid-column: 2 / -1; grid-row: 3; }
}
@container sessions (max-width: 26rem) {
  .details__grid { grid-template-columns: minmax(0, 1fr); }
}
@container here (max-width: 36rem) {
  .details__grid { grid-template-columns: minmax(0, 1fr); }
  .here__top > .icon-button { margin-inline-start: auto; }
  .here .rename, .here .undo, .here .details { padding-inline-start: var(--space-4); }
}
@media (width < 40rem) {
  .intro { padding-block: var(--space-5) var(--space-4); }
  h1 { font-size: 1.625rem; }
  .section { margin-block-start: 2.5rem; }
  .section__acts { flex: 1 1 100%; }
  .section__acts > * { flex: 1 1 100%; max-inline-size: none; }
}
@media (pointer: coarse) {
  .reveal { inline-size: 2.75rem; block-size: 2.75rem; margin-block: -0.75rem; margin-inline-start: -0.25rem; }
}
`;
