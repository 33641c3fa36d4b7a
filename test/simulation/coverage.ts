/** What can happen in a run that matters for the promise. Counted, so that a green run shows that it met them. */
export const situations = {
  verifies: 'verifications answered',
  accepted: 'of them accepted',
  refused: 'of them refused',
  unanswerable: 'of them refused because the store could not be asked',
  hits: 'answered from memory',
  closedMemory: 'in memory, but without a lease: asked of the store',
  frozenVerifies: 'verifications that arrived at a stalled node',
  afterEnd: 'verifications that began after the end was acknowledged',
  overtakenReads: 'rows read before an eviction and not kept after it',
  acknowledgements: 'ends acknowledged',
  waits: 'revocations that waited for other nodes',
  waitsByDeadline: 'of them until the lease was over',
  unknownOutcomes: 'changes without a known outcome',
  unheardCommits: 'changes committed whose node was told otherwise, or nothing',
  retries: 'changes tried again',
  rerunChanges: 'changes run again because of a lock',
  renewals: 'renewals',
  lateRequests: 'requests that arrived a lease after they were sent',
  doubledRequests: 'requests that took effect twice',
  staleRequests: 'renewals and joins ignored because of their number',
  forgottenNodes: 'nodes that found themselves missing',
  removedNodes: 'silent nodes removed',
  sparedNodes: 'nodes not removed because they had renewed meanwhile',
  trimmedNews: 'looks at the feed that came too late for what was trimmed',
  wakes: 'wake-ups',
  lostWakes: 'wake-ups lost',
  crashes: 'crashes',
  crashesInside: 'of them in the middle of a step',
  stalls: 'stalls of at most a lease',
  longStalls: 'stalls longer than a lease',
  suspensions: 'suspended machines',
  jumps: 'jumps of a wall clock',
  cuts: 'cut lines',
  halts: 'restarts of the database',
  leaves: 'clean leaves',
  lateJoins: 'nodes that joined in the middle',
} as const;

export type Situation = keyof typeof situations;

/** How often each situation was met. */
export class Coverage {
  readonly counts: Record<Situation, number>;

  constructor() {
    const names = Object.keys(situations) as Situation[];
    this.counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<Situation, number>;
  }

  count(situation: Situation, times: number = 1): void {
    this.counts[situation] += times;
  }

  add(other: Readonly<Record<Situation, number>>): void {
    for (const name of Object.keys(this.counts) as Situation[]) this.counts[name] += other[name];
  }

  /** One line a situation. */
  describe(): string {
    const width = Math.max(...Object.values(this.counts).map((count) => String(count).length));
    return (Object.keys(this.counts) as Situation[])
      .map((name) => `${String(this.counts[name]).padStart(width)} ${situations[name]}`)
      .join('\n');
  }
}
