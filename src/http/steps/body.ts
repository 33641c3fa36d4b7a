import { z } from '@hono/zod-openapi';
import { RollcallError } from '../../errors.ts';
import type { Exchange } from '../exchange.ts';
import { parseStrictJson } from '../strict-json.ts';
import { readBytes } from './body-size.ts';
import { refuseOtherContent, requireJsonType } from './content-type.ts';
import { checkFields } from './fields.ts';

/** Reads and checks the body of an operation: one JSON object that has the schema's fields and no others. */
export async function readBody<Body>(exchange: Exchange, schema: z.ZodType<Body>): Promise<Body> {
  refuseOtherContent(exchange);
  requireJsonType(exchange);
  return checkFields(schema, objectFrom(await readBytes(exchange)));
}

const nothing = z.strictObject({});

/** The same for an operation that takes nothing: no body at all, or an object without fields. */
export async function readNoBody(exchange: Exchange): Promise<void> {
  refuseOtherContent(exchange);
  const bytes = await readBytes(exchange);
  if (bytes.byteLength === 0) return;
  requireJsonType(exchange);
  checkFields(nothing, objectFrom(bytes));
}

function objectFrom(bytes: Uint8Array): object {
  const value = parseStrictJson(bytes);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new RollcallError('invalid_json', { detail: 'It is not an object.' });
}
