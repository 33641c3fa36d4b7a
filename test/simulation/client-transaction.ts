import type { HistoryEvent } from '../../src/engine/events.ts';
import type {
  Activity,
  FeedPlace,
  Revocation,
  SessionAmendment,
  SessionTransaction,
} from '../../src/engine/ports.ts';
import type { DeviceRecord, SessionRecord, Standing, Termination } from '../../src/engine/session.ts';
import { RollcallError } from '../../src/errors.ts';
import type { Database } from './database.ts';
import { type Exchange, type Line, LineFailure } from './line.ts';
import type { SimulatedProcess } from './process.ts';
import { ServerTransaction } from './server-transaction.ts';
import type { StagedRows } from './session-tables.ts';

/** How often a statement goes out by itself; the others ride in the message before. */
const roundTripChance = 0.2;

/** How long the database takes at most to notice that a client is gone. */
const noticeMs = 600;

/** A place in the feed that is known after the commit. */
interface Place extends FeedPlace {
  sequence: number;
}

/** A node's side of one transaction: every statement may be a message to the database, and the commit always is. */
export class ClientTransaction implements SessionTransaction {
  readonly #process: SimulatedProcess;
  readonly #line: Line;
  readonly #database: Database;
  readonly #server: ServerTransaction;
  readonly #revocations: { readonly revocation: Revocation; readonly place: Place }[] = [];
  #exchange: Exchange<unknown> | null = null;
  readonly #forgetProcess: () => void;
  #hasAskedForCommit = false;

  constructor(process: SimulatedProcess, line: Line, database: Database) {
    this.#process = process;
    this.#line = line;
    this.#database = database;
    this.#server = new ServerTransaction(database);
    this.#forgetProcess = process.onEnd(() => this.abandon());
  }

  findSession(id: string): Promise<SessionRecord | null> {
    return this.#aboutSession(id, (rows) => rows.session(id), null);
  }

  openSessions(userId: string): Promise<readonly SessionRecord[]> {
    return this.#about(userId, (rows) => rows.openSessions(userId));
  }

  insertSession(session: SessionRecord): Promise<void> {
    return this.#about(session.userId, (rows) => rows.putSession(session));
  }

  amendSession(id: string, amendment: SessionAmendment): Promise<boolean> {
    return this.#aboutSession(id, (rows) => rows.amendSession(id, amendment), false);
  }

  async terminateSessions(ids: readonly string[], termination: Termination): Promise<readonly string[]> {
    const ended: string[] = [];
    for (const id of ids) {
      if (await this.#aboutSession(id, (rows) => rows.endSession(id, termination), false)) ended.push(id);
    }
    return ended;
  }

  async recordActivity(activities: readonly Activity[]): Promise<void> {
    for (const { sessionId, at } of activities) this.#server.rows.recordActivity(sessionId, at);
  }

  async findDevice(userId: string, id: string): Promise<DeviceRecord | null> {
    const devices = await this.#about(userId, (rows) => rows.devices(userId));
    return devices.find((device) => device.id === id) ?? null;
  }

  async findDeviceByDigest(userId: string, digest: string): Promise<DeviceRecord | null> {
    const devices = await this.#about(userId, (rows) => rows.devices(userId));
    return devices.find((device) => device.digest === digest) ?? null;
  }

  insertDevice(device: DeviceRecord): Promise<void> {
    return this.#about(device.userId, (rows) => rows.putDevice(device));
  }

  async labelDevice(userId: string, id: string, label: string | null): Promise<boolean> {
    const device = await this.findDevice(userId, id);
    if (device !== null) await this.insertDevice({ ...device, label });
    return device !== null;
  }

  standing(userId: string): Promise<Standing> {
    return this.#about(userId, (rows) => rows.standing(userId));
  }

  putStanding(userId: string, standing: Standing): Promise<void> {
    return this.#about(userId, (rows) => rows.putStanding(userId, standing));
  }

  async instanceEpoch(): Promise<number> {
    return this.#server.rows.instanceEpoch();
  }

  async putInstanceEpoch(epoch: number): Promise<void> {
    this.#server.rows.putInstanceEpoch(epoch);
  }

  /** History decides nothing here. */
  async appendHistory(_events: readonly HistoryEvent[]): Promise<void> {}

  async publishRevocation(revocation: Revocation): Promise<FeedPlace> {
    const place = { sequence: 0 };
    this.#revocations.push({ revocation, place });
    return place;
  }

  /** Throws `outcome_unknown` when the commit was asked for and nobody said what came of it. */
  async commit(): Promise<void> {
    const revocations = this.#revocations.map(({ revocation }) => revocation);
    this.#hasAskedForCommit = true;
    try {
      const sequence = await this.#send(() => this.#server.commit(this.#process.id, revocations));
      this.#forgetProcess();
      for (const { place } of this.#revocations) place.sequence = sequence;
    } catch (error) {
      const isUnknown = error instanceof LineFailure && error.mayHaveArrived;
      if (isUnknown) this.#database.world.coverage.count('unknownOutcomes');
      throw isUnknown ? new RollcallError('outcome_unknown') : error;
    }
  }

  /** The node no longer cares: the request under way is over, and the database notices some time later. */
  abandon(): void {
    this.#forgetProcess();
    this.#exchange?.fail(new LineFailure(this.#hasAskedForCommit));
    const { dice, timeline, coverage } = this.#database.world;
    timeline.after(dice.between(0, noticeMs), () => this.#server.undo());
    if (!this.#hasAskedForCommit) return;
    timeline.after(noticeMs, () => {
      if (this.#server.isCommitted) coverage.count('unheardCommits');
    });
  }

  async #aboutSession<T>(id: string, work: (rows: StagedRows) => T, none: T): Promise<T> {
    const userId = this.#server.rows.session(id)?.userId;
    return userId === undefined ? none : this.#about(userId, work);
  }

  /** A statement about one user's rows, under the user's lock. */
  async #about<T>(userId: string, work: (rows: StagedRows) => T): Promise<T> {
    const isRiding = this.#server.holds(userId) && !this.#database.world.dice.chance(roundTripChance);
    if (isRiding) return work(this.#server.rows);
    return this.#send(async () => {
      await this.#server.lock(userId);
      return work(this.#server.rows);
    });
  }

  #send<T>(work: () => Promise<T>): Promise<T> {
    const exchange = this.#line.send(this.#process, { channel: 'store', work, mayDouble: false });
    this.#exchange = exchange as Exchange<unknown>;
    return exchange.answer;
  }
}
