import type { Prepare } from './subject.ts';

export type Aim =
  | { readonly atLeast: number }
  | { readonly atMost: number }
  | { readonly settingAtMost: number };

/** A subject as it appears in the table, and where to load it from. */
export interface Listing {
  readonly name: string;
  readonly title: string;
  /**
   * What Rollcall is held to: the subject at least so many times dearer than it, Rollcall at most so many times dearer than
   * the subject, or, for Rollcall in another setting, that at most so many times dearer.
   */
  readonly aim: Aim | null;
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
    name: 'rollcall-cluster',
    title: 'Rollcall, one of many nodes on PostgreSQL',
    aim: { settingAtMost: 1.2 },
    load: async () => (await import('./subjects/rollcall-cluster.ts')).prepareRollcallCluster,
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
