import type { LitElement } from 'lit';
import type { Answer } from '../../client/problem.ts';
import type { SessionWire } from '../../client/types.ts';
import type { ActDialogElement, Question } from '../elements/act-dialog-element.ts';
import { type DeviceGroup, groupByDevice } from '../model/devices.ts';
import { isEnded } from '../model/roster.ts';
import { en } from '../strings/en.ts';
import { askGroup, askHere, askOne, askOthers } from '../templates/log-out-questions.ts';
import { groupKey, type SessionsView, subjectOf } from '../templates/sessions-view.ts';
import type { AccountLink } from './account-link.ts';
import type { Announcer } from './announcer.ts';
import type { SessionsController } from './sessions-controller.ts';

interface DialogHost extends LitElement {
  readonly dialog: ActDialogElement | null;
}

/** What the event `rollcall-log-out` carries. */
export interface LogOutDetail {
  readonly sessionIds: readonly string[];
}

/** Asks before sessions end, ends them, says so, and puts the focus where the owner goes on. */
export class LogOutController {
  readonly #host: DialogHost;
  readonly #sessions: SessionsController;
  readonly #link: () => AccountLink;
  readonly #announcer: Announcer;

  constructor(host: DialogHost, sessions: SessionsController, link: () => AccountLink, announcer: Announcer) {
    this.#host = host;
    this.#sessions = sessions;
    this.#link = link;
    this.#announcer = announcer;
  }

  async one(session: SessionWire, view: SessionsView): Promise<void> {
    const next = this.#controlAfter(session.id);
    const ids = [session.id];
    const isDone = await this.#ask(askOne(session, view), ids, () => this.#sessions.revoke(ids));
    if (isDone) await this.#finish(this.#said(subjectOf(view, session.id)), next);
  }

  async group(group: DeviceGroup, view: SessionsView): Promise<void> {
    const living = (): string[] =>
      group.sessions.map(({ id }) => id).filter((id) => !isEnded(this.#sessions.roster, id));
    const ids = living();
    const next = this.#controlAfter(groupKey(group.device.id), ids);
    const isDone = await this.#ask(askGroup(group, ids.length, view), ids, () =>
      this.#sessions.revoke(living()),
    );
    if (isDone) await this.#finish(this.#said(subjectOf(view, groupKey(group.device.id))), next);
  }

  async others(): Promise<void> {
    const others = this.#sessions.roster.latest.filter((session) => !session.current);
    const ids = others.map(({ id }) => id);
    const question = askOthers(groupByDevice(others).length, others.length);
    let revoked = ids.length;
    const isDone = await this.#ask(question, ids, async () => {
      const answer = await this.#sessions.revokeOthers();
      if (answer.ok) revoked = answer.value.revoked;
      return answer;
    });
    if (isDone) await this.#finish(en.sessions.said.loggedOutOthers(revoked), null);
  }

  async here(session: SessionWire): Promise<void> {
    const link = this.#link();
    const isDone = await this.#ask(askHere(), [session.id], () => link.client.signOut());
    if (isDone) link.end({ at: new Date(Date.now()).toISOString(), reason: 'signed_out', by: null });
  }

  async #ask(
    question: Question,
    sessionIds: readonly string[],
    act: () => Promise<Answer<unknown>>,
  ): Promise<boolean> {
    const { dialog } = this.#host;
    if (dialog === null) return false;
    let isLeft = false;
    const isDone = await dialog.ask(question, async () => {
      const detail: LogOutDetail = { sessionIds };
      const event = new CustomEvent('rollcall-log-out', {
        detail,
        bubbles: true,
        composed: true,
        cancelable: true,
      });
      isLeft = !this.#host.dispatchEvent(event);
      return isLeft ? { ok: true, value: null } : act();
    });
    return isDone && !isLeft;
  }

  #said(name: string): string {
    const left = this.#sessions.roster.latest.filter((session) => !session.current).length;
    return en.sessions.said.loggedOut(name, left);
  }

  /** The log-out control that follows in the list, passing over those of sessions that will be gone. */
  #controlAfter(key: string, gone: readonly string[] = []): string | null {
    const controls = [...this.#host.renderRoot.querySelectorAll<HTMLElement>('.sessions [data-log-out]')].map(
      (control) => control.dataset['logOut'] ?? '',
    );
    return controls.slice(controls.indexOf(key) + 1).find((control) => !gone.includes(control)) ?? null;
  }

  async #finish(said: string, next: string | null): Promise<void> {
    this.#announcer.say(said);
    await this.#host.updateComplete;
    const control =
      next === null ? null : this.#host.renderRoot.querySelector<HTMLElement>(`[data-log-out="${next}"]`);
    (control ?? this.#host.renderRoot.querySelector<HTMLElement>('#others'))?.focus();
  }
}
