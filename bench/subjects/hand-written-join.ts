import { hash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Subject } from '../subject.ts';
import { altered, flat, isFirstOfUser, lifetimeMs, sessionCount, userIdAt, userIdsOf } from '../workload.ts';

const schema = `
  create table user (id text primary key not null, email text not null, name text not null) strict, without rowid;
  create table session (
    digest text primary key not null,
    id text not null,
    user_id text not null references user (id),
    established_at integer not null,
    last_active_at integer not null,
    expires_at integer not null
  ) strict, without rowid;
`;

const insertSql = `
  insert into session (digest, id, user_id, established_at, last_active_at, expires_at) values (?, ?, ?, ?, ?, ?)
`;

const checkSql = `
  select session.id, session.user_id, session.established_at, session.last_active_at, session.expires_at,
    user.email, user.name
  from session join user on user.id = session.user_id
  where session.digest = ?
`;

/**
 * What a careful developer writes without a library: one prepared join by the token's digest on `node:sqlite`, which
 * brings the session and its user, and the same two timeouts as ours.
 */
export async function prepareHandWrittenJoin(folder: string): Promise<Subject> {
  const database = new DatabaseSync(join(folder, 'join.db'));
  // A page cache of 256 MiB, so that no check reads the file.
  database.exec('pragma journal_mode = wal; pragma cache_size = -262144');
  database.exec(schema);
  const now = Date.now();
  const tokens = writeSessions(database, now);
  const expired = randomBytes(32).toString('base64url');
  database.prepare(insertSql).run(digestOf(expired), 'expired', userIdAt(0), now, now, now - 1);
  const statement = database.prepare(checkSql);
  return {
    isSynchronous: true,
    credentials: tokens,
    userIds: userIdsOf(tokens.length),
    refused: [altered(tokens[0] ?? '', 20), expired, ''],
    check: (token) => {
      const row = statement.get(digestOf(token));
      if (row === undefined) return null;
      const instant = Date.now();
      const isOver =
        instant >= Number(row['expires_at']) || instant >= Number(row['last_active_at']) + lifetimeMs;
      return isOver ? null : String(row['user_id']);
    },
  };
}

function writeSessions(database: DatabaseSync, now: number): readonly string[] {
  const insertUser = database.prepare('insert into user (id, email, name) values (?, ?, ?)');
  const insertSession = database.prepare(insertSql);
  const tokens: string[] = [];
  database.exec('begin');
  while (tokens.length < sessionCount) {
    const userId = userIdAt(tokens.length);
    if (isFirstOfUser(tokens.length)) insertUser.run(userId, `${userId}@example.com`, userId);
    const token = flat(randomBytes(32).toString('base64url'));
    const id = randomBytes(16).toString('base64url');
    insertSession.run(digestOf(token), id, userId, now, now, now + lifetimeMs);
    tokens.push(token);
  }
  database.exec('commit; pragma wal_checkpoint(truncate)');
  return tokens;
}

function digestOf(token: string): string {
  return hash('sha256', token, 'base64url');
}
