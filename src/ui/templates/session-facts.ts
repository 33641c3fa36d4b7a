import { html, nothing, type TemplateResult } from 'lit';
import type { SessionWire } from '../../client/types.ts';
import { maskedAddress } from '../model/addresses.ts';
import { isEnded } from '../model/roster.ts';
import { ago, clock, dayAndTime, exact, isActiveNow, until, zoneName } from '../model/times.ts';
import { en } from '../strings/en.ts';
import { icon } from './icon.ts';
import { type SessionsView, subjectOf } from './sessions-view.ts';

/** The address, masked where there is little room until it is asked for: then it is not in the document at all. */
export function address(session: SessionWire, view: SessionsView): TemplateResult {
  if (session.ip === null) return html`<span class="faint">${en.place.noAddress}</span>`;
  if (!isMasked(session, view)) return html`<bdi class="ip">${session.ip}</bdi>`;
  const name = en.place.showAddressOf(subjectOf(view, session.id));
  return html`<span class="address"><bdi class="ip">${maskedAddress(session.ip)}</bdi
    ><button class="reveal" type="button" aria-label=${name} @click=${() => view.acts.reveal(session.id)}>
      ${icon('eye', 'small')}
    </button></span>`;
}

/** True where the address may not be in the document yet. */
export function isMasked(session: SessionWire, view: SessionsView): boolean {
  return view.isNarrow && !view.revealed.has(session.id);
}

/** The network the address belongs to, where it is known. */
export function network(session: SessionWire): TemplateResult | typeof nothing {
  const name = session.place?.network ?? null;
  return name === null ? nothing : html` <span class="ip__net nowrap">· ${name}</span>`;
}

/** Place, then address; no place, no line. */
export function placeFact(session: SessionWire, view: SessionsView): TemplateResult {
  const hasPlace = session.place !== null;
  const term = hasPlace ? en.sessions.columns.location : en.sessions.columns.address;
  return html`<div class="fact--place">
    <dt>${term}</dt>
    ${session.place === null ? nothing : html`<dd>${en.place.near(session.place)}</dd>`}
    <dd class="fact__address">${address(session, view)}${network(session)}</dd>
  </div>`;
}

/** When the session began, absolute and relative; `note` takes the place of the relative time. */
export function signedInFact(session: SessionWire, view: SessionsView, note?: string): TemplateResult {
  const { now, viewer } = view;
  const relative = note ?? `(${ago(session.establishedAt, now, viewer)})`;
  return html`<div class="fact--signed">
    <dt>${en.sessions.columns.signedIn}</dt>
    <dd>
      <span class="when-narrow" aria-hidden="true">${en.sessions.narrow.signedIn} </span
      >${time(session.establishedAt, dayAndTime(session.establishedAt, now, viewer), view)}
      <span class="faint nowrap">${relative}</span>
    </dd>
    <dd>${en.methods(session.methods)}</dd>
  </div>`;
}

/** When the session was used last. */
export function activeFact(session: SessionWire, view: SessionsView): TemplateResult | typeof nothing {
  if (isEnded(view.roster, session.id)) return nothing;
  return html`<div class="fact--active">
    <dt>${en.sessions.columns.lastActive}</dt>
    ${lastActive(session, view)}
  </div>`;
}

function lastActive(session: SessionWire, view: SessionsView): TemplateResult {
  const { now, viewer } = view;
  const at = session.lastActiveAt;
  if (isActiveNow(at, now)) return html`<dd><span class="live">${en.sessions.activeNow}</span></dd>`;
  const isToday = now - Date.parse(at) < 22 * 3_600_000;
  return html`<dd>
      <span class="when-narrow" aria-hidden="true">${en.sessions.narrow.lastActive} </span
      >${time(at, startsLine(ago(at, now, viewer), view), view)}
    </dd>
    <dd class="fact__at">${isToday ? clock(at, viewer) : dayAndTime(at, now, viewer)}</dd>`;
}

/** On wide layouts the words stand alone, so they begin with a capital. */
function startsLine(text: string, view: SessionsView): string {
  return view.isNarrow ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

/** A machine-readable instant; the tooltip repeats the full date with the zone, which the details also show. */
export function time(at: string, text: string, view: SessionsView): TemplateResult {
  return html`<time datetime=${at} title="${exact(at, view.viewer)}, ${zoneName(at, view.viewer)}">${text}</time>`;
}

/** When the session was used last, in a sentence of the dialog. */
export function usedText(session: SessionWire, view: SessionsView): string {
  if (isActiveNow(session.lastActiveAt, view.now)) return en.dialog.usedNow;
  return en.dialog.used(ago(session.lastActiveAt, view.now, view.viewer));
}

/** The exact facts of one session. */
export function details(session: SessionWire, view: SessionsView): TemplateResult {
  const { viewer, now } = view;
  const texts = en.details;
  const instant = (at: string): TemplateResult =>
    html`<dd>${exact(at, viewer)}</dd><dd>${zoneName(at, viewer)}</dd>`;
  const client = session.userAgent === null ? texts.clientNotSent : html`<code>${session.userAgent}</code>`;
  return html`<dl class="details__grid">
    <div><dt>${texts.signedIn}</dt>${instant(session.establishedAt)}</div>
    <div><dt>${texts.lastActive}</dt>${instant(session.lastActiveAt)}</div>
    <div><dt>${texts.ends}</dt><dd>${exact(session.expiresAt, viewer)}</dd>
      <dd>${texts.endsNote(until(session.expiresAt, now, viewer))}</dd></div>
    <div><dt>${texts.address}</dt><dd>${session.ip === null ? en.place.noAddress : html`<bdi>${session.ip}</bdi>`}</dd></div>
    <div><dt>${texts.methods}</dt><dd>${en.methods(session.methods)}</dd><dd>${texts.persistence[session.persistence]}</dd></div>
    <div><dt>${texts.id}</dt><dd><code>${session.id}</code></dd><dd>${texts.idNote}</dd></div>
    <div class="details__wide"><dt>${texts.client}</dt><dd>${client}</dd></div>
  </dl>`;
}
