/** One block of `text/event-stream` (HTML standard, section 9.2). A comment is how the server says it is there. */
export interface StreamMessage {
  readonly name: string;
  readonly data: string;
}

export interface ParsedChunk {
  readonly messages: readonly StreamMessage[];
  /** What is not complete yet; to be put before the next chunk. */
  readonly rest: string;
}

/** Reads the complete messages out of a buffer. Comments and blocks without data are left out. */
export function parseServerSentEvents(buffer: string): ParsedChunk {
  // A trailing CR may be the first half of CRLF, so it waits for its other half.
  const held = buffer.endsWith('\r') ? '\r' : '';
  const text = buffer.slice(0, buffer.length - held.length).replaceAll(/\r\n?/g, '\n');
  const blocks = text.split('\n\n');
  const rest = (blocks.pop() ?? '') + held;
  return { messages: blocks.map(parseBlock).filter((message) => message !== null), rest };
}

function parseBlock(block: string): StreamMessage | null {
  let name = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const [field, value] = fieldOf(line);
    if (field === 'event') name = value;
    if (field === 'data') data.push(value);
  }
  return data.length === 0 ? null : { name, data: data.join('\n') };
}

function fieldOf(line: string): readonly [string, string] {
  const colon = line.indexOf(':');
  if (colon === -1) return [line, ''];
  const value = line.slice(colon + 1);
  return [line.slice(0, colon), value.startsWith(' ') ? value.slice(1) : value];
}
