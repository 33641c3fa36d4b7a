import type { Evictions, Revocation, SignalSink } from '../engine/ports.ts';

/** One entry of the revocation feed. */
export interface FeedEntry {
  readonly sequence: number;
  /** The node that committed it; it has told its own pages already. */
  readonly nodeId: string;
  readonly revocations: readonly Revocation[];
}

/** What the database knows of one node. */
export interface NodeRecord {
  readonly nodeId: string;
  /** Grows with every renewal that was committed. */
  readonly renewal: number;
  /** What the node had applied before it sent that renewal. */
  readonly applied: number;
}

/** One renewal: the only thing a node says of itself. */
export interface RenewalRequest {
  readonly nodeId: string;
  /** Greater than in any request of this node before. */
  readonly renewal: number;
  /** Feed entries up to this one are applied: what they name is out of memory. */
  readonly applied: number;
}

/** The feed past what a node had applied. Numbers commit in order, so what one look shows has no gaps. */
export interface FeedNews {
  /** Everything up to this sequence is among the entries, applied before, or trimmed. */
  readonly sequence: number;
  /** Entries up to this one may be gone from the feed. */
  readonly trimmed: number;
  /** In order. */
  readonly entries: readonly FeedEntry[];
}

/** The answer to a renewal; its sequence was read under the shared lock. */
export type RenewalReply =
  | (FeedNews & {
      readonly isKnown: true;
      /** All nodes, this one included. */
      readonly nodes: readonly NodeRecord[];
    })
  /** The node is not in the table, or a later renewal of it is: it must join again. */
  | { readonly isKnown: false };

/**
 * The cluster's record in the database. Each method is one message, and one transaction that is never left open while a
 * node thinks (rule 8). All reject, with `store_unavailable`, when the database can't be reached; a request whose reply
 * was lost may still take effect later.
 */
export interface ClusterLedger {
  /**
   * Whether a lease alone shows that the server is still the primary: its commits wait for a standby, so that one which was
   * replaced can still be read but can't grant a lease any more.
   */
  readonly isLeaseNeeded: boolean;
  /** Takes the shared lock, records the node as having applied all there is, and gives the sequence. */
  join(node: { readonly nodeId: string; readonly renewal: number }): Promise<number>;
  /**
   * Takes the shared lock, records the request where its number is new, and reads sequence and feed (rule 2). What the table
   * says the node has applied never goes back.
   */
  renew(request: RenewalRequest): Promise<RenewalReply>;
  /** Reads the feed past `applied` in one look, without a lock: it grants nothing. */
  catchUp(applied: number): Promise<FeedNews>;
  /**
   * Records that the node has applied so much, if it is in the table; its renewal number stays. May be lost in a crash of
   * the database, which only lets others wait longer.
   */
  confirm(node: { readonly nodeId: string; readonly applied: number }): Promise<void>;
  /** All nodes, as committed now. */
  nodes(): Promise<readonly NodeRecord[]>;
  /** Takes the exclusive lock and removes the node if its renewal number still is this one (rule 7). */
  remove(node: { readonly nodeId: string; readonly renewal: number }): Promise<void>;
  /** Removes a node that answers nothing any more. */
  leave(nodeId: string): Promise<void>;
  /** Removes the entries that every node has applied (rule 10). */
  trim(): Promise<void>;
}

/** Brings short messages to the other nodes. Any may be lost, doubled or late (rule 6). */
export interface MessageLine {
  /** Sends to every other node. Must not throw and must return at once. */
  send(message: string): void;
  /** Called with each message of another node; one listener. */
  onMessage(listener: (message: string) => void): void;
}

/** Wakes a node because something was committed. Any call may be missing or too many (rule 6). */
export interface WakeLine {
  onWake(listener: () => void): void;
}

/** Runs something later; a port, so that a simulation decides when. */
export interface Timers {
  /** Runs the task once after this many milliseconds unless the returned function is called first. */
  after(delayMs: number, task: () => void): () => void;
}

/** What a node does to its own process. */
export interface NodeEffects {
  /** Takes what was named out of memory. */
  evict(evictions: Evictions): void;
  /** Receives the ends other nodes committed, for open pages. */
  readonly signals: SignalSink;
  /** Called when a request to the ledger failed; the node goes on by itself. */
  report(error: unknown): void;
}
