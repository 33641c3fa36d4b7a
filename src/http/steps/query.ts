import { z } from '@hono/zod-openapi';
import { RollcallError } from '../../errors.ts';
import type { Exchange } from '../exchange.ts';
import { checkFields } from './fields.ts';

const mostParameters = 16;

/** Checks the query against its schema; a parameter that is unknown or comes twice is refused with `invalid_request`. */
export function readQuery<Query>({ url }: Exchange, schema: z.ZodType<Query>): Query {
  const parameters = [...url.searchParams];
  const names = new Set(parameters.map(([name]) => name));
  if (names.size !== parameters.length || names.size > mostParameters) {
    throw new RollcallError('invalid_request', { detail: 'A query parameter comes more than once.' });
  }
  return checkFields(schema, Object.fromEntries(parameters));
}

const nothing = z.strictObject({});

/** The same for an operation without parameters. */
export function readNoQuery(exchange: Exchange): void {
  readQuery(exchange, nothing);
}
