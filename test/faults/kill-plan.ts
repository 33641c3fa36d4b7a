import type { Random } from '../../src/engine/ports.ts';
import { idOf } from '../../src/engine/token.ts';
import { seededRandom } from '../seeded-random.ts';
import type { Expected, ExpectedSession } from './kill-ledger.ts';
import type { Operation, StartedOperation } from './kill-protocol.ts';

/** Choices that follow from a seed. */
export class Choices {
  readonly #random: Random;

  constructor(seed: string) {
    this.#random = seededRandom(seed);
  }

  /** At least 0, below 1. */
  fraction(): number {
    return new DataView(this.#random.bytes(4).buffer).getUint32(0) / 2 ** 32;
  }

  /** At least 0, below the limit. */
  below(limit: number): number {
    return Math.trunc(this.fraction() * limit);
  }

  isLikely(probability: number): boolean {
    return this.fraction() < probability;
  }

  of<T>(list: readonly T[]): T {
    const chosen = list[this.below(list.length)];
    if (chosen === undefined) throw new Error('nothing to choose from');
    return chosen;
  }
}

/** When a process is killed: so long after the report of that place and type. */
export interface KillMoment {
  readonly type: 'begun' | 'decided';
  readonly count: number;
  readonly afterMs: number;
}

/** Half of the moments spread over whole operations, half lie around the commits. */
export function chooseMoment(choices: Choices): KillMoment {
  if (choices.isLikely(0.5)) {
    return { type: 'begun', count: 1 + choices.below(10), afterMs: choices.fraction() * 40 };
  }
  const afterMs = choices.isLikely(0.5) ? 0 : choices.fraction() * 4;
  return { type: 'decided', count: 1 + choices.below(8), afterMs };
}

/** Makes the operations of a run, each with a number of its own. */
export class Planner {
  readonly choices: Choices;
  #number = 0;

  constructor(seed: string) {
    this.choices = new Choices(seed);
  }

  signUps(emails: readonly string[]): readonly StartedOperation[] {
    return emails.map((email) =>
      atOnce({ kind: 'sign-up', number: this.#next(), email, password: `first secret of ${email}` }),
    );
  }

  /** Sessions beside the first. */
  moreSessions(emails: readonly string[], each: number): readonly StartedOperation[] {
    return emails.flatMap((email) =>
      Array.from({ length: each }, () => atOnce({ kind: 'establish', number: this.#next(), email })),
    );
  }

  /** The log-outs among the operations, again, where their asker is still signed in. */
  retries(unfinished: readonly Operation[], { sessions }: Expected): readonly StartedOperation[] {
    return unfinished.flatMap((operation) => {
      if (operation.kind !== 'revoke' && operation.kind !== 'sign-out') return [];
      const asker = sessions.get(idOf(operation.token));
      return asker?.isOpen === true
        ? [atOnce({ ...operation, number: this.#next(), token: asker.token })]
        : [];
    });
  }

  /** Operations of every kind on one account, to be in flight together: they start within 30 ms, in any order. */
  flight(email: string, expected: Expected): readonly StartedOperation[] {
    const { choices } = this;
    const own = [...expected.sessions.values()].filter((each) => each.email === email && each.isOpen);
    const password = expected.passwords.get(email) ?? '';
    const asked = () => ({ number: this.#next(), email });
    const token = () => choices.of(own).token;
    const operations: Operation[] = [
      { kind: 'sign-in', ...asked(), password, deviceToken: null },
      { kind: 'sign-in', ...asked(), password, deviceToken: choices.of(own).deviceToken },
      { kind: 'step-up', ...asked(), token: token(), password },
      { kind: 'step-up', ...asked(), token: token(), password },
      { kind: 'revoke', ...asked(), ...twoOf(own, choices) },
      { kind: 'revoke', ...asked(), ...twoOf(own, choices) },
      { kind: 'sign-out', ...asked(), token: token() },
      {
        kind: 'change-password',
        ...asked(),
        token: token(),
        password,
        newPassword: `later secret of ${email}`,
        revokeOthers: choices.isLikely(0.5),
      },
    ];
    if (choices.isLikely(0.2)) operations.push({ kind: 'revoke-others', ...asked(), token: token() });
    return operations.map((operation) => ({ operation, afterMs: choices.below(30) }));
  }

  #next(): number {
    this.#number += 1;
    return this.#number;
  }
}

function atOnce(operation: Operation): StartedOperation {
  return { operation, afterMs: 0 };
}

function twoOf(own: readonly ExpectedSession[], choices: Choices) {
  const asker = choices.of(own);
  const target = choices.of(own.filter((each) => each !== asker));
  return { token: asker.token, sessionId: idOf(target.token) };
}
