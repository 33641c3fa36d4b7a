import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { MessageLine, WakeLine } from '../../cluster/ports.ts';
import type { Random } from '../../engine/ports.ts';
import { systemRandom } from '../../engine/system.ts';
import type { ConnectionLimits, PostgresConnection } from './connection.ts';
import { packMessages, unpackMessages } from './message-packing.ts';
import type { ConnectionSource } from './source.ts';

export interface LinesOptions {
  readonly source: ConnectionSource;
  /** What this node sends is not told to itself. */
  readonly nodeId: string;
  readonly random?: Random;
  /** Default 5,000: a line that was cut without a word is noticed so late, plus the time of one statement. */
  readonly probeEveryMs?: number;
}

/** What nodes tell one another through the database, beside the truth. */
export interface PostgresLines {
  readonly wakes: WakeLine;
  readonly messages: MessageLine;
  /** Stops listening and sending. */
  close(): Promise<void>;
}

const limits: ConnectionLimits = { statementTimeoutMs: 2_000, lockTimeoutMs: 2_000 };
/** Messages that arrive within this time share a transaction. */
const gatherMs = 10;
/** Messages kept while they can't be sent; then the oldest goes. */
const maxWaiting = 1_000;
/** Before a lost connection is opened again: at least so long, and at most three times, by chance. */
const pauseMs = 50;

/**
 * Listens on a connection of its own, opened again whenever it is lost, and sends on the same: notifications are outside of
 * every commit that matters. Without a connection nothing is heard, which costs time, never truth (rule 6).
 */
export function openLines(options: LinesOptions): PostgresLines {
  return new ListeningLines({ random: systemRandom, probeEveryMs: 5_000, ...options });
}

interface Channels {
  readonly wake: string;
  readonly message: string;
}

class ListeningLines implements PostgresLines {
  readonly wakes: WakeLine;
  readonly messages: MessageLine;
  readonly #options: Required<LinesOptions>;
  readonly #closing = new AbortController();
  readonly #kept: Promise<void>;
  #wake: () => void = () => undefined;
  #hear: (message: string) => void = () => undefined;
  #line: { readonly connection: PostgresConnection; readonly channels: Channels } | null = null;
  #waiting: string[] = [];
  #isGathering = false;

  constructor(options: Required<LinesOptions>) {
    this.#options = options;
    this.wakes = {
      onWake: (listener) => {
        this.#wake = listener;
      },
    };
    this.messages = {
      onMessage: (listener) => {
        this.#hear = listener;
      },
      send: (message) => this.#send(message),
    };
    this.#kept = this.#keep();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#line?.connection.end();
    await this.#kept;
  }

  async #keep(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#listen().catch(() => undefined);
      const chance = (this.#options.random.bytes(1)[0] ?? 0) / 255;
      await delay(pauseMs * (1 + 2 * chance), null, { ref: false, signal }).catch(() => undefined);
    }
  }

  /** Resolves when the connection is gone. */
  async #listen(): Promise<void> {
    const connection = await this.#options.source.open(limits);
    const isGone = new Promise<void>((resolve) => connection.onEnd(resolve));
    try {
      const channels = await channelsOn(connection);
      connection.onNotification((channel, payload) => this.#notified(channels, channel, payload));
      await connection.simple(listenStatements(channels));
      if (this.#closing.signal.aborted) return;
      this.#line = { connection, channels };
      // What was committed while nobody listened has woken nobody.
      this.#wake();
      this.#gather();
      await this.#probeUntil(connection, isGone);
    } finally {
      this.#line = null;
      connection.destroy();
    }
  }

  /** A connection that only listens would never find out that the other side is gone. */
  async #probeUntil(connection: PostgresConnection, isGone: Promise<void>): Promise<void> {
    const probe = setInterval(
      () => void connection.simple('select').catch(() => connection.destroy()),
      this.#options.probeEveryMs,
    );
    probe.unref();
    await isGone;
    clearInterval(probe);
  }

  #notified({ wake, message }: Channels, channel: string, payload: string): void {
    if (channel === wake && payload !== this.#options.nodeId) this.#wake();
    if (channel !== message) return;
    const packed = unpackMessages(payload);
    if (packed === null || packed.nodeId === this.#options.nodeId) return;
    for (const text of packed.messages) this.#hear(text);
  }

  #send(message: string): void {
    if (this.#closing.signal.aborted) return;
    this.#waiting.push(message);
    if (this.#waiting.length > maxWaiting) this.#waiting.shift();
    this.#gather();
  }

  #gather(): void {
    if (this.#isGathering || this.#line === null || this.#waiting.length === 0) return;
    this.#isGathering = true;
    setTimeout(() => void this.#sendAll(), gatherMs).unref();
  }

  /** What fails here is lost: nobody may count on it. */
  async #sendAll(): Promise<void> {
    const line = this.#line;
    const payloads = line === null ? [] : packMessages(this.#options.nodeId, this.#waiting.splice(0));
    if (line !== null && payloads.length > 0) {
      const calls = payloads.map(
        (payload) => `pg_notify(${pg.escapeLiteral(line.channels.message)}, ${pg.escapeLiteral(payload)})`,
      );
      await line.connection.simple(`select ${calls.join(', ')}`).catch(() => undefined);
    }
    this.#isGathering = false;
    this.#gather();
  }
}

async function channelsOn(connection: PostgresConnection): Promise<Channels> {
  const [answer] = await connection.simple(
    `select cluster_channel('wake') as wake, cluster_channel('message') as message`,
  );
  return answer?.rows[0] as unknown as Channels;
}

/** A notification writes a commit record like any transaction; what may be lost need not wait for the disk. */
function listenStatements({ wake, message }: Channels): string {
  const listen = [wake, message].map((channel) => `listen ${pg.escapeIdentifier(channel)};`);
  return `set synchronous_commit = off; ${listen.join(' ')}`;
}
