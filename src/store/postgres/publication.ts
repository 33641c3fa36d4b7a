import pg from 'pg';
import type { Revocation } from '../../engine/ports.ts';

/**
 * The statement that publishes what a transaction made unacceptable (design, section 7, rule 1): takes the cluster's
 * exclusive lock, raises the clock, writes one entry of the feed, wakes the other nodes, and gives the new number in the
 * column `sequence`. Its literals are escaped, so that it can be sent together with `commit` in one message: the lock is
 * then held for the length of a commit, whatever happens to this process (rule 8).
 */
export function publishStatement(nodeId: string, revocations: readonly Revocation[]): string {
  const entry = pg.escapeLiteral(inAscii(JSON.stringify(revocations)));
  return `select cluster_publish(${pg.escapeLiteral(nodeId)}, ${entry}) as sequence`;
}

/** The same JSON without a character that a database in another encoding could refuse. */
function inAscii(json: string): string {
  return json.replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
