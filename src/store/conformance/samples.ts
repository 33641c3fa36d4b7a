import { hash } from 'node:crypto';
import type { AccountStore } from '../../accounts/ports.ts';
import type { PendingSignIn, TotpRecord, UserRecord } from '../../accounts/user.ts';
import type { HistoryEvent } from '../../engine/events.ts';
import type { Random } from '../../engine/ports.ts';
import type { Actor, DeviceRecord, Origin, SessionRecord, Termination } from '../../engine/session.ts';
import { mintId } from '../../engine/token.ts';

/** The instant the samples happen at. */
export const now = 1_800_000_000_000;

export const origin: Origin = {
  ip: '2001:db8::7',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64) “ünïcode”',
  client: {
    name: 'Firefox on Linux',
    kind: 'browser',
    browser: { name: 'Firefox', version: '148' },
    os: { name: 'Linux', version: null },
    vendor: null,
    model: null,
    formFactor: 'desktop',
  },
  place: { country: 'CH', countryName: 'Switzerland', region: null, city: 'Zürich', network: null },
};

export const system: Actor = { kind: 'system', sessionId: null, deviceName: null };

/** A text with the form of a digest. */
export function digestFor(text: string): string {
  return hash('sha256', text, 'base64url');
}

/** An id minted at the instant; ids sort by it. */
export function newId(random: Random, at: number = now): string {
  return mintId(at, random);
}

/** A user with an e-mail of its own. */
export function aUser(random: Random, changes: Partial<UserRecord> = {}): UserRecord {
  const id = newId(random);
  return {
    id,
    email: `${id}@Example.org`,
    canonicalEmail: `${id}@example.org`,
    name: 'Ada Example',
    passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FtcGxl$c2FtcGxl',
    passwordChangedAt: now,
    createdAt: now,
    ...changes,
  };
}

/** A device of a user of its own, without a label. */
export function aDevice(random: Random, changes: Partial<DeviceRecord> = {}): DeviceRecord {
  const id = newId(random);
  return {
    id,
    userId: newId(random),
    digest: digestFor(`device ${id}`),
    label: null,
    firstSeenAt: now,
    ...changes,
  };
}

/** A session of the device's user, established at `establishedAt`. */
export function aSession(
  random: Random,
  device: DeviceRecord,
  changes: Partial<SessionRecord> = {},
): SessionRecord {
  const establishedAt = changes.establishedAt ?? now;
  const id = newId(random, establishedAt);
  return {
    id,
    userId: device.userId,
    deviceId: device.id,
    digest: digestFor(`session ${id}`),
    userEpoch: 0,
    instanceEpoch: 0,
    establishedAt,
    authenticatedAt: establishedAt,
    lastActiveAt: establishedAt,
    persistence: 'browser',
    proofs: [{ method: 'pwd', at: establishedAt }],
    origin,
    termination: null,
    ...changes,
  };
}

/** A sign-in of the user, with every optional fact present. */
export function anEvent(random: Random, userId: string, changes: Partial<HistoryEvent> = {}): HistoryEvent {
  const at = changes.at ?? now;
  return {
    id: newId(random, at),
    userId,
    type: 'session.established',
    at,
    sessionId: newId(random),
    deviceName: 'Studio PC',
    origin,
    methods: ['pwd', 'otp'],
    reason: null,
    actor: { kind: 'user', sessionId: newId(random), deviceName: 'Firefox on Linux' },
    ...changes,
  };
}

/** An enrolment that is not yet confirmed. */
export function aTotp(userId: string, changes: Partial<TotpRecord> = {}): TotpRecord {
  return {
    userId,
    sealedKey: 'sealed.key.of.the.sample',
    createdAt: now,
    confirmedAt: null,
    lastStep: 0,
    ...changes,
  };
}

/** A pending sign-in, ten minutes long, of a request whose address is not known. */
export function aPendingSignIn(
  random: Random,
  userId: string,
  changes: Partial<PendingSignIn> = {},
): PendingSignIn {
  const id = newId(random);
  return {
    id,
    digest: digestFor(`pending ${id}`),
    userId,
    passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FtcGxl$c2FtcGxl',
    proofs: [{ method: 'pwd', at: now }],
    origin: { ...origin, ip: null, place: null },
    persistence: 'persistent',
    createdAt: now,
    expiresAt: now + 600_000,
    failures: 0,
    ...changes,
  };
}

/** A revocation from another session, one second after the samples. */
export function aTermination(changes: Partial<Termination> = {}): Termination {
  return {
    at: now + 1_000,
    reason: 'revoked',
    actor: { kind: 'user', sessionId: 'other', deviceName: 'Phone' },
    ...changes,
  };
}

/** Puts a session with a device of its own into the store, by default of a user of its own. */
export async function givenSession(
  store: AccountStore,
  random: Random,
  changes: Partial<SessionRecord> = {},
): Promise<SessionRecord> {
  const owner = changes.userId === undefined ? {} : { userId: changes.userId };
  const device = aDevice(random, owner);
  const session = aSession(random, device, changes);
  await store.write(async (transaction) => {
    await transaction.insertDevice(device);
    await transaction.insertSession(session);
  });
  return session;
}

/** Puts a user into the store. */
export async function givenUser(store: AccountStore, random: Random): Promise<UserRecord> {
  const user = aUser(random);
  await store.write((transaction) => transaction.insertUser(user));
  return user;
}

/** Lets other work run until it can get no further without us. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** How many of `count` changes, all sent at once, answered true. */
export async function countTrue(count: number, attempt: () => Promise<boolean>): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, attempt));
  return answers.filter((answer) => answer).length;
}
