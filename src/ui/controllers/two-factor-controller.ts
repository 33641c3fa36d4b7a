import type { ReactiveControllerHost } from 'lit';
import type { Answer, Problem } from '../../client/problem.ts';
import type { AccountAnswer, RecoveryCodesAnswer, TotpAnswer } from '../../client/types.ts';
import type { AccountLink } from './account-link.ts';
import { LoadingController } from './loading-controller.ts';

/** Recovery codes on the page: shown once, gone when the owner says they are kept. */
export interface ShownCodes {
  readonly codes: readonly string[];
  /** Sessions that ended because they never proved the factor. */
  readonly revoked: number;
  readonly isKept: boolean;
}

/** The second factor of the account, setting one up, and the codes that came of it. */
export class TwoFactorController {
  account: AccountAnswer | null = null;
  enrolment: TotpAnswer | null = null;
  shown: ShownCodes | null = null;
  isConfirming = false;
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
      () => this.#link().client.account(),
      (account) => {
        this.account = account;
      },
    );
  }

  async refresh(): Promise<void> {
    const answer = await this.#link().client.account();
    if (answer.ok) this.account = answer.value;
    this.#host.requestUpdate();
  }

  async start(): Promise<Answer<TotpAnswer>> {
    const answer = await this.#link().client.startTotp();
    if (answer.ok) this.enrolment = answer.value;
    this.#host.requestUpdate();
    return answer;
  }

  /** Gives the code of the app. A missing proof is left to the caller, everything else is shown here. */
  async confirm(code: string): Promise<Answer<RecoveryCodesAnswer>> {
    this.isConfirming = true;
    this.problem = null;
    this.#host.requestUpdate();
    const answer = await this.#link().client.confirmTotp(code);
    this.isConfirming = false;
    if (answer.ok) this.#show(answer.value);
    else if (answer.problem.code !== 'step_up_required') this.problem = answer.problem;
    this.#host.requestUpdate();
    return answer;
  }

  remove(): Promise<Answer<null>> {
    return this.#link().client.removeTotp();
  }

  async replaceCodes(): Promise<Answer<RecoveryCodesAnswer>> {
    const answer = await this.#link().client.replaceRecoveryCodes();
    if (answer.ok) this.#show(answer.value);
    return answer;
  }

  keep(isKept: boolean): void {
    if (this.shown !== null) this.shown = { ...this.shown, isKept };
    this.#host.requestUpdate();
  }

  /** The codes leave the page for good. */
  closeCodes(): void {
    this.shown = null;
    this.#host.requestUpdate();
  }

  leaveSetUp(): void {
    this.enrolment = null;
    this.problem = null;
    this.#host.requestUpdate();
  }

  forget(): void {
    this.account = null;
    this.enrolment = null;
    this.shown = null;
    this.problem = null;
    this.loading.reset();
  }

  #show(answer: RecoveryCodesAnswer): void {
    this.enrolment = null;
    this.shown = { codes: answer.recoveryCodes, revoked: answer.revoked, isKept: false };
    this.#host.requestUpdate();
  }
}
