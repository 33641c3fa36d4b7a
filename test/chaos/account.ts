import type { Act, Ended, SessionName, Token } from './history.ts';
import type { Recorder } from './recorder.ts';
import type { Answer, Requests } from './requests.ts';

/** What an account's requests need. */
export interface Scene {
  readonly requests: Requests;
  readonly recorder: Recorder;
  /** The port of each node. */
  readonly ports: readonly number[];
}

/** Requests that change nothing. The first is answered from memory alone; the others read the store behind the check. */
export const usePaths = ['HEAD /api/stream', 'GET /api/session', 'GET /api/account'] as const;
export type UsePath = (typeof usePaths)[number];

let accounts = 0;
let sessions = 0;

/** One account, and every request that is made for it; each is recorded. */
export class Account {
  readonly number: number;
  readonly #scene: Scene;
  readonly #email: string;
  readonly #password: string;
  readonly #address: string;

  private constructor(scene: Scene) {
    accounts += 1;
    this.number = accounts;
    this.#scene = scene;
    this.#email = `mara.${this.number}@lindqvist.example`;
    this.#password = `lantern quartz violet harbour ${this.number}`;
    this.#address = `10.${this.number >> 16}.${(this.number >> 8) & 255}.${this.number & 255}`;
  }

  /** Signs an account up at a node; null when that did not work. The session of the sign-up is left alone. */
  static async open(scene: Scene, node: number): Promise<Account | null> {
    const account = new Account(scene);
    const body = { email: account.#email, password: account.#password };
    const answer = await account.#ask(node, 'POST', '/api/sign-up', { body });
    return answer.status === 201 ? account : null;
  }

  /** A new session; `issued` holds its token. */
  signIn(node: number): Promise<Ended> {
    const body = { email: this.#email, password: this.#password, tokenDelivery: 'body' };
    return this.#record(node, { kind: 'sign-in' }, () => this.#ask(node, 'POST', '/api/sign-in', { body }));
  }

  use(node: number, token: Token, path: UsePath = 'HEAD /api/stream'): Promise<Ended> {
    const [method = '', target = ''] = path.split(' ');
    const act: Act = { kind: 'use', token, path };
    return this.#record(node, act, () => this.#ask(node, method, target, { token: token.text }));
  }

  revoke(node: number, token: Token, target: SessionName): Promise<Ended> {
    const path = `/api/sessions/${target.id}`;
    const act: Act = { kind: 'revoke', token, target };
    return this.#record(node, act, () => this.#ask(node, 'DELETE', path, { token: token.text }));
  }

  signOut(node: number, token: Token): Promise<Ended> {
    const act: Act = { kind: 'sign-out', token };
    return this.#record(node, act, () => this.#ask(node, 'POST', '/api/sign-out', { token: token.text }));
  }

  revokeOthers(node: number, token: Token): Promise<Ended> {
    const act: Act = { kind: 'revoke-others', token };
    const path = '/api/sessions/revoke-others';
    return this.#record(node, act, () => this.#ask(node, 'POST', path, { token: token.text }));
  }

  /** Rotates the token by the password; `issued` holds the new one. */
  stepUp(node: number, token: Token): Promise<Ended> {
    const act: Act = { kind: 'step-up', token };
    const body = { password: this.#password };
    return this.#record(node, act, () =>
      this.#ask(node, 'POST', '/api/step-up', { token: token.text, body }),
    );
  }

  async #record(node: number, act: Act, ask: () => Promise<Answer>): Promise<Ended> {
    const operation = this.#scene.recorder.begin(this.number, node, act);
    const answer = await ask();
    return this.#scene.recorder.end(operation, answer, issuedIn(act, answer));
  }

  #ask(
    node: number,
    method: string,
    path: string,
    parts: { readonly token?: string; readonly body?: unknown },
  ): Promise<Answer> {
    const { requests, ports } = this.#scene;
    return requests.ask({ port: ports[node] ?? 0, method, path, address: this.#address, ...parts });
  }
}

function issuedIn(act: Act, { body }: Answer): Token | null {
  const { token: text, session } = body as {
    readonly token?: string;
    readonly session?: { readonly id: string };
  };
  if (text === undefined || session === undefined) return null;
  if (act.kind === 'step-up') return { ...act.token, version: act.token.version + 1, text };
  if (act.kind !== 'sign-in') return null;
  sessions += 1;
  return { session: { number: sessions, id: session.id }, version: 1, text };
}
