import type { LookUp, SessionAmendment, SessionWithDevice } from '../../src/engine/ports.ts';
import type { DeviceRecord, SessionRecord, Standing, Termination } from '../../src/engine/session.ts';

const unknownStanding: Standing = { epoch: 0, isDisabled: false };

/** The committed rows of the engine. */
export class SessionTables {
  readonly sessions = new Map<string, SessionRecord>();
  readonly devices = new Map<string, DeviceRecord>();
  readonly standings = new Map<string, Standing>();
  instanceEpoch = 0;

  lookUp(id: string): LookUp | null {
    const session = this.sessions.get(id);
    if (session === undefined) return null;
    return { session, standing: this.standing(session.userId), instanceEpoch: this.instanceEpoch };
  }

  standing(userId: string): Standing {
    return this.standings.get(userId) ?? unknownStanding;
  }

  /** Open sessions of a user with their devices, newest first. */
  sessionsOf(userId: string): readonly SessionWithDevice[] {
    return openOf(this.sessions.values(), userId).flatMap((session) => {
      const device = this.devices.get(session.deviceId);
      return device === undefined ? [] : [{ session, device }];
    });
  }
}

/** The rows as one transaction sees them: its own over the committed ones. */
export class StagedRows {
  readonly #committed: SessionTables;
  readonly #sessions = new Map<string, SessionRecord>();
  readonly #devices = new Map<string, DeviceRecord>();
  readonly #standings = new Map<string, Standing>();
  readonly #activities = new Map<string, number>();
  #instanceEpoch: number | null = null;

  constructor(committed: SessionTables) {
    this.#committed = committed;
  }

  session(id: string): SessionRecord | null {
    return this.#sessions.get(id) ?? this.#committed.sessions.get(id) ?? null;
  }

  openSessions(userId: string): readonly SessionRecord[] {
    const rows = new Map([...this.#committed.sessions, ...this.#sessions]);
    return openOf(rows.values(), userId);
  }

  putSession(session: SessionRecord): void {
    this.#sessions.set(session.id, session);
  }

  amendSession(id: string, amendment: SessionAmendment): boolean {
    const session = this.session(id);
    if (session === null || session.termination !== null) return false;
    this.#sessions.set(id, { ...session, ...amendment });
    return true;
  }

  /** False for a session that has ended already. */
  endSession(id: string, termination: Termination): boolean {
    const session = this.session(id);
    if (session === null || session.termination !== null) return false;
    this.#sessions.set(id, { ...session, termination });
    return true;
  }

  devices(userId: string): readonly DeviceRecord[] {
    const rows = new Map([...this.#committed.devices, ...this.#devices]);
    return [...rows.values()].filter((device) => device.userId === userId);
  }

  putDevice(device: DeviceRecord): void {
    this.#devices.set(device.id, device);
  }

  standing(userId: string): Standing {
    return this.#standings.get(userId) ?? this.#committed.standing(userId);
  }

  putStanding(userId: string, standing: Standing): void {
    this.#standings.set(userId, standing);
  }

  instanceEpoch(): number {
    return this.#instanceEpoch ?? this.#committed.instanceEpoch;
  }

  putInstanceEpoch(epoch: number): void {
    this.#instanceEpoch = epoch;
  }

  recordActivity(sessionId: string, at: number): void {
    this.#activities.set(sessionId, at);
  }

  /** Everything becomes visible in this instant. */
  publish(): void {
    const { sessions, devices, standings } = this.#committed;
    for (const [id, session] of this.#sessions) sessions.set(id, session);
    for (const [id, device] of this.#devices) devices.set(id, device);
    for (const [userId, standing] of this.#standings) standings.set(userId, standing);
    if (this.#instanceEpoch !== null) {
      // Another change may have raised it meanwhile; then this one goes beyond it.
      this.#committed.instanceEpoch = Math.max(this.#instanceEpoch, this.#committed.instanceEpoch + 1);
    }
    for (const [id, at] of this.#activities) this.#moveForward(id, at);
  }

  #moveForward(id: string, at: number): void {
    const { sessions } = this.#committed;
    const session = sessions.get(id);
    if (session === undefined || session.termination !== null || session.lastActiveAt >= at) return;
    sessions.set(id, { ...session, lastActiveAt: at });
  }
}

function openOf(rows: Iterable<SessionRecord>, userId: string): readonly SessionRecord[] {
  return [...rows]
    .filter((session) => session.userId === userId && session.termination === null)
    .toSorted((left, right) => (left.id < right.id ? 1 : -1));
}
