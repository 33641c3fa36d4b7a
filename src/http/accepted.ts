import type { Refused } from '../accounts/answers.ts';
import { RollcallError } from '../errors.ts';

type Outcome = { readonly status: string };

/** What an operation on accounts answered, or its refusal thrown for the one place that writes problem documents. */
export function accepted<Answer extends Outcome>(answer: Answer | Refused): Exclude<Answer, Refused> {
  if (isRefused(answer)) throw errorOf(answer);
  return answer as Exclude<Answer, Refused>;
}

/** Whether the answer is a refusal. */
export function isRefused(answer: Outcome): answer is Refused {
  return answer.status === 'refused';
}

/** A refusal as the error it is answered with. */
export function errorOf({ code, detail, retryAfterSeconds }: Refused): RollcallError {
  return new RollcallError(code, {
    ...(detail === undefined ? {} : { detail }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
