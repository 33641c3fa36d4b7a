import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Client } from '../../client/client.ts';
import type { AssessAnswer } from '../../client/types.ts';

const debounceMs = 250;

/** A new password while it is typed: how strong it is, whether it will do, and a passphrase on offer. */
export class NewPasswordController implements ReactiveController {
  value = '';
  assessment: AssessAnswer | null = null;
  passphrase: string | null = null;
  isShown = false;
  hasOfferFailed = false;
  /** Said in words once the owner has tried to go on with it. */
  refusal: string | null = null;
  readonly #host: ReactiveControllerHost;
  readonly #client: () => Client;
  readonly #email: () => string;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost, client: () => Client, email: () => string) {
    this.#host = host;
    this.#client = client;
    this.#email = email;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.clear();
  }

  type(value: string): void {
    this.value = value;
    this.refusal = null;
    clearTimeout(this.#timer);
    if (value === '') this.assessment = null;
    else this.#timer = setTimeout(() => void this.#assess(), debounceMs);
    this.#host.requestUpdate();
  }

  toggleShown(): void {
    this.isShown = !this.isShown;
    this.#host.requestUpdate();
  }

  async offer(): Promise<void> {
    const answer = await this.#client().suggestPassphrase();
    this.passphrase = answer.ok ? answer.value.passphrase : null;
    this.hasOfferFailed = !answer.ok;
    this.#host.requestUpdate();
  }

  takeOffer(): void {
    if (this.passphrase === null) return;
    this.isShown = true;
    const { passphrase } = this;
    this.passphrase = null;
    this.type(passphrase);
  }

  refuse(text: string): void {
    this.refusal = text;
    this.#host.requestUpdate();
  }

  /** Forgets the password and all that was made from it. */
  clear(): void {
    clearTimeout(this.#timer);
    this.value = '';
    this.assessment = null;
    this.passphrase = null;
    this.isShown = false;
    this.refusal = null;
    this.#host.requestUpdate();
  }

  async #assess(): Promise<void> {
    const password = this.value;
    const email = this.#email();
    const answer = await this.#client().assessPassword(email === '' ? { password } : { password, email });
    if (this.value !== password || !answer.ok) return;
    this.assessment = answer.value;
    this.#host.requestUpdate();
  }
}
