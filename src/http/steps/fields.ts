import type { z } from '@hono/zod-openapi';
import { type FieldError, RollcallError } from '../../errors.ts';
import { holdsToken } from '../token-shape.ts';

type Issue = z.core.$ZodIssue;

/** Checks a value against its schema; throws `invalid_request` naming the fields, never their values. */
export function checkFields<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new RollcallError('invalid_request', { fields: result.error.issues.flatMap(fieldErrorsOf) });
}

function fieldErrorsOf(issue: Issue): readonly FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: nameOf([...path, key]), problem: 'is not known here' }));
  }
  return [{ field: nameOf(path), problem: sentenceFor(issue) }];
}

/** A field's name as far as it can be repeated: what the client sent as a name may be anything. */
function nameOf(path: readonly string[]): string {
  const name = path.join('.');
  return /^[\w.-]{1,64}$/.test(name) && !holdsToken(name) ? name : '';
}

function sentenceFor(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.endsWith('received undefined')
        ? 'is missing'
        : `must be of type ${issue.expected}`;
    case 'too_small':
      return `is too short; the least is ${issue.minimum}`;
    case 'too_big':
      return `is too long; the most is ${issue.maximum}`;
    case 'invalid_value':
      return `must be one of: ${issue.values.map(String).join(', ')}`;
    case 'invalid_union':
      return 'has none of the shapes that are accepted';
    default:
      return 'does not have the right form';
  }
}
