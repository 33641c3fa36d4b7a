import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Whether its host is at most as wide as the given rems: the container decides, not the window. */
export class NarrowController implements ReactiveController {
  isNarrow = false;
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #rems: number;
  #observer: ResizeObserver | null = null;

  constructor(host: ReactiveControllerHost & HTMLElement, rems: number) {
    this.#host = host;
    this.#rems = rems;
    host.addController(this);
  }

  hostConnected(): void {
    this.#measure();
    this.#observer = new ResizeObserver(() => this.#measure());
    this.#observer.observe(this.#host);
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
  }

  #measure(): void {
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    const isNarrow = this.#host.clientWidth <= this.#rems * rem;
    if (isNarrow === this.isNarrow) return;
    this.isNarrow = isNarrow;
    this.#host.requestUpdate();
  }
}
