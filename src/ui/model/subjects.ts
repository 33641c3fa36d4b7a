import type { SessionWire } from '../../client/types.ts';
import { en } from '../strings/en.ts';
import { type DeviceGroup, deviceTitle, distinctNames, type NameCandidates } from './devices.ts';
import { dayAndTime, exact, type Viewer } from './times.ts';

/** Label first, client second: a name the owner gave never hides what was detected. */
export function fullName(session: SessionWire): string {
  const { label, name } = session.device;
  return label === null || label === name ? name : `${label}, ${name}`;
}

/**
 * What every control of the list calls its object: by session id, and by `group:` and device id. All different,
 * so that nobody who hears the names ends the wrong session.
 */
export function subjects(
  current: SessionWire | null,
  groups: readonly DeviceGroup[],
  now: number,
  viewer: Viewer,
): ReadonlyMap<string, string> {
  const session = (one: SessionWire): NameCandidates => {
    const name = fullName(one);
    const signedIn = (time: string): string => `${name}, ${en.sessions.names.signedIn(time)}`;
    const at = one.establishedAt;
    return {
      key: one.id,
      names: [name, signedIn(dayAndTime(at, now, viewer)), signedIn(exact(at, viewer))],
    };
  };
  const here: readonly NameCandidates[] =
    current === null
      ? []
      : [{ key: current.id, names: [fullName(current), `${fullName(current)}, ${en.sessions.thisDevice}`] }];
  const several = groups.filter((group) => group.sessions.length > 1);
  const byGroup = several.map((group): NameCandidates => {
    const name = deviceTitle(group.device);
    const many = `${name}, ${en.sessions.sessionsBadge(group.sessions.length)}`;
    return { key: `group:${group.device.id}`, names: [name, many] };
  });
  return distinctNames([...here, ...byGroup, ...groups.flatMap((group) => group.sessions.map(session))]);
}
