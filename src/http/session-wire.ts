import type { UserRecord } from '../accounts/user.ts';
import { expiresAt, type Policy } from '../engine/policy.ts';
import type { SessionWithDevice } from '../engine/ports.ts';
import { assuranceOf, methodsOf, type Place } from '../engine/session.ts';
import { isoOf } from './exchange.ts';
import type { DeviceWire, PlaceWire, SessionWire, UserWire } from './wire.ts';

/** A session as it travels; `current` when it is the session of whoever reads it. */
export function sessionWireOf(
  { session, device }: SessionWithDevice,
  currentId: string | null,
  policy: Policy,
): SessionWire {
  return {
    id: session.id,
    current: session.id === currentId,
    state: 'active',
    device: deviceWireOf({ session, device }),
    userAgent: session.origin.userAgent,
    ip: session.origin.ip,
    place: placeWireOf(session.origin.place),
    establishedAt: isoOf(session.establishedAt),
    authenticatedAt: isoOf(session.authenticatedAt),
    lastActiveAt: isoOf(session.lastActiveAt),
    expiresAt: isoOf(expiresAt(session, policy)),
    methods: [...methodsOf(session.proofs)],
    assurance: assuranceOf(session.proofs),
    persistence: session.persistence,
  };
}

/** A place as it travels. */
export function placeWireOf(place: Place | null): PlaceWire | null {
  if (place === null) return null;
  const { country, countryName, region, city, network } = place;
  return { country, countryName, region, city, network };
}

/** A user as it travels. */
export function userWireOf({ id, email, name }: UserRecord): UserWire {
  return { id, email, name };
}

function deviceWireOf({ session, device }: SessionWithDevice): DeviceWire {
  const { name, kind, browser, os, vendor, model, formFactor } = session.origin.client;
  return {
    id: device.id,
    label: device.label,
    name,
    kind,
    browser: browser === null ? null : { name: browser.name, version: browser.version },
    os: os === null ? null : { name: os.name, version: os.version },
    vendor,
    model,
    formFactor,
  };
}
