/**
 * The times of the protocol, in milliseconds. They are the same on every node, or a node could answer from memory longer
 * than another waits for it: whoever changes `leaseMs` stops all nodes first.
 */
export const times = {
  /** How long memory may answer after a renewal was sent, and so how long a log-out waits for a silent node. */
  leaseMs: 1_000,
  /** A renewal starts this long after the one before: four fit into a lease. */
  renewEveryMs: 250,
  /** Added wherever one node's time stands for another's: clocks may differ by 5 % in their speed. */
  marginMs: 50,
  /** After this long without a new renewal a node is removed from the table. */
  silenceMs: 2_000,
  /** Where a lease is needed to answer from the store, a check waits for it so long: two renewals, should one fail. */
  leaseWaitMs: 500,
  /** Entries of the feed that all nodes have applied are removed so often. */
  trimEveryMs: 5_000,
  /** After a failed request, at least so long and at most double, by chance. */
  retryMs: 50,
} as const;
