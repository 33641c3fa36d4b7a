import type { DeviceWire, SessionWire } from '../../client/types.ts';
import type { IconName } from './icon-names.ts';

/** Every session of one device, the most recently used first. */
export interface DeviceGroup {
  readonly device: DeviceWire;
  readonly sessions: readonly [SessionWire, ...SessionWire[]];
}

/** The device's name for the owner: their label, else what the client is. */
export function deviceTitle(device: DeviceWire): string {
  return device.label ?? device.name;
}

/**
 * Groups by the identity the server gave each device, in the order the sessions came in. Nothing is merged away:
 * every session is in exactly one group.
 */
export function groupByDevice(sessions: readonly SessionWire[]): readonly DeviceGroup[] {
  const groups = new Map<string, [SessionWire, ...SessionWire[]]>();
  for (const session of sessions) {
    const group = groups.get(session.device.id);
    if (group === undefined) groups.set(session.device.id, [session]);
    else group.push(session);
  }
  return [...groups.values()].map((group) => ({ device: group[0].device, sessions: group }));
}

/** The session used last; what a group's row shows. */
export function newestOf(group: DeviceGroup): SessionWire {
  return group.sessions.reduce((newest, session) =>
    session.lastActiveAt > newest.lastActiveAt ? session : newest,
  );
}

/** The session that is oldest by sign-in. */
export function firstOf(group: DeviceGroup): SessionWire {
  return group.sessions.reduce((first, session) =>
    session.establishedAt < first.establishedAt ? session : first,
  );
}

/** What a control may be called, from short to long; each later entry tells more. */
export interface NameCandidates {
  readonly key: string;
  readonly names: readonly [string, ...string[]];
}

/**
 * Gives each control the shortest of its names that no other has; what even the longest cannot tell apart gets
 * a number. Two controls that read alike would let a person end the wrong session.
 */
export function distinctNames(candidates: readonly NameCandidates[]): ReadonlyMap<string, string> {
  const chosen = new Map<string, string>();
  const depth = Math.max(0, ...candidates.map((candidate) => candidate.names.length));
  let open = [...candidates];
  for (let level = 0; level < depth && open.length > 0; level += 1) {
    const counts = countBy(open.map((candidate) => nameAt(candidate, level)));
    const taken = new Set(chosen.values());
    const isFree = (name: string): boolean => counts.get(name) === 1 && !taken.has(name);
    for (const candidate of open) {
      if (isFree(nameAt(candidate, level))) chosen.set(candidate.key, nameAt(candidate, level));
    }
    open = open.filter((candidate) => !chosen.has(candidate.key));
  }
  return numbered(open, chosen, depth);
}

function numbered(
  open: readonly NameCandidates[],
  chosen: Map<string, string>,
  depth: number,
): ReadonlyMap<string, string> {
  const taken = new Set(chosen.values());
  for (const candidate of open) {
    const base = nameAt(candidate, depth);
    let number = 1;
    while (taken.has(`${base}, ${number}`)) number += 1;
    chosen.set(candidate.key, `${base}, ${number}`);
    taken.add(`${base}, ${number}`);
  }
  return chosen;
}

function nameAt(candidate: NameCandidates, level: number): string {
  return candidate.names[Math.min(level, candidate.names.length - 1)] ?? candidate.names[0];
}

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

const formIcons: Partial<Record<DeviceWire['formFactor'], IconName>> = {
  phone: 'phone',
  tablet: 'tablet',
  tv: 'tv',
  bot: 'bot',
  desktop: 'desktop',
};

/** The picture beside the name. Decorative: the words carry the meaning. */
export function deviceIcon(device: Pick<DeviceWire, 'kind' | 'formFactor'>): IconName {
  if (device.kind === 'cli' || device.kind === 'api') return 'terminal';
  if (device.kind === 'mobile-app' || device.kind === 'desktop-app') return 'app';
  if (device.kind === 'browser' && device.formFactor === 'desktop') return 'laptop';
  return formIcons[device.formFactor] ?? 'unknown';
}

/** Longest name an owner may give a device, in visible characters. */
export const longestLabel = 60;

/** The label as it will be kept, or null when it has no or too many visible characters. */
export function cleanLabel(typed: string): string | null {
  // Control characters and those that turn the reading direction could make one name look like another.
  const label = typed
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim();
  const visible = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(label)].length;
  return visible >= 1 && visible <= longestLabel ? label : null;
}
