import type { ReactiveController, ReactiveControllerHost } from 'lit';

const restMs = 20_000;

/**
 * Tells whether a hand or the focus is on the list. A pointer counts while it moves there and for 20 s after:
 * one that was left lying on the list aims at nothing. Focus counts where it is shown, so not after a click.
 */
export class ListHold implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #selector: string;
  readonly #changed: (isHeld: boolean) => void;
  #isPointing = false;
  #restTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    host: ReactiveControllerHost & HTMLElement,
    selector: string,
    changed: (isHeld: boolean) => void,
  ) {
    this.#host = host;
    this.#selector = selector;
    this.#changed = changed;
    host.addController(this);
  }

  readonly moved = (event: PointerEvent): void => {
    if (event.pointerType === 'touch') return;
    this.#isPointing = true;
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(this.left, restMs);
    this.#tell();
  };

  readonly left = (): void => {
    clearTimeout(this.#restTimer);
    this.#isPointing = false;
    this.#tell();
  };

  /** The log-out control that had the focus last, to go back to; null when there was none. */
  lastFocused: string | null = null;

  readonly focusMoved = (event: FocusEvent): void => {
    const row =
      event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-session]') : null;
    if (event.type === 'focusin') this.lastFocused = row?.dataset['session'] ?? null;
    // The focus is nowhere between leaving one control and reaching the next.
    setTimeout(() => this.#tell());
  };

  hostDisconnected(): void {
    clearTimeout(this.#restTimer);
  }

  #tell(): void {
    const list = this.#host.shadowRoot?.querySelector(this.#selector);
    const hasFocus = list?.querySelector(':focus-visible') != null;
    this.#changed(this.#isPointing || hasFocus);
  }
}
