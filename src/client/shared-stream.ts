import {
  type OpenStream,
  openStream,
  type StreamEvent,
  type StreamHandlers,
  type StreamOptions,
} from './stream.ts';

/** What tabs tell each other. `ended` is anything a tab wants the others to know before it stops. */
export type TabMessage<Ending> =
  | { readonly kind: 'hello' }
  | { readonly kind: 'beat' }
  | { readonly kind: 'live'; readonly isLive: boolean }
  | { readonly kind: 'event'; readonly event: StreamEvent }
  | { readonly kind: 'ended'; readonly ending: Ending };

export interface SharedStreamOptions<Ending> extends Omit<StreamOptions, 'onBeat'> {
  /** Tabs with the same name share one connection. Use the session id, so that accounts never mix. */
  readonly name: string;
  /** Another tab found the session ended. */
  onEnded(ending: Ending): void;
}

export interface SharedStream<Ending> extends OpenStream {
  /** Tells the other tabs that the session ended. */
  announceEnd(ending: Ending): void;
}

/**
 * One event stream for all tabs of a session: the tab that holds the lock reads it and passes everything on.
 * Browsers allow six connections to a host over HTTP/1.1, which ten tabs would use up. Without locks or
 * channels every tab opens its own.
 */
export function shareStream<Ending>(options: SharedStreamOptions<Ending>): SharedStream<Ending> {
  const canShare = typeof BroadcastChannel === 'function' && globalThis.navigator?.locks !== undefined;
  if (!canShare) return { ...openStream(options), announceEnd: () => {} };
  return joinTabs(options, new BroadcastChannel(`session-${options.name}`), navigator.locks);
}

function joinTabs<Ending>(
  options: SharedStreamOptions<Ending>,
  channel: BroadcastChannel,
  locks: LockManager,
): SharedStream<Ending> {
  const stopping = new AbortController();
  const post = (message: TabMessage<Ending>): void => {
    if (!stopping.signal.aborted) channel.postMessage(message);
  };
  let leading: Leading | null = null;
  const following = follow(options, options.silenceMs ?? 31_000);
  channel.onmessage = ({ data }: MessageEvent<TabMessage<Ending>>) => {
    if (data.kind === 'ended') options.onEnded(data.ending);
    else if (data.kind === 'hello') leading?.greet();
    else if (leading === null) following.hear(data);
  };
  post({ kind: 'hello' });
  const lead = (): Promise<void> => {
    following.stop();
    leading = startLeading(options, post);
    return new Promise((resolve) => stopping.signal.addEventListener('abort', () => resolve()));
  };
  locks.request(`session-${options.name}`, { signal: stopping.signal }, lead).catch(() => undefined); // Refused only because we stopped waiting.
  return {
    announceEnd: (ending) => post({ kind: 'ended', ending }),
    retryNow: () => leading?.stream.retryNow(),
    stop: () => {
      leading?.stream.stop();
      following.stop();
      stopping.abort();
      channel.close();
    },
  };
}

interface Leading {
  readonly stream: OpenStream;
  greet(): void;
}

function startLeading<Ending>(
  options: SharedStreamOptions<Ending>,
  post: (message: TabMessage<Ending>) => void,
): Leading {
  let isLiveNow = false;
  const stream = openStream({
    ...options,
    onBeat: () => post({ kind: 'beat' }),
    onEvent: (event) => {
      post({ kind: 'event', event });
      options.onEvent(event);
    },
    onLive: (isLive) => {
      isLiveNow = isLive;
      post({ kind: 'live', isLive });
      options.onLive(isLive);
    },
  });
  return { stream, greet: () => post({ kind: 'live', isLive: isLiveNow }) };
}

interface Following {
  hear(message: TabMessage<unknown>): void;
  stop(): void;
}

/** A tab that only listens trusts its leader as long as it hears from it. */
function follow(handlers: StreamHandlers, silenceMs: number): Following {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listen = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => handlers.onLive(false), silenceMs);
  };
  const hear = (message: TabMessage<unknown>): void => {
    listen();
    // A leader that passes something on is connected, also when this tab had given it up for lost.
    if (message.kind !== 'ended' && message.kind !== 'hello')
      handlers.onLive(message.kind === 'live' ? message.isLive : true);
    if (message.kind === 'event') handlers.onEvent(message.event);
  };
  return { hear, stop: () => clearTimeout(timer) };
}
