import type { Signal } from '../engine/events.ts';
import type { SignalSink } from '../engine/ports.ts';
import type { MessageLine } from './ports.ts';

/**
 * Brings signals to the open pages of every node: to this node's at once, to the others' by messages that may be lost.
 * Ends are not sent: the feed carries them.
 */
export class SignalRelay implements SignalSink {
  readonly #local: SignalSink;
  readonly #line: MessageLine;

  constructor(local: SignalSink, line: MessageLine) {
    this.#local = local;
    this.#line = line;
    line.onMessage((message) => this.#receive(message));
  }

  publish(signal: Signal): void {
    this.#local.publish(signal);
    if (signal.type !== 'session.terminated') this.#line.send(JSON.stringify(signal));
  }

  #receive(message: string): void {
    const signal = signalOf(message);
    if (signal !== null) this.#local.publish(signal);
  }
}

/** The signal in a message; null for anything else, such as one of another version. */
function signalOf(message: string): Signal | null {
  const fields = fieldsOf(message);
  const { type, userId } = fields;
  if (typeof userId !== 'string') return null;
  if (type === 'device.labelled') return withDevice(userId, fields['deviceId']);
  if (type === 'session.established' || type === 'session.updated')
    return withSession(type, userId, fields['sessionId']);
  return null;
}

function withDevice(userId: string, deviceId: unknown): Signal | null {
  return typeof deviceId === 'string' ? { type: 'device.labelled', userId, deviceId } : null;
}

function withSession(
  type: 'session.established' | 'session.updated',
  userId: string,
  sessionId: unknown,
): Signal | null {
  return typeof sessionId === 'string' ? { type, userId, sessionId } : null;
}

function fieldsOf(
  message: string,
): { readonly type?: unknown; readonly userId?: unknown } & Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(message);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
