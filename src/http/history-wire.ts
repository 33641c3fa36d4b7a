import type { HistoryEvent } from '../engine/events.ts';
import { isoOf } from './exchange.ts';
import { placeWireOf } from './session-wire.ts';
import type { HistoryEventWire } from './wire.ts';

/** A fact of the owner's history as it travels. */
export function historyEventWireOf(event: HistoryEvent): HistoryEventWire {
  const { origin, actor } = event;
  return {
    id: event.id,
    type: event.type,
    at: isoOf(event.at),
    sessionId: event.sessionId,
    deviceName: event.deviceName,
    formFactor: origin?.client.formFactor ?? null,
    kind: origin?.client.kind ?? null,
    ip: origin?.ip ?? null,
    place: placeWireOf(origin?.place ?? null),
    methods: [...event.methods],
    reason: event.reason,
    actor: { kind: actor.kind, sessionId: actor.sessionId, deviceName: actor.deviceName },
  };
}
