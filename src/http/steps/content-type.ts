import { RollcallError } from '../../errors.ts';
import type { Exchange } from '../exchange.ts';

const jsonType = /^application\/json *(; *charset *= *("utf-8"|utf-8) *)?$/i;

/**
 * Refuses a body that is announced as anything but uncompressed JSON in UTF-8 with `unsupported_media_type`. That JSON must
 * be announced keeps forms of other sites out, which can't.
 */
export function refuseOtherContent({ request }: Exchange): void {
  const encoding = request.headers.get('content-encoding');
  if (encoding !== null && encoding.toLowerCase() !== 'identity') throw refusal();
  const type = request.headers.get('content-type');
  if (type !== null && !jsonType.test(type)) throw refusal();
}

/** Refuses a body that was not announced as JSON. */
export function requireJsonType({ request }: Exchange): void {
  if (request.headers.get('content-type') === null) throw refusal();
}

function refusal(): RollcallError {
  return new RollcallError('unsupported_media_type');
}
