import type { PendingSignIn, ThrottleRecord, TotpRecord, UserRecord } from '../../accounts/user.ts';
import type { Activity, FeedPlace, Revocation } from '../../engine/ports.ts';
import type { DeviceRecord, SessionRecord, Standing } from '../../engine/session.ts';
import { SqlTransaction } from '../sql/account-transaction.ts';
import type { Answer } from './connection.ts';
import {
  type Lock,
  lockOfEmail,
  lockOfEmailOwner,
  lockOfInstance,
  lockOfInstanceReader,
  lockOfPendingSignIn,
  lockOfSession,
  lockOfThrottle,
  lockOfUser,
} from './locks.ts';
import { queriesOn, type Run } from './queries.ts';

/** What a transaction needs of the round it is in. */
export interface RoundOfChanges {
  /** Sends a statement behind all that was sent before. */
  run(text: string, values: readonly unknown[]): Promise<Answer>;
  /** Takes the lock, without waiting for it: what is sent later runs when it is held. */
  lock(lock: Lock): void;
  /** Puts the revocation into the round's entry of the feed, if the change is kept. */
  publish(revocation: Revocation): FeedPlace;
}

/**
 * Moves activity forward, of each session once and in the order of the ids: two nodes that meet here then wait for each
 * other in one direction only.
 */
const recordActivitySql = `
  with seen as (
    select id, max(at) as at from unnest($1::text[], $2::bigint[]) as given (id, at) group by id
  ), locked as (
    select sessions.id from sessions where id = any ($1::text[]) and terminated_at is null
    order by id for no key update
  )
  update sessions set last_active_at = seen.at from seen, locked
  where sessions.id = seen.id and locked.id = seen.id and terminated_at is null and last_active_at < seen.at`;

/**
 * All writes of one change on PostgreSQL, where other nodes write as well. Each read first locks what it reads, and reads
 * in a statement of its own behind the lock, which under READ COMMITTED sees what was committed before the lock was had.
 */
export class PostgresTransaction extends SqlTransaction {
  readonly #round: RoundOfChanges;

  constructor(round: RoundOfChanges) {
    const run: Run = (text, values) => round.run(text, values);
    super(queriesOn(run), (activities) => recordActivity(run, activities));
    this.#round = round;
  }

  override findSession(id: string): Promise<SessionRecord | null> {
    this.#round.lock(lockOfSession(id));
    return super.findSession(id);
  }

  override openSessions(userId: string): Promise<readonly SessionRecord[]> {
    this.#round.lock(lockOfUser(userId));
    return super.openSessions(userId);
  }

  override findDevice(userId: string, id: string): Promise<DeviceRecord | null> {
    this.#round.lock(lockOfUser(userId));
    return super.findDevice(userId, id);
  }

  override findDeviceByDigest(userId: string, digest: string): Promise<DeviceRecord | null> {
    this.#round.lock(lockOfUser(userId));
    return super.findDeviceByDigest(userId, digest);
  }

  override standing(userId: string): Promise<Standing> {
    this.#round.lock(lockOfUser(userId));
    return super.standing(userId);
  }

  override instanceEpoch(): Promise<number> {
    this.#round.lock(lockOfInstanceReader);
    return super.instanceEpoch();
  }

  override async putInstanceEpoch(epoch: number): Promise<void> {
    this.#round.lock(lockOfInstance);
    await this.#round.run('update instance set epoch = greatest(epoch + 1, $1) where id = 1', [epoch]);
  }

  override findUser(id: string): Promise<UserRecord | null> {
    this.#round.lock(lockOfUser(id));
    return super.findUser(id);
  }

  override findUserByEmail(canonicalEmail: string): Promise<UserRecord | null> {
    this.#round.lock(lockOfEmail(canonicalEmail));
    this.#round.lock(lockOfEmailOwner(canonicalEmail));
    return super.findUserByEmail(canonicalEmail);
  }

  override insertUser(user: UserRecord): Promise<boolean> {
    this.#round.lock(lockOfEmail(user.canonicalEmail));
    return super.insertUser(user);
  }

  override findTotp(userId: string): Promise<TotpRecord | null> {
    this.#round.lock(lockOfUser(userId));
    return super.findTotp(userId);
  }

  override findPendingSignIn(id: string): Promise<PendingSignIn | null> {
    this.#round.lock(lockOfPendingSignIn(id));
    return super.findPendingSignIn(id);
  }

  override lockThrottle(key: string): Promise<ThrottleRecord | null> {
    this.#round.lock(lockOfThrottle(key));
    return super.lockThrottle(key);
  }

  override async publishRevocation(revocation: Revocation): Promise<FeedPlace> {
    return this.#round.publish(revocation);
  }
}

async function recordActivity(run: Run, activities: readonly Activity[]): Promise<void> {
  const ids = activities.map(({ sessionId }) => sessionId);
  const instants = activities.map(({ at }) => at);
  if (ids.length > 0) await run(recordActivitySql, [ids, instants]);
}
