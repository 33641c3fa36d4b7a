import { hasRecentProof } from '../../engine/policy.ts';
import { RollcallError } from '../../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Caller } from './credential.ts';

/** How much an act can do: end one session or change a factor, or end many at once. */
export type ProofNeed = 'one' | 'many';

/** Refuses with `step_up_required`, naming the proofs that will do, unless the owner proved who they are recently. */
export async function requireRecentProof(exchange: Exchange, caller: Caller, need: ProofNeed): Promise<void> {
  const { sessions, clock } = exchange.options;
  const { stepUpWindowSeconds, bulkStepUpWindowSeconds } = sessions.policy;
  const window = need === 'one' ? stepUpWindowSeconds : bulkStepUpWindowSeconds;
  if (!hasRecentProof(caller.session, window, clock.now())) throw await stepUpRequired(exchange, caller);
}

/** The refusal `step_up_required` with the proofs that this owner can give. */
export async function stepUpRequired(exchange: Exchange, { session }: Caller): Promise<RollcallError> {
  const methods = await exchange.options.accounts.stepUpMethods(session.userId);
  return new RollcallError('step_up_required', { methods });
}
