import { parseServerSentEvents, type StreamMessage } from './server-sent-events.ts';
import { randomFraction } from './system.ts';
import type { StreamEvents } from './types.ts';

/** One event of `GET /api/stream`, told apart by `name`. */
export type StreamEvent = {
  [Name in keyof StreamEvents]: { readonly name: Name; readonly data: StreamEvents[Name] };
}[keyof StreamEvents];

export interface StreamHandlers {
  onEvent(event: StreamEvent): void;
  /** True once the server is heard, false when the connection was lost. */
  onLive(isLive: boolean): void;
  /** Every sign of life, heartbeats too. */
  onBeat?(): void;
  /** The server says there is no session: the stream has stopped for good. */
  onRefused(): void;
}

export interface StreamOptions extends StreamHandlers {
  readonly url: string;
  readonly fetch?: typeof fetch;
  /** A number from 0 up to 1, for the jitter. */
  readonly random?: () => number;
  /** Milliseconds without a sign of life until the connection counts as lost. Default 31,000: two heartbeats. */
  readonly silenceMs?: number;
}

export interface OpenStream {
  /** Ends the connection and every retry. The one way to stop. */
  stop(): void;
  /** Ends a wait between two attempts now; does nothing while connected. */
  retryNow(): void;
}

/**
 * A step-up ends the old token, and with it the stream, up to a second before its answer brings the new one: an attempt
 * between the two is refused in a session that goes on. The second of two comes more than a second after the first.
 */
const decisiveRefusals = 2;
const firstDelayMs = 1_000;
const longestDelayMs = 30_000;

/**
 * Milliseconds to wait before attempt number `attempt` (0 is the first retry): doubles from 1 s to 30 s, of which
 * half is random, so that the tabs of a restarted server do not return all at once.
 */
export function retryDelayMs(attempt: number, random: number, atLeastSeconds = 0): number {
  const ceiling = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempt, 10));
  return Math.max(atLeastSeconds * 1_000, ceiling / 2 + (ceiling / 2) * random);
}

/**
 * Holds an event stream open and reconnects until stopped. It reads with `fetch` instead of `EventSource`, which
 * hides heartbeats and statuses: a silent connection would pass for a live one, and a 401 for a bad line.
 */
export function openStream(options: StreamOptions): OpenStream {
  const stopping = new AbortController();
  let wake = (): void => {};
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  void keepConnected(options, stopping.signal, pause);
  return {
    stop: () => {
      stopping.abort();
      wake();
    },
    retryNow: () => wake(),
  };
}

/** How an attempt ended, sooner or later. */
interface Outcome {
  /** The server knows no session for the token that was sent. */
  readonly isRefused: boolean;
  readonly wasOpen: boolean;
  readonly retryAfterSeconds: number;
}

async function keepConnected(
  options: StreamOptions,
  stop: AbortSignal,
  pause: (ms: number) => Promise<void>,
): Promise<void> {
  const random = options.random ?? randomFraction;
  let attempt = 0;
  let refusals = 0;
  while (!stop.aborted) {
    const outcome = await connect(options, stop);
    if (stop.aborted) return;
    refusals = outcome.isRefused ? refusals + 1 : 0;
    if (refusals === decisiveRefusals) return options.onRefused();
    options.onLive(false);
    attempt = outcome.wasOpen ? 0 : attempt + 1;
    await pause(retryDelayMs(attempt, random(), outcome.retryAfterSeconds));
  }
}

async function connect(options: StreamOptions, stop: AbortSignal): Promise<Outcome> {
  const silence = new AbortController();
  const watch = watchdog(options.silenceMs ?? 31_000, () => silence.abort());
  const call = options.fetch ?? ((input, init) => fetch(input, init));
  let wasOpen = false;
  try {
    const response = await call(options.url, {
      headers: { accept: 'text/event-stream' },
      cache: 'no-store',
      credentials: 'include',
      signal: AbortSignal.any([stop, silence.signal]),
    });
    if (response.status === 401) return { isRefused: true, wasOpen: false, retryAfterSeconds: 0 };
    if (!response.ok || response.body === null) return lost(false, response.headers.get('retry-after'));
    wasOpen = true;
    options.onLive(true);
    await read(response.body, options, watch, stop);
  } catch {
    // A cut line and an aborted read look alike and mean the same: connect again.
  } finally {
    watch.stop();
  }
  return lost(wasOpen, null);
}

function lost(wasOpen: boolean, retryAfter: string | null): Outcome {
  return { isRefused: false, wasOpen, retryAfterSeconds: Math.min(Number(retryAfter ?? 0) || 0, 60) };
}

async function read(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  options: StreamOptions,
  watch: Watchdog,
  stop: AbortSignal,
): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const chunk = await reader.read();
    if (chunk.done || stop.aborted) return;
    watch.reset();
    options.onBeat?.();
    const parsed = parseServerSentEvents(rest + chunk.value);
    rest = parsed.rest;
    for (const message of parsed.messages) deliver(message, options);
  }
}

const names: Record<keyof StreamEvents, true> = {
  ready: true,
  'session.established': true,
  'session.updated': true,
  'session.terminated': true,
  'signed-out': true,
};

function deliver(message: StreamMessage, handlers: StreamHandlers): void {
  if (!Object.hasOwn(names, message.name)) return;
  // The name was just compared with the closed list, and the server sends what its schema says.
  handlers.onEvent({ name: message.name, data: JSON.parse(message.data) } as StreamEvent);
}

interface Watchdog {
  reset(): void;
  stop(): void;
}

function watchdog(ms: number, onSilence: () => void): Watchdog {
  let timer = setTimeout(onSilence, ms);
  return {
    reset: () => {
      clearTimeout(timer);
      timer = setTimeout(onSilence, ms);
    },
    stop: () => clearTimeout(timer),
  };
}
