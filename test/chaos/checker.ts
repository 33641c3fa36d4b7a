import { type Ended, nameOf, type Operation, type Token } from './history.ts';

/** A request that was answered otherwise than it may be. */
export interface Violation {
  /** `accepted`: with what had ended. `refused`: with what nothing had ended, which is a fault but lets nobody in. */
  readonly kind: 'accepted' | 'refused';
  readonly sentence: string;
  readonly ended: Ended;
}

const never = Number.POSITIVE_INFINITY;

/** What is known of one session. */
interface SessionFacts {
  /** When its sign-in was answered: an operation on all sessions that begins later must meet it. */
  knownSince: number;
  /** The earliest acknowledgement of an end of it. */
  endedAt: number;
  /** Whether anything was ever asked that ends it, whatever the answer. */
  isDoubtful: boolean;
  /** For each version of its secret, the earliest acknowledgement of a rotation that replaced it. */
  readonly replacedAt: Map<number, number>;
  readonly doubtfulVersions: Set<number>;
}

interface AccountFacts {
  readonly sessions: Map<number, SessionFacts>;
  /** Operations that end all other sessions and have begun; those without a known result stay. */
  readonly sweeps: Set<Operation>;
}

/**
 * Finds requests that were accepted with a session whose end had been acknowledged before they began (I-1), and with a
 * secret whose replacement had. Let a(s) be the earliest 2xx of any operation that ends s: an accepted request that starts
 * after a(s) is a violation. A result nobody knows acknowledges nothing and excuses nothing.
 *
 * Hears every operation twice, when it begins and when it ends, in the order of the clock that gave their instants.
 */
export class Checker {
  readonly #accounts = new Map<number, AccountFacts>();

  /** To be called before the request is sent. */
  begun(operation: Operation): void {
    const { act } = operation;
    const account = this.#account(operation.account);
    if (act.kind === 'revoke') this.#session(account, act.target.number).isDoubtful = true;
    if (act.kind === 'sign-out') this.#session(account, act.token.session.number).isDoubtful = true;
    if (act.kind === 'step-up')
      this.#session(account, act.token.session.number).doubtfulVersions.add(act.token.version);
    if (act.kind !== 'revoke-others') return;
    account.sweeps.add(operation);
    for (const [number, session] of account.sessions)
      if (number !== act.token.session.number) session.isDoubtful = true;
  }

  /** To be called when the answer is there, or is no longer waited for. */
  ended(ended: Ended): Violation | null {
    const account = this.#account(ended.operation.account);
    const violation = this.#judge(account, ended);
    if (ended.outcome === 'done') this.#acknowledge(account, ended);
    if (ended.outcome === 'done' || ended.outcome === 'refused') account.sweeps.delete(ended.operation);
    if (ended.issued !== null) this.#issue(account, ended, ended.issued);
    return violation;
  }

  #judge(account: AccountFacts, ended: Ended): Violation | null {
    const { act, startedAt } = ended.operation;
    if (act.kind === 'sign-in') return null;
    const { token } = act;
    const session = this.#session(account, token.session.number);
    const overAt = Math.min(session.endedAt, session.replacedAt.get(token.version) ?? never);
    if (ended.outcome === 'done' && startedAt > overAt) return acceptedAfter(ended, token, overAt);
    const isDoubtful = session.isDoubtful || session.doubtfulVersions.has(token.version);
    if (ended.status === 401 && ended.code === 'no_active_session' && !isDoubtful)
      return refusedBefore(ended, token);
    return null;
  }

  #acknowledge(account: AccountFacts, { operation, endedAt }: Ended): void {
    const { act, startedAt } = operation;
    if (act.kind === 'revoke') this.#end(account, act.target.number, endedAt);
    if (act.kind === 'sign-out') this.#end(account, act.token.session.number, endedAt);
    if (act.kind === 'step-up') {
      const { replacedAt } = this.#session(account, act.token.session.number);
      replacedAt.set(act.token.version, Math.min(replacedAt.get(act.token.version) ?? never, endedAt));
    }
    if (act.kind !== 'revoke-others') return;
    for (const [number, { knownSince }] of account.sessions)
      if (number !== act.token.session.number && knownSince < startedAt) this.#end(account, number, endedAt);
  }

  #issue(account: AccountFacts, { operation, endedAt }: Ended, { session }: Token): void {
    if (operation.act.kind !== 'sign-in') return;
    const facts = this.#session(account, session.number);
    facts.knownSince = endedAt;
    // One that ran meanwhile may have met it or not.
    facts.isDoubtful = account.sweeps.size > 0;
  }

  #end(account: AccountFacts, number: number, at: number): void {
    const session = this.#session(account, number);
    session.endedAt = Math.min(session.endedAt, at);
  }

  #account(number: number): AccountFacts {
    const known = this.#accounts.get(number);
    if (known !== undefined) return known;
    const fresh: AccountFacts = { sessions: new Map(), sweeps: new Set() };
    this.#accounts.set(number, fresh);
    return fresh;
  }

  #session(account: AccountFacts, number: number): SessionFacts {
    const known = account.sessions.get(number);
    if (known !== undefined) return known;
    const fresh: SessionFacts = {
      knownSince: never,
      endedAt: never,
      isDoubtful: false,
      replacedAt: new Map(),
      doubtfulVersions: new Set(),
    };
    account.sessions.set(number, fresh);
    return fresh;
  }
}

function acceptedAfter(ended: Ended, token: Token, overAt: number): Violation {
  const late = (ended.operation.startedAt - overAt).toFixed(2);
  const sentence = `${nameOf(token)} was accepted in a request that began ${late} ms after its end was acknowledged`;
  return { kind: 'accepted', sentence, ended };
}

function refusedBefore(ended: Ended, token: Token): Violation {
  return { kind: 'refused', sentence: `${nameOf(token)} was refused though nothing had ended it`, ended };
}
