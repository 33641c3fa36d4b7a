import type { Established } from '../../src/engine/changes.ts';
import type { Actor, SessionRecord } from '../../src/engine/session.ts';
import type { Checker, Credential } from './checker.ts';
import type { Host } from './host.ts';
import type { SimulatedNode } from './node.ts';
import type { World } from './world.ts';

/** A session as its holder knows it. */
export interface Holding extends Credential {
  readonly session: SessionRecord;
  readonly deviceToken: string | null;
  /** Set when anything that might end it was asked for. */
  isTargeted: boolean;
}

/** One thing a client wants done, as one attempt of it. */
interface Errand {
  readonly name: string;
  /** Asks a node; called anew for every attempt. Null when the node says that it did nothing. */
  readonly ask: (node: SimulatedNode) => Promise<unknown>;
  /** What the attempt is going to end, as known before it begins: whole sessions, and single tokens. */
  readonly ends: () => readonly Holding[];
  readonly endsToken?: Holding;
}

const operator: Actor = { kind: 'operator', sessionId: null, deviceName: null };
/** After so long without an answer a client asks another node. */
const patienceMs = 2_000;

/** The people: they sign in, look around, and end sessions from any node, again and again until it is done. */
export class Clients {
  readonly #world: World;
  readonly #hosts: readonly Host[];
  readonly #checker: Checker;
  readonly holdings: Holding[] = [];
  /** Errands that are not done yet. */
  pending = 0;

  constructor(world: World, hosts: readonly Host[], checker: Checker) {
    this.#world = world;
    this.#hosts = hosts;
    this.#checker = checker;
  }

  /** Sessions that, as far as their holders know, are alive. */
  live(userId?: string): readonly Holding[] {
    return this.holdings.filter(
      (holding) => !this.#checker.isEnded(holding) && (userId === undefined || holding.userId === userId),
    );
  }

