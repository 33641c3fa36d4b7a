import { RollcallError } from '../../errors.ts';
import type { Exchange } from '../exchange.ts';

const largestBody = 64 * 1024;

/** Reads the body to its end, refusing more than 64 KiB with `content_too_large` as soon as it is known. */
export async function readBytes({ request }: Exchange): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > largestBody) throw tooLarge();
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > largestBody) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function tooLarge(): RollcallError {
  return new RollcallError('content_too_large');
}
