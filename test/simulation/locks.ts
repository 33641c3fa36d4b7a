/** A lock that could not be had in time; the transaction that asked for it is undone. */
export class LockTimeout extends Error {
  constructor() {
    super('the lock could not be had in time');
    this.name = 'LockTimeout';
  }
}

export type Release = () => void;

interface Waiting {
  readonly isExclusive: boolean;
  readonly grant: () => void;
}

/** A lock with a fair queue: who asks for it exclusively holds up everyone who asks later. */
export class LockQueue {
  readonly #queue: Waiting[] = [];
  #sharers = 0;
  #isExclusive = false;

  /** Waits for a place beside other sharers. */
  share(): Promise<Release> {
    return this.#enter(false);
  }

  /** Waits until nobody else holds the lock; with a limit, rejects with `LockTimeout` when `timer` says so. */
  exclude(timer?: (task: () => void) => void): Promise<Release> {
    return this.#enter(true, timer);
  }

  #enter(isExclusive: boolean, timer?: (task: () => void) => void): Promise<Release> {
    return new Promise((resolve, reject) => {
      const waiting = { isExclusive, grant: () => resolve(this.#releaseOf(isExclusive)) };
      this.#queue.push(waiting);
      this.#admit();
      if (!this.#queue.includes(waiting)) return;
      timer?.(() => {
        if (this.#withdraw(waiting)) reject(new LockTimeout());
      });
    });
  }

  #withdraw(waiting: Waiting): boolean {
    const index = this.#queue.indexOf(waiting);
    if (index < 0) return false;
    this.#queue.splice(index, 1);
    this.#admit();
    return true;
  }

  #admit(): void {
    for (let next = this.#queue[0]; next !== undefined && this.#canEnter(next); next = this.#queue[0]) {
      this.#queue.shift();
      if (next.isExclusive) this.#isExclusive = true;
      else this.#sharers += 1;
      next.grant();
    }
  }

  #canEnter({ isExclusive }: Waiting): boolean {
    return !this.#isExclusive && (!isExclusive || this.#sharers === 0);
  }

  #releaseOf(isExclusive: boolean): Release {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      if (isExclusive) this.#isExclusive = false;
      else this.#sharers -= 1;
      this.#admit();
    };
  }
}
