import { RollcallError } from '../../errors.ts';
import type { Exchange } from '../exchange.ts';

const longestUrl = 8192;

/** Refuses a URL of more than 8 KiB with `uri_too_long`. */
export function refuseLongUrl({ request }: Exchange): void {
  if (request.url.length > longestUrl) throw new RollcallError('uri_too_long');
}
