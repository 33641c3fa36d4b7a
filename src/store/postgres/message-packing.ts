/** PostgreSQL refuses a notification of 8,000 bytes or more. */
const maxPayloadBytes = 7_999;

/** What one notification carries. */
export interface Packed {
  /** The node that sent it. */
  readonly nodeId: string;
  readonly messages: readonly string[];
}

/** As few payloads as hold the messages, in order. A message that fits into none is left out. */
export function packMessages(nodeId: string, messages: readonly string[]): readonly string[] {
  const head = `[${JSON.stringify(nodeId)}`;
  const room = maxPayloadBytes - Buffer.byteLength(head) - 1;
  const payloads: string[] = [];
  let parts = '';
  let used = 0;
  for (const message of messages) {
    const part = `,${JSON.stringify(message)}`;
    const size = Buffer.byteLength(part);
    if (size > room) continue;
    if (used + size > room) {
      payloads.push(`${head}${parts}]`);
      parts = '';
      used = 0;
    }
    parts += part;
    used += size;
  }
  return parts === '' ? payloads : [...payloads, `${head}${parts}]`];
}

/** What is in a payload; null for anything that `packMessages` did not make. */
export function unpackMessages(payload: string): Packed | null {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return null;
  }
  if (!Array.isArray(value) || !value.every((part) => typeof part === 'string')) return null;
  const [nodeId, ...messages] = value as readonly string[];
  return nodeId === undefined ? null : { nodeId, messages };
}
