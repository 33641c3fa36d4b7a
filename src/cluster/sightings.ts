import type { NodeRecord } from './ports.ts';

interface Sighting {
  readonly renewal: number;
  /** When this renewal was first seen, by this node's monotonic clock. */
  readonly since: number;
}

/**
 * How long the other nodes have been silent, by this node's own clock alone. A renewal was sent before it was first seen
 * here, so its lease has ended one lease after that, whatever any clock of the other node says (rules 5 and 7).
 */
export class Sightings {
  readonly #sightings = new Map<string, Sighting>();

  /** Notes what the table showed in an answer that arrived at this monotonic instant. */
  see(nodes: readonly NodeRecord[], now: number): void {
    const present = new Set(nodes.map(({ nodeId }) => nodeId));
    for (const nodeId of this.#sightings.keys()) {
      if (!present.has(nodeId)) this.#sightings.delete(nodeId);
    }
    for (const { nodeId, renewal } of nodes) {
      if (this.#sightings.get(nodeId)?.renewal !== renewal)
        this.#sightings.set(nodeId, { renewal, since: now });
    }
  }

  /** Milliseconds this very renewal has been the node's latest; 0 when it was not seen before. */
  silenceMs({ nodeId, renewal }: NodeRecord, now: number): number {
    const sighting = this.#sightings.get(nodeId);
    return sighting?.renewal === renewal ? now - sighting.since : 0;
  }
}
