import type { LitElement } from 'lit';
import { cleanLabel } from '../model/devices.ts';
import { en } from '../strings/en.ts';
import type { RenameState, UndoState } from '../templates/sessions-view.ts';
import type { Announcer } from './announcer.ts';
import type { SessionsController } from './sessions-controller.ts';

const undoMs = 10_000;

/** Giving a device another name, and taking that back within ten seconds. */
export class RenameController {
  state: RenameState | null = null;
  undo: UndoState | null = null;
  readonly #host: LitElement;
  readonly #sessions: SessionsController;
  readonly #announcer: Announcer;
  #undoTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: LitElement, sessions: SessionsController, announcer: Announcer) {
    this.#host = host;
    this.#sessions = sessions;
    this.#announcer = announcer;
  }

  async start(deviceId: string): Promise<void> {
    this.#enter({ deviceId, isSaving: false, refusal: null });
    await this.#host.updateComplete;
    const field = this.#host.renderRoot.querySelector<HTMLInputElement>('.rename input');
    field?.focus();
    field?.select();
  }

  async cancel(): Promise<void> {
    const deviceId = this.state?.deviceId;
    this.#enter(null);
    if (deviceId !== undefined) await this.#focusStart(deviceId);
  }

  async save(deviceId: string, typed: string): Promise<void> {
    if (this.state?.isSaving === true) return;
    const label = cleanLabel(typed);
    if (label === null) return this.#enter({ deviceId, isSaving: false, refusal: en.rename.refused });
    const previous = this.#labelOf(deviceId);
    this.#enter({ deviceId, isSaving: true, refusal: null });
    const answer = await this.#sessions.rename(deviceId, label);
    if (!answer.ok) {
      return this.#enter({ deviceId, isSaving: false, refusal: en.problem(answer.problem, null) });
    }
    this.#offerUndo({ deviceId, previous, said: en.sessions.said.renamed(label) });
    this.#announcer.say(en.sessions.said.renamed(label));
    this.#enter(null);
    await this.#focusStart(deviceId);
  }

  async takeBack(): Promise<void> {
    const { undo } = this;
    if (undo === null) return;
    this.#offerUndo(null);
    const answer = await this.#sessions.rename(undo.deviceId, undo.previous);
    const done = undo.previous === null ? en.sessions.said.unnamed : en.sessions.said.renamed(undo.previous);
    this.#announcer.say(answer.ok ? done : en.problem(answer.problem, null));
    await this.#focusStart(undo.deviceId);
  }

  #labelOf(deviceId: string): string | null {
    const session = this.#sessions.roster.latest.find((one) => one.device.id === deviceId);
    return session?.device.label ?? null;
  }

  #offerUndo(undo: UndoState | null): void {
    clearTimeout(this.#undoTimer);
    this.undo = undo;
    this.#host.requestUpdate();
    if (undo !== null) this.#undoTimer = setTimeout(() => this.#offerUndo(null), undoMs);
  }

  async #focusStart(deviceId: string): Promise<void> {
    await this.#host.updateComplete;
    this.#host.renderRoot.querySelector<HTMLElement>(`[data-rename="${deviceId}"]`)?.focus();
  }

  #enter(state: RenameState | null): void {
    this.state = state;
    this.#host.requestUpdate();
  }
}
