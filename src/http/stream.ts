import type { Signal } from '../engine/events.ts';
import type { SessionWithDevice } from '../engine/ports.ts';
import { type TerminationReason, terminationReasons } from '../engine/session.ts';
import { type Exchange, isoOf } from './exchange.ts';
import { sessionWireOf } from './session-wire.ts';
import type { Caller } from './steps/credential.ts';
import { systemTimers } from './timers.ts';
import type { StreamEvents } from './wire.ts';

/** What an event stream is answered with. */
export const streamHeaders: Readonly<Record<string, string>> = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'X-Accel-Buffering': 'no',
};

const tickMs = 1000;
/** Verified every 4 s, so that a check that finds an end has its answer out within 5. */
const ticksPerCheck = 4;
const ticksPerHeartbeat = 15;
/** Chunks a client may leave unread before it is dropped. */
const longestQueue = 64;

type Terminated = Extract<Signal, { type: 'session.terminated' }>;

/**
 * The events of one user for one open page. Works through them in their order, and verifies the page's session before every
 * one that shows anything; it ends as soon as the session is not active, or cannot be verified, or has a new token.
 */
export class SessionStream {
  /** Ends when the session does, when the process stops, and when the reader falls behind. */
  readonly body: ReadableStream<Uint8Array>;
  readonly #exchange: Exchange;
  readonly #caller: Caller;
  readonly #encoder = new TextEncoder();
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #releases: (() => void)[] = [];
  /** What is being worked through; each piece waits for the one before. */
  #work: Promise<void> = Promise.resolve();
  /** The end of the page's own session, as soon as it is heard of: it needs no proof, and only it knows who ended it. */
  #ownEnd: Terminated | null = null;
  #ticks = 0;
  #isChecking = false;

  constructor(exchange: Exchange, caller: Caller) {
    this.#exchange = exchange;
    this.#caller = caller;
    this.body = new ReadableStream(
      { start: (controller) => this.#start(controller), cancel: () => this.#release() },
      new CountQueuingStrategy({ highWaterMark: longestQueue }),
    );
  }

  #start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const { hub, timers = systemTimers } = this.#exchange.options;
    this.#controller = controller;
    // Listening comes before the check, so that an end between the two is not missed.
    this.#releases = [
      hub.subscribe(this.#caller.session.userId, (signal) => this.#hear(signal)),
      timers.every(tickMs, () => this.#tick()),
    ];
    this.#then(async () => {
      if (await this.#isAccepted()) this.#send('ready', { asOf: this.#now() });
    });
  }

  #hear(signal: Signal): void {
    const isOwnEnd = signal.type === 'session.terminated' && signal.sessionId === this.#caller.session.id;
    if (isOwnEnd) this.#ownEnd = signal;
    this.#then(() => this.#tell(signal));
  }

  #then(piece: () => Promise<void>): void {
    this.#work = this.#work.then(piece).catch(() => this.#close());
  }

  #tick(): void {
    this.#ticks += 1;
    if (this.#exchange.options.health.isStopping()) this.#close();
    if (this.#ticks % ticksPerHeartbeat === 0) this.#write(':\n\n');
    if (this.#ticks % ticksPerCheck !== 0) return;
    // A check that is still waiting for its answer after 4 s means that nobody can tell any more.
    if (this.#isChecking) this.#close();
    else void this.#check();
  }

  async #check(): Promise<void> {
    this.#isChecking = true;
    await this.#isAccepted().catch(() => this.#close());
    this.#isChecking = false;
  }

  /** Whether the token the stream was opened with is still good; ends the stream when not. */
  async #isAccepted(): Promise<boolean> {
    if (this.#controller === null) return false;
    if (this.#ownEnd !== null) return this.#tellOwnEnd(this.#ownEnd);
    const verification = await this.#exchange.options.sessions.verify(this.#caller.token);
    if (this.#ownEnd !== null) return this.#tellOwnEnd(this.#ownEnd);
    if (verification.isActive) return true;
    const reason = terminationReasons.find((each) => each === verification.reason);
    // No reason means a new token: the page connects again with it.
    if (reason === undefined) this.#close();
    else this.#sayGoodbye(reason, this.#exchange.options.clock.now(), null);
    return false;
  }

  async #tell(signal: Signal): Promise<void> {
    if (!(await this.#isAccepted())) return;
    if (signal.type === 'session.terminated') this.#tellEnd(signal);
    else await this.#tellChange(signal);
  }

  async #tellChange(signal: Exclude<Signal, Terminated>): Promise<void> {
    const { options } = this.#exchange;
    const { id, userId } = this.#caller.session;
    const name = signal.type === 'session.established' ? signal.type : 'session.updated';
    for (const each of await options.sessions.list(userId)) {
      if (!isAbout(signal, each)) continue;
      this.#send(name, { session: sessionWireOf(each, id, options.sessions.policy) });
    }
  }

  #tellOwnEnd({ reason, at, actor: { kind, deviceName } }: Terminated): false {
    this.#sayGoodbye(reason, at, kind === 'user' ? { deviceName } : null);
    return false;
  }

  #tellEnd({ sessionId, reason, at, actor }: Terminated): void {
    const current = actor.sessionId === this.#caller.session.id;
    const by = actor.kind === 'user' ? { deviceName: actor.deviceName, current } : null;
    this.#send('session.terminated', { id: sessionId, reason, at: isoOf(at), by });
  }

  #sayGoodbye(reason: TerminationReason, at: number, by: StreamEvents['signed-out']['by']): void {
    this.#send('signed-out', { at: isoOf(at), reason, by });
    this.#close();
  }

  #send<Name extends keyof StreamEvents>(name: Name, data: StreamEvents[Name]): void {
    this.#write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  #write(text: string): void {
    const controller = this.#controller;
    if (controller === null) return;
    if ((controller.desiredSize ?? 0) > 0) {
      controller.enqueue(this.#encoder.encode(text));
      return;
    }
    this.#release();
    controller.error(new Error('The client of an event stream stopped reading.'));
  }

  #close(): void {
    const controller = this.#controller;
    this.#release();
    controller?.close();
  }

  #release(): void {
    this.#controller = null;
    for (const release of this.#releases.splice(0)) release();
  }

  #now(): string {
    return isoOf(this.#exchange.options.clock.now());
  }
}

function isAbout(signal: Exclude<Signal, Terminated>, { session, device }: SessionWithDevice): boolean {
  switch (signal.type) {
    case 'session.established':
      return session.id === signal.sessionId;
    case 'session.updated':
      return session.id === signal.sessionId;
    case 'device.labelled':
      return device.id === signal.deviceId;
  }
}
