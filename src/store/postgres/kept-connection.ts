import { RollcallError } from '../../errors.ts';
import type { ConnectionLimits, PostgresConnection } from './connection.ts';
import type { ConnectionSource } from './source.ts';

/** One connection for one purpose, opened when first needed and again when it was lost. */
export class KeptConnection {
  readonly #source: ConnectionSource;
  readonly #limits: ConnectionLimits;
  #opening: Promise<PostgresConnection> | null = null;
  #current: PostgresConnection | null = null;
  #isClosed = false;

  constructor(source: ConnectionSource, limits: ConnectionLimits) {
    this.#source = source;
    this.#limits = limits;
  }

  /** The open connection, or a new one. Throws `store_unavailable`, and `shutting_down` after `close`. */
  async get(): Promise<PostgresConnection> {
    if (this.#isClosed) throw new RollcallError('shutting_down');
    if (this.#current?.isOpen === true) return this.#current;
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /** Ends it when what is under way is answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#opening?.catch(() => undefined);
    if (this.#current?.isOpen === true) await this.#current.end();
  }

  async #open(): Promise<PostgresConnection> {
    try {
      this.#current = await this.#source.open(this.#limits);
      return this.#current;
    } finally {
      this.#opening = null;
    }
  }
}
