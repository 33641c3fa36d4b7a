import { times } from '../../src/cluster/times.ts';
import type { Database } from './database.ts';
import type { SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

/** The line failed a request; whether the request may have reached the database all the same. */
export class LineFailure extends Error {
  readonly mayHaveArrived: boolean;

  constructor(mayHaveArrived: boolean) {
    super(mayHaveArrived ? 'the line broke before the answer' : 'the database cannot be reached');
    this.name = 'LineFailure';
    this.mayHaveArrived = mayHaveArrived;
  }
}

/** How a line is: open; closed, which is noticed at once; or silent, which nobody is told. */
export type LineState = 'open' | 'closed' | 'silent';

/** The connections of a node: what is slow on one need not be on another. */
export const channels = ['store', 'renewals', 'feed', 'upkeep', 'notifications'] as const;
export type Channel = (typeof channels)[number];

/** A request to send. */
export interface Message<T> {
  readonly channel: Channel;
  /** Runs in the database when the request arrives there. */
  readonly work: () => Promise<T>;
  /** Whether it may take effect a second time, for nobody. */
  readonly mayDouble: boolean;
}

/** A request whose answer may come. Over as soon as it was answered, failed or given up. */
export class Exchange<T> {
  readonly answer: Promise<T>;
  isOver = false;
  readonly #process: SimulatedProcess;
  readonly #over: () => void;
  #resolve: (value: T) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(process: SimulatedProcess, over: (exchange: Exchange<T>) => void) {
    this.#process = process;
    this.#over = () => over(this);
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  succeed(value: T): void {
    this.#process.deliver(() => this.#end(() => this.#resolve(value)));
  }

  fail(error: unknown): void {
    this.#process.deliver(() => this.#end(() => this.#reject(error)));
  }

  #end(settle: () => void): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#over();
    settle();
  }
}

/** What a line knows of the exchanges on it. */
interface Breakable {
  fail(error: unknown): void;
}

/** The line between one machine and the database: messages on it are late, lost, doubled and overtaken. */
export class Line {
  readonly #world: World;
  readonly #database: Database;
  readonly #open = new Set<Breakable>();
  #state: LineState = 'open';
  /** Added to the time of every message of a channel. */
  readonly #extraMs = new Map<Channel, number>();
  /** Whether notifications go missing. */
  isDeaf = false;

  constructor(world: World, database: Database) {
    this.#world = world;
    this.#database = database;
  }

  get state(): LineState {
    return this.#state;
  }

  /** Cuts or mends the line. Closing it breaks every exchange under way; what had arrived takes effect nevertheless. */
  set(state: LineState): void {
    this.#state = state;
    if (state === 'closed') this.reset();
  }

  /** Every connection breaks. */
  reset(): void {
    for (const exchange of this.#open) this.#breakSoon(exchange);
    this.#open.clear();
  }

  /** From now on every message of these channels takes so much longer; with 0 no longer. */
  slow(extraMs: number, slowed: readonly Channel[] = channels): void {
    for (const channel of slowed) this.#extraMs.set(channel, extraMs);
  }

  send<T>(process: SimulatedProcess, message: Message<T>): Exchange<T> {
    const exchange = new Exchange<T>(process, (over) => this.#open.delete(over));
    this.#open.add(exchange);
    this.#leave(process, () => {
      this.#carry(exchange, message);
      if (message.mayDouble && this.#world.dice.chance(this.#world.climate.doubleChance))
        this.#double(message);
    });
    return exchange;
  }

  /** Brings a notification to the process, if it arrives at all. */
  notify(process: SimulatedProcess, task: () => void): void {
    const { dice, climate, coverage, timeline } = this.#world;
    if (this.#state !== 'open' || this.isDeaf || dice.chance(climate.lostWakeChance)) {
      coverage.count('lostWakes');
      return;
    }
    coverage.count('wakes');
    timeline.after(this.#delayMs('notifications'), () => process.deliver(task));
  }

  /** A stall or crash in this very step may come before or after the message has left. */
  #leave(process: SimulatedProcess, depart: () => void): void {
    const { dice } = this.#world;
    const { machine } = process;
    if (!process.isAlive) return;
    const wasFrozen = machine.isFrozen;
    machine.step();
    const isUndisturbed = process.isAlive && machine.isFrozen === wasFrozen;
    if (!wasFrozen && !isUndisturbed && dice.chance(0.5)) depart();
    else process.emit(depart);
  }

  #carry<T>(exchange: Exchange<T>, message: Message<T>): void {
    const { timeline, dice, climate } = this.#world;
    if (this.#state === 'closed') {
      timeline.after(dice.between(0.1, 2), () => exchange.fail(new LineFailure(false)));
    } else if (this.#state === 'silent' || dice.chance(climate.lossChance)) {
      this.#lose(exchange);
    } else {
      const delayMs = this.#delayMs(message.channel);
      if (delayMs >= times.leaseMs) this.#world.coverage.count('lateRequests');
      timeline.after(delayMs, () => this.#arrive(exchange, message));
    }
  }

  #arrive<T>(exchange: Exchange<T>, { work, channel }: Message<T>): void {
    if (!this.#database.isUp) {
      const refuse = (): void => exchange.fail(new LineFailure(false));
      this.#world.timeline.after(this.#delayMs(channel), refuse);
      return;
    }
    work().then(
      (value) => this.#return(exchange, channel, () => exchange.succeed(value)),
      (error) => this.#return(exchange, channel, () => exchange.fail(error)),
    );
  }

  #return<T>(exchange: Exchange<T>, channel: Channel, deliver: () => void): void {
    const { timeline, dice, climate } = this.#world;
    if (this.#state !== 'open' || dice.chance(climate.lossChance)) this.#lose(exchange);
    else timeline.after(this.#delayMs(channel), deliver);
  }

  #double({ work, channel }: Message<unknown>): void {
    this.#world.timeline.after(this.#delayMs(channel) + this.#world.dice.between(0, 300), () => {
      if (!this.#database.isUp) return;
      this.#world.coverage.count('doubledRequests');
      work().catch(() => undefined);
    });
  }

  /** Half of what is lost is noticed some time later. */
  #lose<T>(exchange: Exchange<T>): void {
    const { timeline, dice } = this.#world;
    if (dice.chance(0.5)) timeline.after(dice.between(1, 400), () => exchange.fail(new LineFailure(true)));
  }

  #breakSoon(exchange: Breakable): void {
    const { timeline, dice } = this.#world;
    timeline.after(dice.between(0.1, 5), () => exchange.fail(new LineFailure(true)));
  }

  #delayMs(channel: Channel): number {
    const { dice, climate } = this.#world;
    const isLate = dice.chance(climate.lateChance);
    const normal = climate.delayMs * dice.between(0.5, 3);
    return (this.#extraMs.get(channel) ?? 0) + (isLate ? dice.between(normal, climate.lateMs) : normal);
  }
}
