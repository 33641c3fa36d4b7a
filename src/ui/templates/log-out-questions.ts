import { html, nothing, type TemplateResult } from 'lit';
import type { SessionWire } from '../../client/types.ts';
import type { Question } from '../elements/act-dialog-element.ts';
import { maskedAddress } from '../model/addresses.ts';
import { type DeviceGroup, deviceIcon, deviceTitle, newestOf } from '../model/devices.ts';
import { dayAndTime } from '../model/times.ts';
import { en } from '../strings/en.ts';
import { icon } from './icon.ts';
import { isMasked, usedText } from './session-facts.ts';
import { type SessionsView, subjectOf } from './sessions-view.ts';

const common = {
  keep: en.dialog.keep,
  confirm: en.dialog.confirm,
  working: en.dialog.working,
  nothingDone: en.dialog.nothingDone,
};

/** The question before one session is ended: which, when it was used, where, and what will happen. */
export function askOne(session: SessionWire, view: SessionsView): Question {
  const facts = html`${what(session, view)}${factList(en.dialog.losesAccess, en.dialog.stays)}`;
  return { ...common, title: en.dialog.logOut(subjectOf(view, session.id)), body: facts };
}

/** The question before all sessions of one device are ended. */
export function askGroup(group: DeviceGroup, sessions: number, view: SessionsView): Question {
  const title = en.dialog.logOutGroup(sessions, deviceTitle(group.device));
  const facts = html`${what(newestOf(group), view)}${factList(en.dialog.losesAccessAll, en.dialog.stays)}`;
  return { ...common, title, body: facts };
}

/** The question before every session but this one is ended; the title has the number of devices. */
export function askOthers(devices: number, sessions: number): Question {
  const body = html`<p class="muted dialog__text">${en.dialog.logOutOthersText(sessions)}</p>`;
  return { ...common, title: en.dialog.logOutOthers(devices), body };
}

/** The light question before this device is logged out. */
export function askHere(): Question {
  const body = html`<p class="muted dialog__text">${en.dialog.logOutHereText}</p>`;
  return { ...common, title: en.dialog.logOutHere, body };
}

function what(session: SessionWire, view: SessionsView): TemplateResult {
  const place = session.place === null ? '' : `, ${en.place.near(session.place)}`;
  const since = dayAndTime(session.establishedAt, view.now, view.viewer);
  return html`<div class="dialog__what">
    <span class="tile">${icon(deviceIcon(session.device), 'large')}</span>
    <div>
      <p>${usedText(session, view)}${place}</p>
      ${from(session, view)}
      <p>${en.dialog.since(since, en.methods(session.methods))}</p>
    </div>
  </div>`;
}

function from(session: SessionWire, view: SessionsView): TemplateResult | typeof nothing {
  if (session.ip === null) return nothing;
  const address = isMasked(session, view) ? maskedAddress(session.ip) : session.ip;
  const network = session.place?.network ?? null;
  return html`<p><bdi>${address}</bdi>${network === null ? nothing : ` · ${network}`}</p>`;
}

function factList(...facts: readonly string[]): TemplateResult {
  const icons = ['logout', 'check'] as const;
  return html`<ul class="dialog__facts">
    ${facts.map((fact, index) => html`<li>${icon(icons[index] ?? 'check')}<span>${fact}</span></li>`)}
  </ul>`;
}
