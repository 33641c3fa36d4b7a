import { RollcallError } from '../errors.ts';
import type { SessionRecord } from './session.ts';
import { TurnsByKey } from './turns.ts';

/**
 * Changes of one user, and of one session, that are under way in a process at once: enough to use every round of the store,
 * and few, because on many nodes they wait for each other's lock inside the rounds.
 */
const atOnce = 4;
/** Changes of one session that wait: more than a person with two hands and many tabs ever asks for. */
const waitingOfSession = 64;
/** Changes of one user that wait; each session brings at most `atOnce` of them. */
const waitingOfUser = 1_000;

/**
 * Turns for the changes that a session asks for. Changes of all users share the store's rounds, first come, first served:
 * without turns, one user who asks for very many delays the log-outs of everybody else. A session waits for its own first,
 * so that a stolen one can't fill the queue in which its owner asks to end it.
 */
export class ChangeTurns {
  readonly #ofSessions = new TurnsByKey({ concurrency: atOnce, queueLimit: waitingOfSession, refusal });
  readonly #ofUsers = new TurnsByKey({ concurrency: atOnce, queueLimit: waitingOfUser, refusal });

  /**
   * Runs the change in its turn, at once when nothing else of the user is under way. Rejects with `too_many_attempts`,
   * having done nothing, when too many wait. The work must not ask for a turn itself: it could wait for its own end.
   */
  run<T>(by: SessionRecord, work: () => Promise<T>): Promise<T> {
    return this.#ofSessions.run(by.id, () => this.#ofUsers.run(by.userId, work));
  }
}

function refusal(): RollcallError {
  return new RollcallError('too_many_attempts', {
    detail: 'Too many changes from this account are waiting, so nothing was changed.',
    retryAfterSeconds: 1,
  });
}
