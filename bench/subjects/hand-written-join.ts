import { hash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Subject } from '../subject.ts';
import { altered, flat, isFirstOfUser, lifetimeMs, sessionCount, userIdAt, userIdsOf } from '../workload.ts';

const schema = `
  create table user (id text primary key not null, email text not null, name text not null) strict, without rowid;
  create table session (
    digest text primary key not null,
    user_id text not null references user (id),
    expires_at integer not null
  ) strict, without rowid;
`;

const checkSql = `
  select user.id, user.email, user.name, session.expires_at
  from session join user on user.id = session.user_id
  where session.digest = ?
`;

/** What a careful developer writes without a library: one prepared join by the token's digest on `node:sqlite`. */
export async function prepareHandWrittenJoin(folder: string): Promise<Subject> {
  const database = new DatabaseSync(join(folder, 'join.db'));
  // A page cache of 256 MiB, so that no check reads the file.
  database.exec('pragma journal_mode = wal; pragma cache_size = -262144');
  database.exec(schema);
  const now = Date.now();
  const tokens = writeSessions(database, now + lifetimeMs);
  const expired = randomBytes(32).toString('base64url');
  const insert = 'insert into session (digest, user_id, expires_at) values (?, ?, ?)';
  database.prepare(insert).run(digestOf(expired), userIdAt(0), now - 1);
  const statement = database.prepare(checkSql);
  return {
    isSynchronous: true,
    credentials: tokens,
    userIds: userIdsOf(tokens.length),
    refused: [altered(tokens[0] ?? '', 20), expired, ''],
    check: (token) => {
      const row = statement.get(digestOf(token));
      if (row === undefined || Number(row['expires_at']) <= Date.now()) return null;
      return String(row['id']);
    },
  };
}

function writeSessions(database: DatabaseSync, expiresAt: number): readonly string[] {
  const insertUser = database.prepare('insert into user (id, email, name) values (?, ?, ?)');
  const insertSession = database.prepare(
    'insert into session (digest, user_id, expires_at) values (?, ?, ?)',
  );
  const tokens: string[] = [];
  database.exec('begin');
  while (tokens.length < sessionCount) {
    const userId = userIdAt(tokens.length);
    if (isFirstOfUser(tokens.length)) insertUser.run(userId, `${userId}@example.com`, userId);
    const token = flat(randomBytes(32).toString('base64url'));
    insertSession.run(digestOf(token), userId, expiresAt);
    tokens.push(token);
  }
  database.exec('commit; pragma wal_checkpoint(truncate)');
  return tokens;
}

function digestOf(token: string): string {
  return hash('sha256', token, 'base64url');
}
