import type { SessionWire } from '../../src/client/types.ts';

const second = 1_000;

/** 2026-11-23, 14:06 in Berlin: the moment at which these tests look. */
export const now = Date.UTC(2026, 10, 23, 13, 6);

/** An instant the given seconds before `now`, as the wire writes it. */
export function before(seconds: number): string {
  return new Date(now - seconds * second).toISOString();
}

interface Given {
  readonly id: string;
  readonly device?: string;
  readonly label?: string | null;
  readonly name?: string;
  readonly current?: boolean;
  readonly establishedAt?: string;
  readonly lastActiveAt?: string;
}

/** A session of the wire with only the given facts of its own. */
export function session(given: Given): SessionWire {
  const establishedAt = given.establishedAt ?? before(3_600);
  return {
    id: given.id,
    current: given.current ?? false,
    state: 'active',
    device: {
      id: given.device ?? `device-of-${given.id}`,
      label: given.label ?? null,
      name: given.name ?? 'Chrome on Windows',
      kind: 'browser',
      browser: null,
      os: null,
      vendor: null,
      model: null,
      formFactor: 'desktop',
    },
    userAgent: null,
    ip: '203.0.113.7',
    place: null,
    establishedAt,
    authenticatedAt: establishedAt,
    lastActiveAt: given.lastActiveAt ?? before(60),
    expiresAt: before(-86_400),
    methods: ['pwd'],
    assurance: 'aal1',
    persistence: 'browser',
  };
}
