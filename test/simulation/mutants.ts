/** One exact fragment of one file, and what stands there in a build with a broken rule. */
export interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  /** Must occur exactly once. */
  readonly from: string;
  readonly to: string;
}

/** A build of the real code with one rule broken. Edits of files that a process never loads do nothing there. */
export interface Mutant {
  readonly name: string;
  /** The rule of the protocol (design, section 7) that is broken, in words. */
  readonly broken: string;
  readonly edits: readonly Edit[];
}

const sessions = 'src/engine/sessions.ts';
const changes = 'src/engine/changes.ts';
const memory = 'src/engine/memory.ts';
const node = 'src/cluster/node.ts';
const lease = 'src/cluster/lease.ts';
const acknowledgements = 'src/cluster/acknowledgements.ts';
/** The database of the simulation, and the functions that do the same on PostgreSQL. */
const simulated = 'test/simulation/cluster-tables.ts';
const functions = 'src/store/sql/migrations/0002-cluster.ts';

/** The negative controls: whoever tests the protocol must find each of them. */
export const mutants: readonly Mutant[] = [
  {
    name: 'no-lease-check',
    broken: 'verify answers from memory without a lease (rule 3)',
    edits: [
      {
        file: sessions,
        from: 'if (!this.#finality.mayAnswerFromMemory()) return this.#verifyFromStore(token);',
        to: '',
      },
    ],
  },
  {
    name: 'no-shared-lock',
    broken: 'joining and renewing take no lock (rule 2)',
    edits: [
      {
        file: simulated,
        from: 'const release = await this.#lock.share();',
        to: 'const release = (): void => undefined;',
      },
      {
        file: functions,
        from: `perform pg_advisory_xact_lock_shared(\${lockClass}, instance);`,
        to: 'null;',
      },
    ],
  },
  {
    name: 'no-fill-guard',
    broken: 'a row read before an eviction is kept after it (rule 4)',
    edits: [{ file: memory, from: 'if (mark !== this.#mark) return;', to: '' }],
  },
  {
    name: 'no-wait',
    broken: 'an end is acknowledged before the other nodes are waited for (rule 5)',
    edits: [{ file: sessions, from: 'await this.#settled(place);', to: '' }],
  },
  {
    name: 'lease-from-reply',
    broken: 'the lease counts from the answer to the renewal instead of its request (rule 2)',
    edits: [
      {
        file: node,
        from: 'this.#apply(feed);\n    this.#lease.grant(sentAt);',
        to: 'this.#apply(feed);\n    this.#lease.grant(momentOf(this.#options.clock));',
      },
    ],
  },
  {
    name: 'database-clock',
    broken: "the lease ends when the node's wall clock passes an instant of the database's clock (rule 5)",
    edits: [
      {
        file: node,
        from: 'this.#apply(feed);\n    this.#lease.grant(sentAt);',
        to: `this.#apply(feed);
    this.#lease.grant({ monotonic: Number.POSITIVE_INFINITY, wall: Reflect.get(feed, 'databaseAt') });`,
      },
      {
        file: functions,
        from: "'nodes', cluster_census()",
        to: "'databaseAt', (extract(epoch from clock_timestamp()) * 1000)::bigint, 'nodes', cluster_census()",
      },
    ],
  },
  {
    name: 'confirmed-unapplied',
    broken: 'a node confirms what it has received before it has applied it (rule 2)',
    edits: [
      {
        file: node,
        from: 'this.#apply(await within(timers, times.leaseMs, ledger.catchUp(this.#applied)));',
        to: `const news = await within(timers, times.leaseMs, ledger.catchUp(this.#applied));
        await within(timers, times.leaseMs, ledger.confirm({ nodeId, applied: news.sequence }));
        this.#apply(news);`,
      },
    ],
  },
  {
    name: 'no-renewal-compare',
    broken: 'a node is removed although it has renewed since it was last seen (rule 7)',
    edits: [
      {
        file: simulated,
        from: 'const isUnchanged = current?.renewal === renewal;',
        to: 'const isUnchanged = true;',
      },
      { file: functions, from: 'where node_id = node and renewal = number;', to: 'where node_id = node;' },
    ],
  },
  {
    name: 'retry-without-wait',
    broken: 'ending what has ended already is answered at once, whoever still waits for it (rule 9)',
    edits: [
      {
        file: changes,
        from: 'for (const session of sessions) context.effects.evict(session.id);',
        to: '',
      },
      {
        file: changes,
        from: 'const ended = sessions.filter(({ id }) => ids.has(id));',
        to: `const ended = sessions.filter(({ id }) => ids.has(id));
  for (const session of ended) context.effects.evict(session.id);`,
      },
    ],
  },
  {
    name: 'monotonic-clock-alone',
    broken: 'the lease of a suspended machine goes on when it wakes (rule 2)',
    edits: [
      {
        file: lease,
        from: 'return wall >= this.#fromWall && wall < this.#untilWall;',
        to: 'return wall > 0;',
      },
    ],
  },
  {
    name: 'wall-clock-alone',
    broken: 'the lease goes on while the wall clock is set back (rule 2)',
    edits: [
      {
        file: lease,
        from: 'if (this.#clock.monotonic() >= this.#untilMonotonic) return false;',
        to: 'if (this.#untilMonotonic === Number.NEGATIVE_INFINITY) return false;',
      },
    ],
  },
  {
    name: 'trimmed-feed-ignored',
    broken: 'a node whose entries were trimmed keeps its memory (rule 10)',
    edits: [
      {
        file: node,
        from: 'if (trimmed > this.#applied) effects.evict(everything);',
        to: '',
      },
    ],
  },
  {
    name: 'memory-kept-when-forgotten',
    broken: 'a node that finds itself missing joins anew with the memory it has (rule 7)',
    edits: [
      {
        file: node,
        from: 'this.#options.effects.evict(everything);\n    this.#isJoined = false;',
        to: 'this.#isJoined = false;',
      },
      {
        file: node,
        from: 'this.#options.effects.evict(everything);\n    this.#isJoined = true;',
        to: 'this.#isJoined = true;',
      },
    ],
  },
  {
    name: 'impatient-silence',
    broken: 'a node counts as unable to answer before its lease must be over (rule 5)',
    edits: [
      {
        file: acknowledgements,
        from: 'sightings.silenceMs(node, now) >= times.leaseMs + times.marginMs',
        to: 'sightings.silenceMs(node, now) >= times.leaseMs / 2',
      },
    ],
  },
];

/** The mutant of that name; throws for a name nobody gave. */
export function mutantOf(name: string): Mutant {
  const mutant = mutants.find((known) => known.name === name);
  if (mutant === undefined) throw new Error(`there is no mutant ${name}`);
  return mutant;
}
