import type { Checker } from './checker.ts';
import type { Clients, Holding } from './clients.ts';
import type { Dice } from './dice.ts';
import type { Host } from './host.ts';
import type { World } from './world.ts';

/** Whose sessions are ended by any means, and whose one by one alone. */
const users = ['ann', 'ben'] as const;
export const quietUser = 'cleo';

/** What the people of a run do, and when. */
export class Workload {
  readonly #world: World;
  readonly #hosts: readonly Host[];
  readonly #clients: Clients;
  readonly #checker: Checker;
  readonly #dice: Dice;
  readonly #untilAt: number;

  constructor(
    world: World,
    {
      hosts,
      clients,
      checker,
      untilAt,
    }: {
      readonly hosts: readonly Host[];
      readonly clients: Clients;
      readonly checker: Checker;
      readonly untilAt: number;
    },
  ) {
    this.#world = world;
    this.#hosts = hosts;
    this.#clients = clients;
    this.#checker = checker;
    this.#dice = world.dice.fork('workload');
    this.#untilAt = untilAt;
  }

  /** Plans everything that begins before the end. */
  start(): void {
    for (const userId of [...users, quietUser, ...users]) {
      this.#world.timeline.after(this.#dice.between(30, 300), () => this.#begin(this.#establish(userId)));
    }
    this.#again([4, 32], () => this.#visit());
    this.#again([30, 300], () => this.#act());
    this.#again([400, 4_000], () => this.#sweep());
  }

  #again([low, high]: readonly [number, number], task: () => void): void {
    const delayMs = this.#dice.between(low, high);
    if (this.#world.timeline.now + delayMs >= this.#untilAt) return;
    this.#world.timeline.after(delayMs, () => {
      task();
      this.#again([low, high], task);
    });
  }

  /** A request with a session: mostly a live one, sometimes one that has ended. */
  #visit(): void {
    const { holdings } = this.#clients;
    const ended = this.#dice.chance(0.12) ? holdings.slice(-8) : this.#clients.live();
    const holding = this.#dice.pickAny(ended);
    if (holding !== null) this.#clients.verify(holding, this.#dice.pick(this.#hosts));
  }

  #act(): void {
    const live = this.#clients.live();
    const userId = this.#dice.pick([...users, quietUser]);
    if (live.length < 5 || this.#dice.chance(0.25)) this.#begin(this.#establish(userId));
    else this.#end(this.#dice.pick(live));
  }

  /** Signs in from a new device, or on one that holds a session until now, sometimes another user's. */
  #establish(userId: string): Promise<void> {
    if (userId === quietUser || this.#dice.chance(0.7)) return this.#clients.establish(userId, null);
    const holder = this.#dice.chance(0.8) ? userId : this.#dice.pick(users);
    return this.#clients.establish(userId, this.#dice.pickAny(this.#clients.live(holder)));
  }

  /** Ends a session, mostly while every node holds it in memory. */
  #end(holding: Holding): void {
    const isWarm = this.#dice.chance(0.8);
    if (isWarm) for (const host of this.#hosts) this.#clients.verify(holding, host);
    const errand = this.#errand(holding);
    this.#world.timeline.after(isWarm ? this.#dice.between(5, 80) : 0, () => this.#begin(errand()));
  }

  #errand(holding: Holding): () => Promise<void> {
    const clients = this.#clients;
    const by = this.#dice.pick(clients.live(holding.userId));
    const single = [
      () => clients.signOut(holding),
      () => (by === holding ? clients.signOut(holding) : clients.revoke(by, holding)),
      () => clients.rotate(holding),
    ];
    if (holding.userId === quietUser) return this.#dice.pick(single);
    if (this.#dice.chance(0.01)) return () => clients.revokeEverything();
    const many = [
      () => clients.revokeOthers(by),
      () => clients.revokeAll(holding.userId),
      () => clients.disable(holding.userId),
    ];
    return this.#dice.pick([...single, ...single, ...many]);
  }

  /** The background job of a node; nobody hears what comes of it. */
  #sweep(): void {
    const host = this.#dice.pick(this.#hosts);
    void host
      .request(
        (node) => node.sessions.sweep(),
        () => undefined,
      )
      .then((outcome) => {
        const isExpected = outcome.kind !== 'refused' || expectedOfSweep.includes(outcome.code);
        if (!isExpected) this.#checker.violate('surprise', `sweep failed with ${outcome.code}`);
      });
  }

  #begin(errand: Promise<void>): void {
    errand.catch((error: unknown) => this.#checker.violate('surprise', `an errand failed: ${String(error)}`));
  }
}

const expectedOfSweep: readonly string[] = ['store_unavailable', 'outcome_unknown'];
