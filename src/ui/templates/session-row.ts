import { html, nothing, type TemplateResult } from 'lit';
import { classMap } from 'lit/directives/class-map.js';
import { repeat } from 'lit/directives/repeat.js';
import type { SessionWire } from '../../client/types.ts';
import { type DeviceGroup, deviceIcon, deviceTitle, firstOf, newestOf } from '../model/devices.ts';
import { isEnded } from '../model/roster.ts';
import { en } from '../strings/en.ts';
import { icon } from './icon.ts';
import { renameArea } from './rename.ts';
import { activeFact, details, placeFact, signedInFact } from './session-facts.ts';
import { groupKey, type SessionsView, subjectOf } from './sessions-view.ts';

/** One device of the list, with all its sessions. */
export function deviceRow(group: DeviceGroup, view: SessionsView): TemplateResult {
  return group.sessions.length === 1 ? singleRow(group, view) : groupRow(group, view);
}

function singleRow(group: DeviceGroup, view: SessionsView): TemplateResult {
  const session = group.sessions[0];
  const ended = isEnded(view.roster, session.id);
  const isOpen = view.open.has(session.id) && !ended;
  return html`<li class=${classMap({ session: true, 'session--ended': ended })} data-session=${session.id}>
    <div class="session__row">
      <span class="tile">${icon(deviceIcon(group.device), 'large')}</span>
      <div class="session__name">
        <div class="session__label"><h3>${deviceTitle(group.device)}</h3></div>
        <p class="session__client">${clientLine(group, view)}</p>
      </div>
      <dl class="session__facts">
        ${placeFact(session, view)}${signedInFact(session, view)}${activeFact(session, view)}
      </dl>
      ${ended ? gone(session, view) : actions(session, view)}
    </div>
    ${isOpen ? panel(session, group, view) : nothing}
  </li>`;
}

/** Under a name the owner gave stands the client; a client that stands as the name has no owner's name yet. */
function clientLine(group: DeviceGroup, view: SessionsView): string {
  const isHere = view.roster.shown.some((one) => one.current && one.device.id === group.device.id);
  if (isHere) return en.sessions.anotherHere;
  return group.device.label === null ? en.sessions.notNamed : group.device.name;
}

function panel(session: SessionWire, group: DeviceGroup, view: SessionsView): TemplateResult {
  const subject = subjectOf(view, session.id);
  return html`<div class="details" id=${`details-${session.id}`}>
    ${details(session, view)}
    ${renameArea(group.device.id, deviceTitle(group.device), subject, view)}
  </div>`;
}

function actions(session: SessionWire, view: SessionsView): TemplateResult {
  const subject = subjectOf(view, session.id);
  return html`<div class="session__actions">
    <button class="button button--end" type="button" data-log-out=${session.id}
      aria-label=${en.sessions.names.logOut(subject)} @click=${() => view.acts.logOut(session)}>
      ${en.sessions.logOut}
    </button>
    ${expander(session.id, `details-${session.id}`, en.sessions.names.details(subject), view)}
  </div>`;
}

/** The button that opens and closes the details of `key`. */
export function expander(key: string, controls: string, name: string, view: SessionsView): TemplateResult {
  const isOpen = view.open.has(key);
  return html`<button class="icon-button" type="button" aria-expanded=${isOpen ? 'true' : 'false'}
    aria-controls=${isOpen ? controls : nothing} aria-label=${name} @click=${() => view.acts.toggle(key)}>
    ${icon('chevron')}
  </button>`;
}

function gone(session: SessionWire, view: SessionsView): TemplateResult {
  const ending = view.roster.endings.get(session.id);
  const elsewhere = ending?.by == null ? en.sessions.endedElsewhere : en.sessions.endedBy(ending.by);
  return html`<p class="gone">${ending?.isOwnAct === true ? en.sessions.ended : elsewhere}</p>`;
}

function groupRow(group: DeviceGroup, view: SessionsView): TemplateResult {
  const key = groupKey(group.device.id);
  const isOpen = !view.open.has(`closed:${key}`);
  const newest = newestOf(group);
  const note = en.sessions.firstOf(group.sessions.length);
  return html`<li class="session" data-session=${newest.id}>
    <div class="session__row">
      <span class="tile">${icon(deviceIcon(group.device), 'large')}</span>
      <div class="session__name">
        <div class="session__label">
          <h3>${deviceTitle(group.device)}</h3>
          <span class="badge">${en.sessions.sessionsBadge(group.sessions.length)}</span>
        </div>
        <p class="session__client">${clientLine(group, view)}</p>
      </div>
      <dl class="session__facts">
        ${placeFact(newest, view)}${signedInFact(firstOf(group), view, note)}${activeFact(newest, view)}
      </dl>
      ${groupActions(group, isOpen, view)}
    </div>
    ${isOpen ? children(group, view) : nothing}
  </li>`;
}

function groupActions(group: DeviceGroup, isOpen: boolean, view: SessionsView): TemplateResult {
  const key = groupKey(group.device.id);
  const subject = subjectOf(view, key);
  const living = group.sessions.filter((session) => !isEnded(view.roster, session.id));
  const logOut = html`<button class="button button--end" type="button" data-log-out=${key}
    aria-label=${en.sessions.names.logOutGroup(living.length, subject)}
    @click=${() => view.acts.logOutGroup(group)}>${en.sessions.logOutAll}</button>`;
  return html`<div class="session__actions">
    ${living.length > 1 ? logOut : nothing}
    <button class="icon-button" type="button" aria-expanded=${isOpen ? 'true' : 'false'}
      aria-controls=${isOpen ? `children-${group.device.id}` : nothing}
      aria-label=${en.sessions.names.group(subject)} @click=${() => view.acts.toggle(`closed:${key}`)}>
      ${icon('chevron')}
    </button>
  </div>`;
}

function children(group: DeviceGroup, view: SessionsView): TemplateResult {
  const subject = subjectOf(view, groupKey(group.device.id));
  return html`<ul class="children" id=${`children-${group.device.id}`} aria-label=${en.sessions.names.group(subject)}>
      ${repeat(
        group.sessions,
        (session) => session.id,
        (session) => child(session, group, view),
      )}
    </ul>
    <div class="children__acts">
      ${renameArea(group.device.id, deviceTitle(group.device), subject, view)}
    </div>`;
}

function child(session: SessionWire, group: DeviceGroup, view: SessionsView): TemplateResult {
  const ended = isEnded(view.roster, session.id);
  const isOpen = view.open.has(session.id) && !ended;
  return html`<li class=${classMap({ child: true, 'session--ended': ended })} data-session=${session.id}>
    <span class="child__icon">${icon(deviceIcon(group.device), 'small')}</span>
    <div class="session__name"><h4>${session.device.name}</h4></div>
    <dl class="session__facts">
      ${placeFact(session, view)}${signedInFact(session, view)}${activeFact(session, view)}
    </dl>
    ${ended ? gone(session, view) : actions(session, view)}
    ${isOpen ? html`<div class="details" id=${`details-${session.id}`}>${details(session, view)}</div>` : nothing}
  </li>`;
}
