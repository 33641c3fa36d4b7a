import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { historyDays } from '../../../src/ui/model/history-days.ts';
import {
  ago,
  countdown,
  dayAndTime,
  dayName,
  exact,
  isActiveNow,
  until,
  viewerFrom,
  zoneName,
} from '../../../src/ui/model/times.ts';
import { before, now } from '../sessions.ts';

const viewer = { locale: 'en-GB', timeZone: 'Europe/Berlin' };
const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

describe('how long ago', () => {
  it('is said in the largest unit that fits', () => {
    const said = [20, 4 * minute, 19 * hour, 31 * hour, 13 * day].map((seconds) =>
      ago(before(seconds), now, viewer),
    );
    assert.deepEqual(said, ['just now', '4 minutes ago', '19 hours ago', 'yesterday', '13 days ago']);
  });

  it('counts days by the calendar of the viewer', () => {
    // Midnight in Berlin lies between the two.
    assert.equal(ago(before(38 * hour), now, viewer), 'yesterday');
    assert.equal(ago(before(39 * hour), now, viewer), '2 days ago');
  });

  it('is never in the future', () => {
    fc.assert(
      fc.property(fc.integer({ min: -400 * day, max: 400 * day }), (seconds) => {
        assert.doesNotMatch(ago(before(seconds), now, viewer), /^in |tomorrow/);
      }),
    );
  });

  it('counts as now for two minutes', () => {
    assert.equal(isActiveNow(before(2 * minute), now), true);
    assert.equal(isActiveNow(before(2 * minute + 1), now), false);
  });
});

describe('dates', () => {
  it('stand in the zone of the viewer', () => {
    assert.equal(dayAndTime('2026-11-16T07:41:00.000Z', now, viewer), '16 Nov, 08:41');
    const there = { locale: 'en-GB', timeZone: 'Pacific/Auckland' };
    assert.equal(dayAndTime('2026-11-16T12:41:00.000Z', now, there), '17 Nov, 01:41');
  });

  it('name the year when it is another one', () => {
    assert.equal(dayAndTime('2025-03-04T12:00:00.000Z', now, viewer), '4 Mar 2025, 13:00');
  });

  it('are exact to the second with the zone that held then', () => {
    assert.match(exact('2026-10-24T09:15:08.000Z', viewer), /^24 October 2026.*11:15:08$/);
    assert.equal(zoneName('2026-10-24T09:15:08.000Z', viewer), 'Central European Summer Time');
    assert.equal(zoneName('2026-11-24T09:15:08.000Z', viewer), 'Central European Standard Time');
  });

  it('head a day with its name, then the rest', () => {
    assert.deepEqual(dayName(before(60), now, viewer), {
      key: '20780',
      title: 'Today',
      note: '23 November',
    });
    assert.equal(dayName(before(20 * hour), now, viewer).title, 'Yesterday');
    const older = dayName('2026-11-17T22:19:00.000Z', now, viewer);
    assert.deepEqual([older.title, older.note], ['17 November', 'Tuesday']);
  });

  it('follow the first English locale the viewer reads', () => {
    assert.equal(viewerFrom(['de-DE', 'en-US'], 'UTC').locale, 'en-US');
    assert.equal(viewerFrom(['de-DE'], 'UTC').locale, 'en-GB');
  });
});

describe('what is left', () => {
  it('is said ahead', () => {
    assert.equal(until(before(-3 * day), now, viewer), 'in 3 days');
    assert.equal(until(before(-2 * hour), now, viewer), 'in 2 hours');
  });

  it('counts down in minutes and seconds', () => {
    assert.deepEqual([65, 9.2, 0, -4].map(countdown), ['1:05', '0:10', '0:00', '0:00']);
  });
});

describe('the days of the history', () => {
  it('hold every event once, under the day it fell on for the viewer', () => {
    const event = (id: string, at: string) => ({
      id,
      at,
      type: 'password.changed' as const,
      sessionId: null,
      deviceName: null,
      formFactor: null,
      kind: null,
      ip: null,
      place: null,
      methods: [],
      reason: null,
      actor: { kind: 'user' as const, sessionId: null, deviceName: null },
    });
    const days = historyDays(
      [
        event('a', '2026-11-23T12:00:00.000Z'),
        event('b', '2026-11-22T23:30:00.000Z'),
        event('c', '2026-11-22T22:30:00.000Z'),
      ],
      now,
      viewer,
    );
    assert.deepEqual(
      days.map(({ title, events }) => [title, events.map(({ id }) => id).join('')]),
      [
        ['Today', 'ab'],
        ['Yesterday', 'c'],
      ],
    );
  });
});