  /** Signs in on some node, perhaps on the device of an older session, which that ends. */
  establish(userId: string, held: Holding | null): Promise<void> {
    return this.#untilDone({
      name: `signing ${userId} in`,
      ask: async (node) => this.#keep(await node.establishFor(userId, held), held),
      ends: () => (held === null ? [] : [held]),
    });
  }

  signOut(holding: Holding): Promise<void> {
    return this.#untilDone({
      name: 'signing out',
      ask: (node) => node.sessions.signOut(holding.session),
      ends: () => [holding],
    });
  }

  revoke(by: Holding, target: Holding): Promise<void> {
    return this.#untilDone({
      name: 'revoking',
      ask: (node) => node.sessions.revoke(by.session, target.sessionId),
      ends: () => [target],
    });
  }

  revokeOthers(by: Holding): Promise<void> {
    return this.#untilDone({
      name: 'revoking all others',
      ask: (node) => node.sessions.revokeOthers(by.session),
      ends: () =>
        this.holdings.filter(({ userId, sessionId }) => userId === by.userId && sessionId !== by.sessionId),
    });
  }

  revokeAll(userId: string): Promise<void> {
    return this.#untilDone({
      name: `revoking all of ${userId}`,
      ask: (node) => node.sessions.revokeAll(userId, 'reported', operator),
      ends: () => this.#of(userId),
    });
  }

  /** Disables the user, and enables them again soon after. */
  async disable(userId: string): Promise<void> {
    await this.#untilDone({
      name: `disabling ${userId}`,
      ask: (node) => node.sessions.putDisabled(userId, true, operator),
      ends: () => this.#of(userId),
    });
    await this.#untilDone({
      name: `enabling ${userId}`,
      ask: (node) => node.sessions.putDisabled(userId, false, operator),
      ends: () => [],
    });
  }

  revokeEverything(): Promise<void> {
    return this.#untilDone({
      name: 'revoking everything',
      ask: (node) => node.sessions.revokeEverything(),
      ends: () => [...this.holdings],
    });
  }

  /** Replaces the token; a repeat after an unknown outcome finds the old one dead. */
  rotate(holding: Holding): Promise<void> {
    return this.#untilDone({
      name: 'rotating',
      ask: async (node) => {
        const { token, session } = await node.sessions.rotate(holding.session, []);
        return this.holdings.push({ ...holding, token, session });
      },
      ends: () => [],
      endsToken: holding,
    });
  }

  /** Sends a request with the token to a node. */
  verify(holding: Holding, host: Host): void {
    let place = 0;
    if (host.machine.isFrozen && host.isServing) this.#world.coverage.count('frozenVerifies');
    void host
      .request(
        (node) => {
          place = this.#checker.begin();
          return node.verify(holding.token);
        },
        ({ isActive }, node) => this.#checker.judge(holding, place, isActive, node.process.id),
      )
      .then((outcome) => {
        if (outcome.kind !== 'refused') return;
        this.#world.coverage.count('unanswerable');
        if (outcome.code !== 'store_unavailable')
          this.#checker.violate('surprise', `verify failed with ${outcome.code}`);
      });
  }

  #of(userId: string): readonly Holding[] {
    return this.holdings.filter((holding) => holding.userId === userId);
  }

  /** Null when the user is disabled, and so nothing was superseded. */
  #keep(established: Established | null, held: Holding | null): Holding | null {
    if (established === null) return null;
    const { token, session } = established;
    const deviceToken = established.deviceToken ?? held?.deviceToken ?? null;
    const { id: sessionId, userId } = session;
    const holding = { token, session, sessionId, userId, deviceToken, isTargeted: false };
    this.holdings.push(holding);
    return holding;
  }

  /** Asks one node after another until one says that it is done, or that the asking session is over. */
  async #untilDone(errand: Errand): Promise<void> {
    const { dice, timeline, coverage } = this.#world;
    this.pending += 1;
    while (!(await this.#attempt(errand, dice.pick(this.#hosts)))) {
      coverage.count('retries');
      await timeline.pause(dice.between(1, 250));
    }
    this.pending -= 1;
  }

  async #attempt(errand: Errand, host: Host): Promise<boolean> {
    const ends = errand.ends();
    for (const holding of ends) holding.isTargeted = true;
    if (errand.endsToken !== undefined) errand.endsToken.isTargeted = true;
    this.#world.note(() => `someone asks ${host.name} for ${errand.name}${named(ends)}`);
    const outcome = await host.request(
      errand.ask,
      (value, node) => {
        if (value !== null) this.#acknowledge(errand, ends, node);
      },
      patienceMs,
    );
    if (outcome.kind !== 'done')
      this.#world.note(
        () => `${errand.name} on ${host.name}: ${'code' in outcome ? outcome.code : 'no answer'}`,
      );
    if (outcome.kind === 'refused') this.#checkCode(outcome.code, errand);
    return outcome.kind === 'done' || (outcome.kind === 'refused' && outcome.code === 'no_active_session');
  }

  #acknowledge(errand: Errand, ends: readonly Holding[], node: SimulatedNode): void {
    const cause = `${errand.name} by ${node.process.id}`;
    this.#world.note(() => `${node.process.id} acknowledges ${errand.name}${named(ends)}`);
    if (ends.length > 0) this.#world.coverage.count('acknowledgements');
    const ended = [...ends, ...(errand.endsToken === undefined ? [] : [errand.endsToken])];
    const fresh = ended.filter((holding) => !this.#checker.isEnded(holding));
    this.#checker.endSessions(
      ends.map(({ sessionId }) => sessionId),
      cause,
    );
    if (errand.endsToken !== undefined) this.#checker.endToken(errand.endsToken.token, cause);
    for (const holding of fresh) this.#probe(holding);
  }

  /** The moments after an acknowledgement are when a mistake would show: on every node, at once and for a while. */
  #probe(holding: Holding): void {
    const { dice, timeline } = this.#world;
    for (const host of this.#hosts) {
      for (const delayMs of [0, dice.between(0, 30), dice.between(30, 1_200)])
        timeline.after(delayMs, () => this.verify(holding, host));
    }
  }

  #checkCode(code: string, errand: Errand): void {
    const expected = ['store_unavailable', 'outcome_unknown', 'no_active_session'];
    if (!expected.includes(code)) this.#checker.violate('surprise', `${errand.name} failed with ${code}`);
  }
}

function named(holdings: readonly Holding[]): string {
  return holdings.length === 0 ? '' : ` (${holdings.map(({ sessionId }) => sessionId.slice(-4)).join(', ')})`;
}
