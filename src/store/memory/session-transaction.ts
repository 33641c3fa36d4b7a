import type { HistoryEvent } from '../../engine/events.ts';
import type { Activity, FeedPlace, SessionAmendment, SessionTransaction } from '../../engine/ports.ts';
import type { DeviceRecord, SessionRecord, Standing, Termination } from '../../engine/session.ts';
import { refusedRow } from '../failures.ts';
import { deviceOf, openSessions, unknownStanding } from './reads.ts';
import { instanceKey, type Tables } from './tables.ts';

/** The engine's writes over staged tables. */
export class MemorySessionTransaction implements SessionTransaction {
  protected readonly tables: Tables;

  constructor(tables: Tables) {
    this.tables = tables;
  }

  async findSession(id: string): Promise<SessionRecord | null> {
    return this.tables.sessions.current.get(id);
  }

  async openSessions(userId: string): Promise<readonly SessionRecord[]> {
    return openSessions(this.tables.sessions.current, userId);
  }

  async insertSession(session: SessionRecord): Promise<void> {
    if (this.tables.sessions.current.get(session.id) !== null) throw refusedRow('a session has that id');
    if (this.tables.devices.current.get(session.deviceId) === null) throw refusedRow('no such device');
    this.tables.sessions.put(session.id, session);
  }

  async amendSession(id: string, amendment: SessionAmendment): Promise<boolean> {
    const session = this.#open(id);
    if (session === null) return false;
    this.tables.sessions.put(id, { ...session, ...amendment });
    return true;
  }

  async terminateSessions(ids: readonly string[], termination: Termination): Promise<readonly string[]> {
    const ended: string[] = [];
    for (const id of ids) {
      const session = this.#open(id);
      if (session === null) continue;
      this.tables.sessions.put(id, { ...session, termination });
      ended.push(id);
    }
    return ended;
  }

  async recordActivity(activities: readonly Activity[]): Promise<void> {
    for (const { sessionId, at } of activities) {
      const session = this.#open(sessionId);
      if (session === null || session.lastActiveAt >= at) continue;
      this.tables.sessions.put(sessionId, { ...session, lastActiveAt: at });
    }
  }

  async findDevice(userId: string, id: string): Promise<DeviceRecord | null> {
    return deviceOf(this.tables.devices.current, userId, id);
  }

  async findDeviceByDigest(userId: string, digest: string): Promise<DeviceRecord | null> {
    return this.tables.devices.current.of(userId).find((device) => device.digest === digest) ?? null;
  }

  async insertDevice(device: DeviceRecord): Promise<void> {
    if (this.tables.devices.current.get(device.id) !== null) throw refusedRow('a device has that id');
    const sameDigest = await this.findDeviceByDigest(device.userId, device.digest);
    if (sameDigest !== null) throw refusedRow('the user has that device');
    this.tables.devices.put(device.id, device);
  }

  async labelDevice(userId: string, id: string, label: string | null): Promise<boolean> {
    const device = await this.findDevice(userId, id);
    if (device === null) return false;
    this.tables.devices.put(id, { ...device, label });
    return true;
  }

  async standing(userId: string): Promise<Standing> {
    return this.tables.standings.current.get(userId) ?? unknownStanding;
  }

  async putStanding(userId: string, standing: Standing): Promise<void> {
    this.tables.standings.put(userId, standing);
  }

  async instanceEpoch(): Promise<number> {
    return this.tables.instance.current.get(instanceKey)?.epoch ?? 0;
  }

  async putInstanceEpoch(epoch: number): Promise<void> {
    this.tables.instance.put(instanceKey, { epoch });
  }

  async appendHistory(events: readonly HistoryEvent[]): Promise<void> {
    for (const event of events) {
      if (this.tables.history.current.get(event.id) !== null) throw refusedRow('an event has that id');
      this.tables.history.put(event.id, event);
    }
  }

  /** Nobody else has to be told. */
  async publishRevocation(): Promise<FeedPlace> {
    return { sequence: 0 };
  }

  #open(id: string): SessionRecord | null {
    const session = this.tables.sessions.current.get(id);
    return session?.termination === null ? session : null;
  }
}
