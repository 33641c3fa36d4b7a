import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MessageLine } from '../../src/cluster/ports.ts';
import { SignalRelay } from '../../src/cluster/relay.ts';
import { theSystem } from '../../src/engine/changes.ts';
import type { Signal } from '../../src/engine/events.ts';

/** A relay whose line ends in the test. */
function createRelay() {
  const told: Signal[] = [];
  const sent: string[] = [];
  let deliver: (message: string) => void = () => undefined;
  const line: MessageLine = {
    send: (message) => void sent.push(message),
    onMessage: (listener) => {
      deliver = listener;
    },
  };
  const relay = new SignalRelay({ publish: (signal) => void told.push(signal) }, line);
  return { relay, told, sent, deliver: (message: string) => deliver(message) };
}

const signals: readonly Signal[] = [
  { type: 'session.established', userId: 'mara', sessionId: 's' },
  { type: 'session.updated', userId: 'mara', sessionId: 's' },
  { type: 'device.labelled', userId: 'mara', deviceId: 'd' },
];

describe('a signal', () => {
  for (const signal of signals) {
    test(`${signal.type} reaches the pages of this node at once and those of others as it was`, () => {
      const [here, there] = [createRelay(), createRelay()];
      here.relay.publish(signal);
      assert.deepEqual(here.told, [signal]);
      for (const message of here.sent) there.deliver(message);
      assert.deepEqual(there.told, [signal]);
      assert.deepEqual(there.sent, []);
    });
  }

  test('of an end stays here: the feed brings it to the others', () => {
    const { relay, told, sent } = createRelay();
    const facts = { userId: 'mara', sessionId: 's', reason: 'revoked', at: 1, actor: theSystem() } as const;
    relay.publish({ type: 'session.terminated', ...facts });
    assert.deepEqual([told.length, sent.length], [1, 0]);
  });
});

describe('a message that is no signal', () => {
  const messages = [
    '',
    'null',
    '[]',
    '{',
    '{"type":"session.updated","userId":"mara"}',
    '{"type":"session.updated","userId":7,"sessionId":"s"}',
    '{"type":"device.labelled","userId":"mara","deviceId":{}}',
    '{"type":"session.terminated","userId":"mara","sessionId":"s"}',
    '{"type":"of.later","userId":"mara","sessionId":"s"}',
  ];
  for (const message of messages) {
    test(`changes nothing: ${message === '' ? 'nothing at all' : message}`, () => {
      const { told, deliver } = createRelay();
      deliver(message);
      assert.deepEqual(told, []);
    });
  }
});
