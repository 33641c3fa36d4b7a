import type { Prepare } from './subject.ts';

/** A subject as it appears in the table, and where to load it from. */
export interface Listing {
  readonly name: string;
  readonly title: string;
  /** What Rollcall is held to, as a multiple of its own CPU time: at least so much dearer, or at most. */
  readonly aim: { readonly atLeast: number } | { readonly atMost: number } | null;
  /** Loads only this subject's packages, so that nothing of the others is in its process. */
  load(): Promise<Prepare>;
}

/** The name of the subject that all others are compared with. */
export const own = 'rollcall';

/** Everything that is measured, in the order of the table. */
export const listings: readonly Listing[] = [
  {
    name: own,
    title: 'Rollcall, Sessions.verify from memory',
    aim: null,
    load: async () => (await import('./subjects/rollcall.ts')).prepareRollcall,
  },
  {
    name: 'floor',
    title: 'Floor: cookie scan, hash, Map, checks',
    aim: { atMost: 2 },
    load: async () => (await import('./subjects/floor.ts')).prepareFloor,
  },
  {
    name: 'hand-written-join',
    title: 'Hand-written join, node:sqlite',
    aim: { atLeast: 5 },
    load: async () => (await import('./subjects/hand-written-join.ts')).prepareHandWrittenJoin,
  },
  {
    name: 'express-session',
    title: 'express-session, MemoryStore',
    aim: null,
    load: async () => (await import('./subjects/express-session.ts')).prepareExpressSession,
  },
  {
    name: 'jose',
    title: 'jose, jwtVerify HS256',
    aim: { atLeast: 20 },
    load: async () => (await import('./subjects/jose.ts')).prepareJose,
  },
  {
    name: 'better-auth-cookie-cache',
    title: 'Better Auth, cookie cache',
    aim: { atLeast: 100 },
    load: async () => (await import('./subjects/better-auth.ts')).prepareBetterAuthCookieCache,
  },
  {
    name: 'better-auth',
    title: 'Better Auth, SQLite',
    aim: { atLeast: 200 },
    load: async () => (await import('./subjects/better-auth.ts')).prepareBetterAuth,
  },
];
