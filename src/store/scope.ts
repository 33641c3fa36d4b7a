import { RollcallError } from '../errors.ts';

/** A transaction that one change may use, and only until that change has ended. */
export interface Scope<Tx> {
  readonly transaction: Tx;
  /** Refuses further calls and waits for those under way, so that none lands in a neighbour's savepoint. */
  close(): Promise<void>;
}

/** Opens the transaction for one change. A call after `close` throws `unexpected`. */
export function openScope<Tx extends object>(methods: Tx): Scope<Tx> {
  const pending = new Set<Promise<unknown>>();
  let isOpen = true;
  const track = (call: () => Promise<unknown>): Promise<unknown> => {
    if (!isOpen) return Promise.reject(usedTooLate());
    const running = call();
    const forget = (): unknown => pending.delete(running);
    pending.add(running);
    running.then(forget, forget);
    return running;
  };
  return {
    transaction: tracked(methods, track),
    async close() {
      isOpen = false;
      await Promise.allSettled(pending);
    },
  };
}

function tracked<Tx extends object>(
  methods: Tx,
  track: (call: () => Promise<unknown>) => Promise<unknown>,
): Tx {
  return new Proxy(methods, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...values: unknown[]) => track(async () => Reflect.apply(member, target, values));
    },
  });
}

function usedTooLate(): RollcallError {
  return new RollcallError('unexpected', { detail: 'A transaction was used after its change had ended.' });
}
