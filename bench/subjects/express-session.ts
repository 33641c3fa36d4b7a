import { createHmac, randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import type { Subject } from '../subject.ts';
import { altered, cookieHeader, lifetimeMs, sessionCount, userIdAt, userIdsOf } from '../workload.ts';

declare module 'express-session' {
  interface SessionData {
    userId: string;
  }
}

/**
 * express-session with its MemoryStore, through its middleware: the cookie's signature, then the store. Timed up to
 * `next()`; what the middleware does when the response ends (touching the session) is left out, in its favour.
 */
export async function prepareExpressSession(): Promise<Subject> {
  const secret = randomBytes(32).toString('base64url');
  const store = new session.MemoryStore();
  const middleware = session({ secret, store, resave: false, saveUninitialized: false });
  const add = (userId: string, expiresAt: number): string => {
    const id = randomBytes(24).toString('base64url');
    const expires = new Date(expiresAt);
    const cookie = { originalMaxAge: lifetimeMs, expires, httpOnly: true, path: '/' };
    store.set(id, { cookie, userId });
    return signedCookie(id, secret);
  };
  const now = Date.now();
  const credentials = Array.from({ length: sessionCount }, (_, place) =>
    add(userIdAt(place), now + lifetimeMs),
  );
  const unknown = signedCookie(randomBytes(24).toString('base64url'), secret);
  return {
    isSynchronous: false,
    credentials,
    userIds: userIdsOf(sessionCount),
    refused: [altered(credentials[0] ?? '', 30), unknown, add(userIdAt(0), now - 1)],
    check: (header) => userOf(middleware, header),
  };
}

function userOf(middleware: RequestHandler, header: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const request = requestWith(header);
    middleware(request, responseOf(), (error?: unknown) => {
      if (error === undefined) resolve(request.session.userId ?? null);
      else reject(error);
    });
  });
}

/** As much of a request and a response as the middleware looks at. */
function requestWith(cookie: string): Request {
  const request = { headers: { cookie }, url: '/', originalUrl: '/', method: 'GET', connection: {} };
  return request as unknown as Request;
}

function responseOf(): Response {
  return Object.assign(new EventEmitter(), { writeHead: () => {}, end: () => {} }) as unknown as Response;
}

/** The cookie as express-session signs it. */
function signedCookie(id: string, secret: string): string {
  const signature = createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '');
  return cookieHeader('connect.sid', encodeURIComponent(`s:${id}.${signature}`));
}
