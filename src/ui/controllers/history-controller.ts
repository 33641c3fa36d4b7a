import type { ReactiveControllerHost } from 'lit';
import type { Problem } from '../../client/problem.ts';
import type { HistoryEventWire } from '../../client/types.ts';
import type { AccountLink } from './account-link.ts';
import { LoadingController } from './loading-controller.ts';

/** The history, page by page, the newest first. */
export class HistoryController {
  events: readonly HistoryEventWire[] = [];
  next: string | null = null;
  isLoadingOlder = false;
  problem: Problem | null = null;
  readonly loading: LoadingController;
  readonly #host: ReactiveControllerHost;
  readonly #link: () => AccountLink;

  constructor(host: ReactiveControllerHost, link: () => AccountLink) {
    this.#host = host;
    this.#link = link;
    this.loading = new LoadingController(host);
  }

  load(): Promise<void> {
    return this.loading.load(
      () => this.#link().client.history(null),
      (page) => {
        this.events = page.events;
        this.next = page.next;
      },
    );
  }

  /** Answers the id of the first event that was added, or null when none was. */
  async older(): Promise<string | null> {
    if (this.next === null || this.isLoadingOlder) return null;
    this.isLoadingOlder = true;
    this.problem = null;
    this.#host.requestUpdate();
    const answer = await this.#link().client.history(this.next);
    this.isLoadingOlder = false;
    this.#host.requestUpdate();
    if (!answer.ok) {
      this.problem = answer.problem;
      return null;
    }
    const known = new Set(this.events.map((event) => event.id));
    const fresh = answer.value.events.filter((event) => !known.has(event.id));
    this.events = [...this.events, ...fresh];
    this.next = answer.value.next;
    return fresh[0]?.id ?? null;
  }

  forget(): void {
    this.events = [];
    this.next = null;
    this.problem = null;
    this.loading.reset();
  }
}
