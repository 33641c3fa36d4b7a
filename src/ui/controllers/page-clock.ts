import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type Viewer, viewerFrom } from '../model/times.ts';

const tickMs = 20_000;

/** The viewer's locale and zone, as the browser gives them. */
export function currentViewer(): Viewer {
  return viewerFrom(navigator.languages, new Intl.DateTimeFormat().resolvedOptions().timeZone);
}

/**
 * Redraws its host so that "4 minutes ago" stays true, and tells the time by the server's clock: the difference
 * is learnt from `asOf` of an answer. Stands still while the page is hidden.
 */
export class PageClock implements ReactiveController {
  readonly viewer = currentViewer();
  readonly #host: ReactiveControllerHost;
  #offsetMs = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** Epoch milliseconds by the server's clock, as well as it is known. */
  get now(): number {
    return Date.now() + this.#offsetMs;
  }

  learn(asOf: string): void {
    this.#offsetMs = Date.parse(asOf) - Date.now();
  }

  hostConnected(): void {
    this.#timer = setInterval(() => {
      if (!document.hidden) this.#host.requestUpdate();
    }, tickMs);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
  }
}
