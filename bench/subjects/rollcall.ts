import { join } from 'node:path';
import type { AccountTransaction } from '../../src/accounts/ports.ts';
import { policyOf } from '../../src/engine/policy.ts';
import type { Clock } from '../../src/engine/ports.ts';
import type { Origin, SessionRecord } from '../../src/engine/session.ts';
import { Sessions } from '../../src/engine/sessions.ts';
import { systemClock, systemRandom } from '../../src/engine/system.ts';
import { mintId, mintToken } from '../../src/engine/token.ts';
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite.ts';
import type { Subject } from '../subject.ts';
import { altered, flat, isFirstOfUser, sessionCount, userIdAt, userIdsOf } from '../workload.ts';

/** Sessions written in one transaction while loading. */
const chunk = 1_000;

/** The request every session was established by. */
export const origin: Origin = {
  ip: '203.0.113.7',
  userAgent:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36',
  client: {
    name: 'Chrome on Windows',
    kind: 'browser',
    browser: { name: 'Chrome', version: '139' },
    os: { name: 'Windows', version: '10' },
    vendor: null,
    model: null,
    formFactor: 'desktop',
  },
  place: null,
};

/** `Sessions.verify` on the SQLite store, all sessions in memory. A check that had to read the store would throw. */
export async function prepareRollcall(folder: string): Promise<Subject> {
  const store = await openSqliteStore({ path: join(folder, 'rollcall.db') });
  const tokens = await writeSessions(store, sessionCount);
  const [expired = ''] = await writeSessions(store, 1, 0);
  const sessions = sessionsOn(store, systemClock);
  for (const token of tokens) await sessions.verify(token);
  const unknown = mintToken('session', mintId(systemClock.now(), systemRandom), systemRandom).token;
  // Refusals that need the store are asked for here, the others with the rest.
  for (const token of [expired, unknown, altered(tokens[0] ?? '', 50)]) {
    const answer = await sessions.verify(token);
    if (answer.isActive) throw new Error('a session that must be refused was accepted');
  }
  return {
    isSynchronous: true,
    credentials: tokens,
    userIds: userIdsOf(tokens.length),
    refused: [(tokens[0] ?? '').slice(0, -1), ''],
    check: (token) => {
      const answer = sessions.verify(token);
      if (answer instanceof Promise) throw new Error('the session was not in memory');
      return answer.isActive ? answer.session.userId : null;
    },
  };
}

/** The engine as the server wires it, with nobody listening. */
export function sessionsOn(store: SqliteStore, clock: Clock): Sessions<AccountTransaction> {
  const signals = { publish: () => {} };
  return new Sessions({ store, clock, random: systemRandom, policy: policyOf('standard'), signals });
}

/** Writes sessions as `establish` would, many to a transaction; their tokens. */
export async function writeSessions(
  store: SqliteStore,
  count: number,
  at: number = systemClock.now(),
): Promise<readonly string[]> {
  const tokens: string[] = [];
  while (tokens.length < count) {
    const end = Math.min(count, tokens.length + chunk);
    await store.write(async (tx) => {
      while (tokens.length < end) tokens.push(await writeSession(tx, tokens.length, at));
    });
  }
  return tokens;
}

async function writeSession(tx: AccountTransaction, place: number, at: number): Promise<string> {
  const userId = userIdAt(place);
  const { id, token, digest } = mintToken('session', mintId(systemClock.now(), systemRandom), systemRandom);
  const deviceId = `${userId}-${at}`;
  if (isFirstOfUser(place)) {
    await tx.insertDevice({ id: deviceId, userId, digest, label: null, firstSeenAt: at });
  }
  await tx.insertSession(sessionAt(at, { id, userId, deviceId, digest }));
  return flat(token);
}

function sessionAt(
  at: number,
  identity: Pick<SessionRecord, 'id' | 'userId' | 'deviceId' | 'digest'>,
): SessionRecord {
  return {
    ...identity,
    userEpoch: 0,
    instanceEpoch: 0,
    establishedAt: at,
    authenticatedAt: at,
    lastActiveAt: at,
    persistence: 'browser',
    proofs: [{ method: 'pwd', at }],
    origin,
    termination: null,
  };
}
