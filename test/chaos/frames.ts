/** One whole message of PostgreSQL's protocol, version 3. */
export interface Frame {
  /** The letter it begins with; empty for a start-up message, which has none. */
  readonly type: string;
  /** The message as it travels. */
  readonly bytes: Buffer;
}

/** Cuts what arrives on one connection, in whatever pieces, into whole messages. Encrypted connections can't be read. */
export class FrameSplitter {
  #rest: Buffer = Buffer.alloc(0);
  #isStartUp: boolean;

  /** @param from who sends; only a client begins with a message without a letter. */
  constructor(from: 'client' | 'database') {
    this.#isStartUp = from === 'client';
  }

  /** The messages that are complete with this piece, in order. */
  push(piece: Buffer): readonly Frame[] {
    this.#rest = Buffer.concat([this.#rest, piece]);
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame !== null; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): Frame | null {
    const lengthAt = this.#isStartUp ? 0 : 1;
    if (this.#rest.length < lengthAt + 4) return null;
    const size = lengthAt + this.#rest.readInt32BE(lengthAt);
    if (this.#rest.length < size) return null;
    const bytes = this.#rest.subarray(0, size);
    const type = this.#isStartUp ? '' : String.fromCharCode(bytes[0] ?? 0);
    this.#rest = this.#rest.subarray(size);
    this.#isStartUp = false;
    return { type, bytes };
  }
}

/** Whether the database tells that something was committed. A transaction that failed is told as rolled back. */
export function isCommitted({ type, bytes }: Frame): boolean {
  return type === 'C' && bytes.toString('latin1', 5, bytes.length - 1) === 'COMMIT';
}

/** Whether a client asks for a commit, alone or as the last of several statements. */
export function asksToCommit({ type, bytes }: Frame): boolean {
  return (type === 'Q' || type === 'P') && /\bcommit\b\s*;?\s*\0/i.test(bytes.toString('latin1'));
}

/** Whether the database passes on a notification. */
export function isNotification({ type }: Frame): boolean {
  return type === 'A';
}
