import { html, type ReactiveControllerHost, type TemplateResult } from 'lit';

/** The one polite live region of an element: outcomes are said here, once each. */
export class Announcer {
  readonly #host: ReactiveControllerHost;
  #text = '';

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
  }

  say(text: string): void {
    // The same words twice in a row are only spoken twice if they differ, so an invisible space alternates.
    this.#text = text === this.#text ? `${text}\u00a0` : text;
    this.#host.requestUpdate();
  }

  region(): TemplateResult {
    return html`<p class="visually-hidden" role="status" aria-live="polite">${this.#text}</p>`;
  }
}
