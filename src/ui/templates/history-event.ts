import { html, nothing, type TemplateResult } from 'lit';
import type { HistoryEventWire } from '../../client/types.ts';
import { deviceIcon } from '../model/devices.ts';
import type { IconName } from '../model/icon-names.ts';
import { clock, exact, type Viewer, zoneName } from '../model/times.ts';
import { en } from '../strings/en.ts';
import { icon } from './icon.ts';

type Tone = 'plain' | 'attention' | 'danger';

const looks: Record<HistoryEventWire['type'], readonly [IconName, Tone]> = {
  'account.created': ['person', 'plain'],
  'session.established': ['check', 'plain'],
  'session.terminated': ['logout', 'plain'],
  'sign_in.failed': ['warning', 'danger'],
  'sign_in.refused': ['warning', 'danger'],
  'second_factor.failed': ['warning', 'danger'],
  'step_up.completed': ['shield', 'plain'],
  'step_up.failed': ['warning', 'danger'],
  'password.changed': ['key', 'attention'],
  'totp.enabled': ['shield', 'attention'],
  'totp.disabled': ['shield', 'attention'],
  'recovery_code.used': ['key', 'attention'],
  'recovery_codes.replaced': ['key', 'plain'],
  'device.labelled': ['pencil', 'plain'],
};

const alarming = new Set<HistoryEventWire['reason']>(['token_reuse', 'reported', 'user_disabled']);

/** One line of the history: when, what, from where, by whom. */
export function historyEvent(event: HistoryEventWire, viewer: Viewer): TemplateResult {
  const device = event.deviceName ?? en.history.unknownDevice;
  const [name, usualTone] = looks[event.type];
  const tone = alarming.has(event.reason) ? 'danger' : usualTone;
  const { what, rest } = en.history.what(event, device);
  return html`<li class="event event--${tone}" data-event=${event.id} tabindex="-1">
    <time datetime=${event.at} title="${exact(event.at, viewer)}, ${zoneName(event.at, viewer)}">${clock(event.at, viewer)}</time>
    ${icon(iconOf(event, name))}
    <div>
      <p><b>${what}</b>${rest === '' ? nothing : rest.startsWith('too many') || rest.startsWith('wrong') ? `, ${rest}` : ` ${rest}`}${byWhom(event)}</p>
      ${where(event)}
    </div>
  </li>`;
}

/** A sign-in that is no browser's shows what it came from. */
function iconOf(event: HistoryEventWire, usual: IconName): IconName {
  if (event.type !== 'session.established') return usual;
  if (event.kind === 'cli' || event.kind === 'api')
    return deviceIcon({ kind: event.kind, formFactor: 'unknown' });
  return usual;
}

/** Another device or the operator as the cause is worth saying; the device itself is not. */
function byWhom(event: HistoryEventWire): string | typeof nothing {
  const { kind, deviceName, sessionId } = event.actor;
  if (kind === 'operator') return ` ${en.history.byOperator}`;
  if (event.type !== 'session.terminated' || kind !== 'user') return nothing;
  if (deviceName === null || sessionId === event.sessionId) return nothing;
  return `, ${en.history.from(deviceName)}`;
}

function where(event: HistoryEventWire): TemplateResult | typeof nothing {
  const place = event.place === null ? null : en.place.near(event.place);
  const network = event.place?.network ?? null;
  const methods = event.methods.length === 0 ? null : en.methods(event.methods);
  if (place === null && event.ip === null && methods === null) return nothing;
  const location = [place, network].filter((part) => part !== null).join(' · ');
  const address = event.ip === null ? nothing : html`<bdi>${event.ip}</bdi>`;
  const comma = location !== '' && event.ip !== null ? ', ' : '';
  const stop = location === '' && event.ip === null ? '' : '. ';
  return html`<p>${location}${comma}${address}${methods === null ? (stop === '' ? '' : '.') : `${stop}${methods}.`}</p>`;
}
