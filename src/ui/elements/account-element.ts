import { LitElement } from 'lit';
import { type AccountLink, accountLink } from '../controllers/account-link.ts';

/** What the elements of the account settings share: a link to the account, and forgetting all when it ends. */
export abstract class AccountElement extends LitElement {
  static override properties = { baseUrl: { attribute: 'base-url' } };
  declare baseUrl: string;
  #leave: (() => void) | null = null;

  constructor() {
    super();
    this.baseUrl = '';
  }

  get link(): AccountLink {
    return accountLink(this.baseUrl);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#leave = this.link.subscribe({
      onChange: () => this.requestUpdate(),
      onEnd: () => {
        this.forget();
        this.requestUpdate();
      },
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leave?.();
    this.forget();
  }

  /** Drops what the element knows of the account. */
  protected abstract forget(): void;
}
