import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { openStream, retryDelayMs, type StreamEvent } from '../../src/client/stream.ts';

describe('the wait before another attempt', () => {
  it('starts at half a second to a second and ends at 15 to 30 seconds', () => {
    assert.equal(retryDelayMs(0, 0), 500);
    assert.equal(retryDelayMs(0, 1), 1_000);
    assert.equal(retryDelayMs(5, 0), 15_000);
    assert.equal(retryDelayMs(5, 1), 30_000);
  });

  it('never leaves its bounds and never undercuts what the server asked for', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.nat(60),
        (attempt, random, atLeast) => {
          const delay = retryDelayMs(attempt, random, atLeast);
          assert.ok(delay >= 500 && delay <= Math.max(30_000, atLeast * 1_000));
          assert.ok(delay >= atLeast * 1_000);
        },
      ),
    );
  });
});

interface Heard {
  readonly events: StreamEvent[];
  readonly live: boolean[];
  readonly refused: Promise<void>;
}

/** Plays the answers one after the other, the last one being a refusal that ends the stream. */
async function play(answers: readonly (() => Response)[]): Promise<Heard & { readonly attempts: number }> {
  let attempts = 0;
  const events: StreamEvent[] = [];
  const live: boolean[] = [];
  const { promise: refused, resolve } = Promise.withResolvers<void>();
  const stream = openStream({
    url: '/api/stream',
    fetch: async () => {
      const answer = answers[attempts] ?? (() => new Response(null, { status: 401 }));
      attempts += 1;
      return answer();
    },
    random: () => 0,
    onEvent: (event) => events.push(event),
    onLive: (isLive) => {
      live.push(isLive);
      // The wait itself is not what is tested here.
      if (!isLive) setImmediate(() => stream.retryNow());
    },
    onRefused: resolve,
  });
  await refused;
  return { events, live, refused, attempts };
}

const ready = 'event: ready\ndata: {"asOf":"2026-11-23T13:06:00.000Z"}\n\n';

describe('the event stream', () => {
  it('delivers events it knows and passes over the others', async () => {
    const body = `${ready}event: of.tomorrow\ndata: {}\n\n`;
    const { events } = await play([() => new Response(body)]);
    assert.deepEqual(
      events.map(({ name }) => name),
      ['ready'],
    );
  });

  it('says when it is live and when it was lost, and connects again', async () => {
    const { live, attempts } = await play([() => new Response(ready), () => new Response(ready)]);
    assert.deepEqual(live, [true, false, true, false, false]);
    assert.equal(attempts, 4);
  });

  it('does not call a refused attempt live', async () => {
    const { live } = await play([() => new Response(null, { status: 503 })]);
    assert.deepEqual(live, [false, false]);
  });

  it('stops for good when it is told twice that there is no session', async () => {
    const { attempts } = await play([]);
    assert.equal(attempts, 2);
  });

  it('goes on when it was refused once: the session may just be getting a new token', async () => {
    const refusal = (): Response => new Response(null, { status: 401 });
    const { live, attempts } = await play([() => new Response(ready), refusal, () => new Response(ready)]);
    assert.deepEqual(live, [true, false, false, true, false, false]);
    assert.equal(attempts, 5);
  });
});
