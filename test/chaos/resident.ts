import type { Choices } from '../faults/kill-plan.ts';
import { Account, type Scene, type UsePath, usePaths } from './account.ts';
import { rest, until } from './conditions.ts';
import type { Ended, SessionName, Token } from './history.ts';

/** A log-out whose result is not known to be done; `end` asks for it again. */
interface Owed {
  readonly target: SessionName;
}

const fewestSessions = 4;
const endedKept = 40;
/** What was answered with 503 is asked for again this often before it is put off. */
const attemptsAtOnce = 3;
const retryAfterMs = 60;
/** Once the faults are over every log-out must come to its end within this. */
const settleMs = 15_000;

/**
 * A person with one account and several devices: looks around on all nodes, ends sessions in every way there is, and
 * shows ended tokens again, above all in the first moments after their end was acknowledged.
 */
export class Resident {
  readonly #scene: Scene;
  readonly #choices: Choices;
  #account: Account | null = null;
  #live: Token[] = [];
  #ended: Token[] = [];
  #owed: Owed[] = [];

  constructor(scene: Scene, choices: Choices) {
    this.#scene = scene;
    this.#choices = choices;
  }

  /** Lives until the signal comes, with a short rest after each round. */
  async live(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#round();
      await rest(10 + this.#choices.below(50), signal);
    }
  }

  /** After the faults: asks for every log-out that has no known result until it is done. */
  async settle(): Promise<void> {
    await until('every log-out ends in done', settleMs, async () => {
      await this.#makeUp();
      await this.#pay();
      return this.#owed.length === 0;
    });
  }

  /** Every token that is over, on every node once more. */
  async showEnded(): Promise<void> {
    const account = this.#account;
    if (account === null) return;
    await Promise.all(this.#ended.map((token) => this.#everywhere(account, token)));
  }

  async #round(): Promise<void> {
    await this.#makeUp();
    const account = this.#account;
    if (account === null) return;
    await this.#pay();
    await Promise.all(this.#live.map((token) => this.#everywhere(account, token)));
    if (this.#live.length >= 2) await this.#act(account);
    await Promise.all(Array.from({ length: 3 }, () => this.#haunt(account)));
  }

  /** Signs in until there are enough sessions, as far as that works now. */
  async #makeUp(): Promise<void> {
    this.#account ??= await Account.open(this.#scene, this.#anyNode());
    const account = this.#account;
    if (account === null) return;
    const missing = Math.max(0, fewestSessions - this.#live.length);
    const ended = await Promise.all(Array.from({ length: missing }, () => account.signIn(this.#anyNode())));
    this.#live.push(...ended.flatMap(({ issued }) => (issued === null ? [] : [issued])));
    // Sign-ins that were torn off count as guesses. Whoever ran out of them moves in anew.
    if (ended.some(({ status }) => status === 429)) this.#moveOut();
  }

  #moveOut(): void {
    if (this.#owed.length > 0 && this.#live.length > 0) return;
    this.#account = null;
    this.#live = [];
    this.#ended = [];
    this.#owed = [];
  }

  async #act(account: Account): Promise<void> {
    const chance = this.#choices.fraction();
    const [asker, target] = this.#two();
    if (chance < 0.45) await this.#revoke(account, asker, target);
    else if (chance < 0.65) await this.#signOut(account, target);
    else if (chance < 0.75) await this.#revokeOthers(account, asker);
    else await this.#rotate(account, target);
  }

  async #revoke(account: Account, asker: Token, target: Token): Promise<void> {
    this.#leave(target);
    const ended = await this.#whileUsed(account, [target], () =>
      this.#repeated(() => account.revoke(this.#anyNode(), asker, target.session)),
    );
    await this.#aftermath(account, ended, [target]);
    await this.#proveAgain(account, ended, asker);
  }

  async #signOut(account: Account, target: Token): Promise<void> {
    this.#leave(target);
    const ended = await this.#whileUsed(account, [target], () =>
      this.#repeated(() => account.signOut(this.#anyNode(), target)),
    );
    // What was asked twice may have been done the first time: then the second finds nobody signed in.
    if (ended.status === 401) this.#ended.push(target);
    else await this.#aftermath(account, ended, [target]);
  }

  async #revokeOthers(account: Account, asker: Token): Promise<void> {
    const others = this.#live.filter((token) => token !== asker);
    for (const token of others) this.#leave(token);
    const ended = await this.#whileUsed(account, others, () =>
      this.#repeated(() => account.revokeOthers(this.#anyNode(), asker)),
    );
    await this.#aftermath(account, ended, others);
    await this.#proveAgain(account, ended, asker);
  }

