import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Counts a wait down, second by second, so that its host can say how long is left. */
export class LockTimer implements ReactiveController {
  seconds = 0;
  readonly #host: ReactiveControllerHost;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  start(seconds: number): void {
    clearInterval(this.#timer);
    const endsAt = Date.now() + seconds * 1_000;
    this.seconds = seconds;
    if (seconds === 0) return;
    this.#timer = setInterval(() => {
      this.seconds = Math.max(0, Math.ceil((endsAt - Date.now()) / 1_000));
      if (this.seconds === 0) clearInterval(this.#timer);
      this.#host.requestUpdate();
    }, 1_000);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
  }
}
