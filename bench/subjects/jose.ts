import { randomBytes } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { Subject } from '../subject.ts';
import { altered, flat, lifetimeMs, statelessSessionCount, userIdAt, userIdsOf } from '../workload.ts';

/** jose, HS256: a signed token that holds the user. It can't be logged out before it expires; measured for its price. */
export async function prepareJose(): Promise<Subject> {
  // Imported once: a key given as bytes would be imported again at every check.
  const key = await crypto.subtle.importKey(
    'raw',
    randomBytes(32),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign', 'verify'],
  );
  const now = Date.now();
  const sign = async (userId: string, expiresAt: number): Promise<string> =>
    flat(
      await new SignJWT({ sub: userId })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuedAt(new Date(now - 2))
        .setExpirationTime(new Date(expiresAt))
        .sign(key),
    );
  const credentials: string[] = [];
  while (credentials.length < statelessSessionCount) {
    credentials.push(await sign(userIdAt(credentials.length), now + lifetimeMs));
  }
  return {
    isSynchronous: false,
    credentials,
    userIds: userIdsOf(credentials.length),
    refused: [altered(credentials[0] ?? '', 60), await sign(userIdAt(0), now - 10_000), ''],
    check: async (token) => {
      try {
        const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'] });
        return payload.sub ?? null;
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
  };
}
