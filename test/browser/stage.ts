import assert from 'node:assert/strict';
import { after, before, type TestContext } from 'node:test';
import type { Clock } from '../../src/engine/ports.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { startTestCluster } from '../running-cluster.ts';
import { type RunningService, startTestService } from '../running-service.ts';
import { openBrowser, type Person, type PersonOptions, type TestBrowser } from './browser.ts';
import type { ClientHeaders } from './clients.ts';
import { type Line, layLine } from './line.ts';

/** The machine's clock, which a test can put forward. */
export class ShiftedClock implements Clock {
  #shift = 0;

  now(): number {
    return Date.now() + this.#shift;
  }

  monotonic(): number {
    return performance.now() + this.#shift;
  }

  advance(milliseconds: number): void {
    this.#shift += milliseconds;
  }
}

/** Someone with an account and no session. */
export interface Owner {
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

/** The service and the browser of a test file. */
export interface Stage {
  readonly clock: ShiftedClock;
  readonly service: RunningService;
  /** What every page's requests go over. */
  readonly line: Line;
  /** A new account for this test alone. */
  newOwner(): Promise<Owner>;
  newPerson(test: TestContext, options?: PersonOptions): Promise<Person>;
  /** A new profile that is signed in; its page is still blank. */
  newSignedIn(test: TestContext, owner: Owner, options?: PersonOptions): Promise<Person>;
  /** A client that is no browser, signed in, with its token in `authorization`. */
  newBearer(owner: Owner, client: ClientHeaders, address: string): Promise<Bearer>;
}

/** A client that shows its token in a header. */
export interface Bearer {
  readonly client: ClientHeaders;
  readonly address: string;
  readonly sessionId: string;
  /** Whether its next request is accepted; anything but a clear yes or no fails the test. */
  isSignedIn(): Promise<boolean>;
  /** Ends another session of the owner, from here. */
  revoke(sessionId: string): Promise<void>;
}

export interface StageOptions {
  /** Whether the browser keeps pages for Back; it does not by default. */
  readonly keepsPages?: boolean;
  /** As many nodes on PostgreSQL, behind a proxy that gives each request to the next one; one on SQLite by default. */
  readonly nodes?: number;
}

/** Sets the stage of a file: one service and one browser with a line between, from its first test to its last. */
export function setStage({ nodes = 1, ...options }: StageOptions = {}): Stage {
  const clock = new ShiftedClock();
  let database: PostgresServer | undefined;
  let service: RunningService | undefined;
  let browser: TestBrowser | undefined;
  let line: Line | undefined;
  let owners = 0;
  before(async () => {
    if (nodes > 1) database = await startPostgres();
    service = await (database === undefined
      ? startTestService({ clock, trustedProxies: '127.0.0.1/32' })
      : startTestCluster({ nodes, clock, databaseUrl: await database.createDatabase() }));
    line = await layLine(service.port);
    browser = await openBrowser(service.url, { ...options, throughPort: line.port });
  });
  after(async () => {
    await browser?.close();
    await line?.close();
    await service?.stop();
    await database?.stop();
  });
  const open = (): {
    readonly service: RunningService;
    readonly browser: TestBrowser;
    readonly line: Line;
  } => {
    assert.ok(service && browser && line, 'the stage is set before the first test');
    return { service, browser, line };
  };
  return {
    clock,
    get service() {
      return open().service;
    },
    get line() {
      return open().line;
    },
    newOwner: () => {
      owners += 1;
      return newOwner(open().service, owners);
    },
    newPerson: (test, person) => open().browser.newPerson(test, person),
    newSignedIn: async (test, owner, options) => {
      const person = await open().browser.newPerson(test, options);
      await signInQuietly(person, open().service.url, owner);
      return person;
    },
    newBearer: (owner, client, address) => newBearer(open().service, owner, client, address),
  };
}

/** Signs a profile in without its pages: the cookies are set and nothing is open. */
export async function signInQuietly({ context }: Person, url: string, owner: Owner): Promise<string> {
  const { email, password } = owner;
  const response = await context.request.post('/api/sign-in', {
    data: { email, password },
    headers: { origin: url },
  });
  assert.equal(response.status(), 200, await response.text());
  const answer: { readonly session: { readonly id: string } } = await response.json();
  return answer.session.id;
}

async function newOwner(service: RunningService, number: number): Promise<Owner> {
  const owner = {
    email: `mara.${number}@lindqvist.example`,
    name: `Mara Lindqvist ${number}`,
    password: `lantern quartz violet harbour ${number}`,
  };
  const client = service.client({ 'x-forwarded-for': '192.0.2.200' });
  const signedUp = await client.send('POST', '/api/sign-up', owner);
  assert.equal(signedUp.status, 201, signedUp.text);
  await client.send('POST', '/api/sign-out');
  return owner;
}

/** Whether the browser's next request is accepted; anything but a clear yes or no fails the test. */
export async function isSignedIn({ context }: Person): Promise<boolean> {
  const response = await context.request.get('/api/session');
  return isAccepted(response.status());
}

function isAccepted(status: number): boolean {
  assert.ok(status === 200 || status === 401, `answered with ${status}`);
  return status === 200;
}

async function newBearer(
  service: RunningService,
  { email, password }: Owner,
  client: ClientHeaders,
  address: string,
): Promise<Bearer> {
  const { userAgent, hints } = client;
  const api = service.client({ ...hints, 'user-agent': userAgent, 'x-forwarded-for': address });
  const signedIn = await api.send('POST', '/api/sign-in', { email, password, tokenDelivery: 'body' });
  assert.equal(signedIn.status, 200, signedIn.text);
  const session = signedIn.body['session'] as { readonly id: string };
  const headers = { authorization: `Bearer ${String(signedIn.body['token'])}` };
  return {
    client,
    address,
    sessionId: session.id,
    isSignedIn: async () => isAccepted((await api.send('GET', '/api/session', undefined, headers)).status),
    revoke: async (sessionId) => {
      const { status, text } = await api.send('DELETE', `/api/sessions/${sessionId}`, undefined, headers);
      assert.equal(status, 204, text);
    },
  };
}
