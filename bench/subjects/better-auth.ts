import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type BetterAuthOptions, betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import type { Subject } from '../subject.ts';
import {
  altered,
  cookieHeader,
  isFirstOfUser,
  lifetimeMs,
  sessionCount,
  statelessSessionCount,
  userIdAt,
  userIdsOf,
} from '../workload.ts';

const tokenCookie = 'better-auth.session_token';
const dataCookie = 'better-auth.session_data';

/** What of Better Auth is used here. */
interface Auth {
  readonly api: {
    getSession(request: { headers: Headers }): Promise<{ readonly user: { readonly id: string } } | null>;
  };
}

/** Better Auth on SQLite through `node:sqlite`, as its guide sets it up: every check asks the database. */
export async function prepareBetterAuth(folder: string): Promise<Subject> {
  const options = await optionsFor(folder, false);
  const { credentials, refused } = writeSessions(options, sessionCount);
  return subjectOf(betterAuth(options), credentials, refused);
}

/**
 * Better Auth in its fastest form: the session is in a second, signed cookie and the database is not asked. A session that
 * was logged out is accepted until that cookie expires, five minutes by default; measured for its price.
 */
export async function prepareBetterAuthCookieCache(folder: string): Promise<Subject> {
  const options = await optionsFor(folder, true);
  const { credentials, refused } = writeSessions(options, statelessSessionCount);
  const auth = betterAuth(options);
  const cached: string[] = [];
  for (const cookie of credentials) {
    const { headers } = await auth.api.getSession({ headers: new Headers({ cookie }), returnHeaders: true });
    const data = headers.getSetCookie().find((each) => each.startsWith(`${dataCookie}=`));
    if (data === undefined) throw new Error('Better Auth did not cache the session in a cookie');
    cached.push(`${cookie}; ${data.split(';')[0]}`);
  }
  return subjectOf(auth, cached, refused);
}

function subjectOf(auth: Auth, credentials: readonly string[], refused: readonly string[]): Subject {
  return {
    isSynchronous: false,
    credentials,
    userIds: userIdsOf(credentials.length),
    refused,
    check: async (cookie) => {
      const found = await auth.api.getSession({ headers: new Headers({ cookie }) });
      return found?.user.id ?? null;
    },
  };
}

type Options = BetterAuthOptions & { readonly database: DatabaseSync; readonly secret: string };

async function optionsFor(folder: string, isCookieCached: boolean): Promise<Options> {
  const database = new DatabaseSync(join(folder, 'better-auth.db'));
  database.exec('pragma journal_mode = wal; pragma cache_size = -262144');
  const options = {
    database,
    secret: randomBytes(32).toString('base64url'),
    baseURL: 'http://localhost:3000',
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    logger: { disabled: true },
    session: { cookieCache: { enabled: isCookieCached, maxAge: 60 * 60 } },
  };
  await (await getMigrations(options)).runMigrations();
  return options;
}

/** Writes users and sessions in the form Better Auth itself writes them; the cookies of the sessions. */
function writeSessions(
  { database, secret }: Options,
  count: number,
): { readonly credentials: readonly string[]; readonly refused: readonly string[] } {
  const now = Date.now();
  const insertUser = database.prepare(
    `insert into "user" ("id", "name", "email", "emailVerified", "createdAt", "updatedAt") values (?, ?, ?, 1, ?, ?)`,
  );
  const insertSession = database.prepare(
    `insert into "session" ("id", "token", "userId", "expiresAt", "createdAt", "updatedAt", "ipAddress", "userAgent")
     values (?, ?, ?, ?, ?, ?, '', '')`,
  );
  const today = new Date(now).toISOString();
  const add = (userId: string, expiresAt: number): string => {
    const token = randomBytes(24).toString('base64url');
    const id = randomBytes(24).toString('base64url');
    insertSession.run(id, token, userId, new Date(expiresAt).toISOString(), today, today);
    return signedCookie(token, secret);
  };
  const credentials: string[] = [];
  database.exec('begin');
  while (credentials.length < count) {
    const userId = userIdAt(credentials.length);
    if (isFirstOfUser(credentials.length)) {
      insertUser.run(userId, userId, `${userId}@example.com`, today, today);
    }
    // A week, its default: a shorter life would make it write the session again at once.
    credentials.push(add(userId, now + 7 * lifetimeMs));
  }
  const expired = add(userIdAt(0), now - 1);
  database.exec('commit; pragma wal_checkpoint(truncate)');
  const unknown = signedCookie(randomBytes(24).toString('base64url'), secret);
  return { credentials, refused: [altered(credentials[0] ?? '', 45), unknown, expired] };
}

/** The cookie as Better Auth signs it. */
function signedCookie(token: string, secret: string): string {
  const signature = createHmac('sha256', secret).update(token).digest('base64');
  return cookieHeader(tokenCookie, encodeURIComponent(`${token}.${signature}`));
}
