import { RollcallError } from '../errors.ts';

/** Anything a store met that is no answer, as `store_unavailable`; refusals of our own pass through. */
export function unavailable(cause: unknown, detail?: string): RollcallError {
  if (cause instanceof RollcallError) return cause;
  return new RollcallError('store_unavailable', detail === undefined ? { cause } : { cause, detail });
}

/** A row that breaks a rule of the schema: a mistake of the caller, so `unexpected`. The store stays usable. */
export function refusedRow(rule: string, cause?: unknown): RollcallError {
  return new RollcallError('unexpected', { detail: `The store refused a row: ${rule}.`, cause });
}
