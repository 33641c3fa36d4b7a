import type { Socket } from 'node:net';
import { type Frame, FrameSplitter } from './frames.ts';

/** How one direction of a connection behaves. */
export interface PipeRules {
  readonly from: 'client' | 'database';
  /** Whether anything arrives now. */
  isFree(): boolean;
  /** How long what is sent now takes. */
  delayMs(): number;
  /** Asked of every message as it is sent; false swallows it. */
  passes(frame: Frame, from: 'client' | 'database'): boolean;
  /** Called when the sender's end of the connection has arrived. */
  end(): void;
}

interface Parcel {
  /** Null says that the sender is gone. */
  readonly bytes: Buffer | null;
  readonly dueAt: number;
}

/** One direction of a connection: whole messages, in order, each at its time. */
export class Pipe {
  readonly #destination: Socket;
  readonly #rules: PipeRules;
  #parcels: Parcel[] = [];
  #timer: NodeJS.Timeout | null = null;
  #isStopped = false;

  constructor(source: Socket, destination: Socket, rules: PipeRules) {
    const splitter = new FrameSplitter(rules.from);
    this.#destination = destination;
    this.#rules = rules;
    source.on('data', (piece: Buffer) => {
      for (const frame of splitter.push(piece)) {
        if (this.#isStopped) return;
        if (rules.passes(frame, rules.from)) this.#send(frame.bytes);
      }
    });
    for (const event of ['end', 'close']) source.once(event, () => this.#send(null));
  }

  /** Delivers what is due, unless the way is blocked. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    while (!this.#isStopped && this.#rules.isFree()) {
      const [next] = this.#parcels;
      if (next === undefined) return;
      const waitMs = next.dueAt - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.flush(), Math.ceil(waitMs));
        return;
      }
      this.#parcels.shift();
      this.#deliver(next);
    }
  }

  /** Delivers nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#parcels = [];
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #send(bytes: Buffer | null): void {
    if (this.#isStopped) return;
    this.#parcels.push({ bytes, dueAt: performance.now() + this.#rules.delayMs() });
    if (this.#timer === null) this.flush();
  }

  #deliver({ bytes }: Parcel): void {
    if (bytes === null) this.#rules.end();
    else if (this.#destination.writable || this.#destination.connecting) this.#destination.write(bytes);
  }
}