  async #rotate(account: Account, token: Token): Promise<void> {
    this.#leave(token);
    const ended = await this.#whileUsed(account, [token], () => account.stepUp(this.#anyNode(), token));
    if (ended.issued !== null) this.#live.push(ended.issued);
    // Torn off: nobody knows the token in force, so the session is ended from another one.
    await this.#aftermath(account, ended, [token]);
  }

  /** Asks, and asks again after a 503 and after no answer. */
  async #repeated(ask: () => Promise<Ended>): Promise<Ended> {
    for (let attempt = 1; ; attempt += 1) {
      const ended = await ask();
      if (ended.outcome === 'done' || ended.outcome === 'refused' || attempt === attemptsAtOnce) return ended;
      await rest(retryAfterMs);
    }
  }

  /** Shows tokens on all nodes while something is under way, so that some requests are in flight when it is acknowledged. */
  async #whileUsed(account: Account, tokens: readonly Token[], work: () => Promise<Ended>): Promise<Ended> {
    let isOver = false;
    const use = async (token: Token): Promise<void> => {
      while (!isOver) {
        await account.use(this.#anyNode(), token);
        await rest(5 + this.#choices.below(20));
      }
    };
    const uses = tokens.slice(0, 2).map(use);
    const ended = await work();
    isOver = true;
    // A use on a node that stands still must not hold this up: it ends by itself.
    void Promise.all(uses);
    return ended;
  }

  /** At once on every node after the acknowledgement; what has no result yet is owed. */
  async #aftermath(account: Account, ended: Ended, tokens: readonly Token[]): Promise<void> {
    this.#ended = [...this.#ended, ...tokens].slice(-endedKept);
    const isDone = ended.outcome === 'done';
    if (!isDone) this.#owed.push(...tokens.map(({ session }) => ({ target: session })));
    if (isDone)
      await Promise.all(tokens.map((token) => this.#everywhere(account, token, 'HEAD /api/stream')));
  }

  /** A clock that was put forward makes old proofs of recent ones. */
  async #proveAgain(account: Account, { code }: Ended, asker: Token): Promise<void> {
    if (code === 'step_up_required') await this.#rotate(account, asker);
  }

  /** Asks once more for each log-out that is owed, from any session that is left. */
  async #pay(): Promise<void> {
    const account = this.#account;
    const owed = this.#owed.splice(0);
    if (account === null) return;
    await Promise.all(
      owed.map(async (debt) => {
        const asker = this.#live.at(-1);
        const ended = asker === undefined ? null : await account.revoke(this.#anyNode(), asker, debt.target);
        if (ended?.outcome !== 'done') this.#owed.push(debt);
        if (ended !== null && asker !== undefined) await this.#lookAfter(account, ended, asker);
      }),
    );
  }

  /** A session that can't revoke any more is proven again, or given up. */
  async #lookAfter(account: Account, ended: Ended, asker: Token): Promise<void> {
    if (ended.outcome !== 'refused' || !this.#live.includes(asker)) return;
    if (ended.code === 'step_up_required') await this.#rotate(account, asker);
    else this.#leave(asker);
  }

  async #everywhere(account: Account, token: Token, path?: UsePath): Promise<void> {
    await Promise.all(this.#scene.ports.map((_, node) => account.use(node, token, path ?? this.#anyPath())));
  }

  /** Shows some token whose end was acknowledged, or is doubtful. */
  async #haunt(account: Account): Promise<void> {
    if (this.#ended.length > 0)
      await account.use(this.#anyNode(), this.#choices.of(this.#ended), this.#anyPath());
  }

  #leave(token: Token): void {
    this.#live = this.#live.filter((each) => each !== token);
  }

  #two(): readonly [Token, Token] {
    const asker = this.#choices.of(this.#live);
    return [asker, this.#choices.of(this.#live.filter((token) => token !== asker))];
  }

  #anyNode(): number {
    return this.#choices.below(this.#scene.ports.length);
  }

  #anyPath(): UsePath {
    const chance = this.#choices.fraction();
    return usePaths[chance < 0.7 ? 0 : chance < 0.85 ? 1 : 2];
  }
}
