import { html, nothing, type TemplateResult } from 'lit';
import type { SessionWire } from '../../client/types.ts';
import { deviceIcon, deviceTitle } from '../model/devices.ts';
import { ago, dayAndTime } from '../model/times.ts';
import { en } from '../strings/en.ts';
import { icon } from './icon.ts';
import { renameForm, undoArea } from './rename.ts';
import { address, details, network, time } from './session-facts.ts';
import { expander } from './session-row.ts';
import { type SessionsView, subjectOf } from './sessions-view.ts';

/** The card of the device in the owner's hands. */
export function hereCard(session: SessionWire, view: SessionsView): TemplateResult {
  const title = deviceTitle(session.device);
  const subject = subjectOf(view, session.id);
  const isRenaming = view.rename?.deviceId === session.device.id;
  const isOpen = view.open.has(session.id);
  return html`<section class="here surface" aria-labelledby="here">
    <div class="here__top">
      <span class="tile tile--large tile--accent">${icon(deviceIcon(session.device), 'large')}</span>
      <div class="here__name">
        <div class="here__title">
          <h2 id="here">${title}</h2>
          <button class="icon-button icon-button--small" type="button" data-rename=${session.device.id}
            aria-label=${en.sessions.names.rename(subject)} ?hidden=${isRenaming}
            @click=${() => view.acts.startRename(session.device.id)}>${icon('pencil', 'small')}</button>
          <span class="badge badge--accent">${en.sessions.thisDevice}</span>
        </div>
        <p class="muted">${session.device.label === null ? en.sessions.notNamed : session.device.name}</p>
      </div>
      <button class="button button--end" type="button" data-log-out=${session.id}
        aria-label=${en.sessions.names.logOutHere(title)} @click=${() => view.acts.logOutHere(session)}>
        ${en.sessions.logOut}
      </button>
      ${expander(session.id, `details-${session.id}`, en.sessions.names.details(subject), view)}
    </div>
    ${isRenaming ? renameForm(session.device.id, title, view) : undoArea(session.device.id, view)}
    ${facts(session, view)}
    ${isOpen ? html`<div class="details" id=${`details-${session.id}`}>${details(session, view)}</div>` : nothing}
  </section>`;
}

function facts(session: SessionWire, view: SessionsView): TemplateResult {
  const { now, viewer } = view;
  const isProvenAgain = Date.parse(session.authenticatedAt) - Date.parse(session.establishedAt) > 60_000;
  const proven = en.sessions.provenAgain(ago(session.authenticatedAt, now, viewer));
  const place = session.place === null ? nothing : html`<dd>${en.place.near(session.place)}</dd>`;
  const term = session.place === null ? en.sessions.columns.address : en.sessions.columns.location;
  return html`<dl class="here__facts">
    <div><dt>${en.sessions.signedInWith}</dt><dd>${en.methods(session.methods)}</dd>
      ${isProvenAgain ? html`<dd>${proven}</dd>` : html`<dd>${en.details.persistence[session.persistence]}</dd>`}</div>
    <div><dt>${term}</dt>${place}<dd>${address(session, view)}${network(session)}</dd></div>
    <div><dt>${en.sessions.columns.signedIn}</dt>
      <dd>${time(session.establishedAt, dayAndTime(session.establishedAt, now, viewer), view)}
        <span class="faint nowrap">(${ago(session.establishedAt, now, viewer)})</span></dd></div>
    <div><dt>${en.sessions.columns.lastActive}</dt><dd><span class="live">${en.sessions.activeNow}</span></dd>
      <dd>${en.sessions.endsAt(dayAndTime(session.expiresAt, now, viewer))}</dd></div>
  </dl>`;
}
