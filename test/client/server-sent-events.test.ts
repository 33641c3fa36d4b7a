import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseServerSentEvents, type StreamMessage } from '../../src/client/server-sent-events.ts';

function readAll(chunks: readonly string[]): readonly StreamMessage[] {
  let rest = '';
  return chunks.flatMap((chunk) => {
    const parsed = parseServerSentEvents(rest + chunk);
    rest = parsed.rest;
    return parsed.messages;
  });
}

describe('reading an event stream', () => {
  it('reads name and data, and joins several lines of data', () => {
    assert.deepEqual(readAll(['event: ready\ndata: {"a":\ndata: 1}\n\n']), [
      { name: 'ready', data: '{"a":\n1}' },
    ]);
  });

  it('leaves out comments and blocks without data', () => {
    assert.deepEqual(readAll([': here\n\nevent: ready\n\n: here\n\n']), []);
  });

  it('keeps what is not complete for the next chunk', () => {
    assert.deepEqual(parseServerSentEvents('data: 1\n\ndata: 2\n'), {
      messages: [{ name: 'message', data: '1' }],
      rest: 'data: 2\n',
    });
  });

  it('reads the same however the stream is cut and whatever ends its lines', () => {
    const stream = ': hi\n\nevent: a\ndata: one\n\nid: 7\nevent: b\ndata:two\ndata\n\n';
    const expected = [
      { name: 'a', data: 'one' },
      { name: 'b', data: 'two\n' },
    ];
    fc.assert(
      fc.property(
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat(80), { maxLength: 8 }),
        (ending, cuts) => {
          const text = stream.replaceAll('\n', ending);
          const places = [0, ...cuts.map((cut) => cut % text.length).sort((a, b) => a - b), text.length];
          const chunks = places.slice(1).map((end, index) => text.slice(places[index], end));
          // A lone CR at the very end waits for a possible LF, so a comment follows.
          assert.deepEqual(readAll([...chunks, `: end${ending}`]), expected);
        },
      ),
    );
  });
});
