/** What the run asks of a subject's process, one at a time. */
export type Order =
  | { readonly kind: 'warm-up'; readonly milliseconds: number }
  | { readonly kind: 'prove'; readonly checks: number; readonly seed: number }
  | { readonly kind: 'round'; readonly checks: number; readonly seed: number };

/** What comes back; `ready` without an order, once the subject is loaded. */
export type Report =
  | { readonly kind: 'ready'; readonly sessions: number }
  | { readonly kind: 'warmed-up'; readonly checksPerSecond: number }
  | { readonly kind: 'proven' }
  | { readonly kind: 'measured'; readonly round: Round };

/** One timed round. Microseconds per check. */
export interface Round {
  readonly checks: number;
  /** CPU time of the whole process, all its threads. */
  readonly cpuUs: number;
  readonly wallUs: number;
}
