import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  arrange,
  dismiss,
  emptyRoster,
  isEnded,
  type Roster,
  waitingCount,
  withLabel,
  withList,
  withOwnEnding,
  withoutSession,
  withSession,
} from '../../../src/ui/model/roster.ts';
import { before, session } from '../sessions.ts';

const here = session({ id: 'here', current: true });
const start = arrange(
  withList(emptyRoster, [here, session({ id: 'a' }), session({ id: 'b' })], before(0)),
  false,
);
const ids = (roster: Roster): string => roster.shown.map(({ id }) => id).join(' ');
const ended = (id: string) => ({ id, by: { deviceName: 'My iPhone', current: false } });

describe('the list on the page', () => {
  it('puts a new session under this device', () => {
    assert.equal(
      ids(arrange(withSession(start, { session: session({ id: 'new' }) }), false)),
      'here new a b',
    );
  });

  it('changes facts where they stand and keeps the mark of this device', () => {
    const update = { ...here, current: false, lastActiveAt: before(1) };
    const roster = arrange(withSession(start, { session: update }), true);
    assert.deepEqual(roster.shown[0], { ...update, current: true });
  });

  it('takes a session that ended elsewhere off when nobody is on the list', () => {
    assert.equal(ids(arrange(withoutSession(start, ended('a')), false)), 'here b');
  });

  it('keeps rows in their places while they are held, and counts what waits', () => {
    const changed = withSession(withoutSession(start, ended('a')), { session: session({ id: 'new' }) });
    const held = arrange(changed, true);
    assert.equal(ids(held), 'here a b');
    assert.equal(isEnded(held, 'a'), true);
    assert.equal(held.endings.get('a')?.by, 'My iPhone');
    assert.equal(waitingCount(held), 2);
    const released = arrange(held, false);
    assert.equal(ids(released), 'here new b');
    assert.equal(waitingCount(released), 0);
  });

  it('leaves a row this page ended in its place until it is dismissed', () => {
    const own = arrange(withOwnEnding(start, 'a'), false);
    assert.equal(ids(own), 'here a b');
    assert.equal(waitingCount(own), 0);
    assert.equal(ids(dismiss(own, 'a')), 'here b');
  });

  it('never brings an ended session back through a list that was under way', () => {
    const late = withList(withoutSession(start, ended('a')), [here, session({ id: 'a' })], before(0));
    assert.equal(ids(arrange(late, false)), 'here');
    const again = withSession(late, { session: session({ id: 'a' }) });
    assert.equal(ids(arrange(again, false)), 'here');
  });

  it('gives a label to every session of the device', () => {
    const one = session({ id: 'c', device: 'd' });
    const roster = arrange(withList(emptyRoster, [one, session({ id: 'e', device: 'd' })], before(0)), false);
    assert.deepEqual(
      withLabel(roster, 'd', 'Studio PC').shown.map(({ device }) => device.label),
      ['Studio PC', 'Studio PC'],
    );
  });

  it('never moves or drops a row while held, whatever happens', () => {
    const happening = fc.oneof(
      fc.constantFrom('a', 'b', 'x', 'y').map((id) => (roster: Roster) => withoutSession(roster, ended(id))),
      fc
        .constantFrom('a', 'b', 'x', 'y')
        .map((id) => (roster: Roster) => withSession(roster, { session: session({ id }) })),
      fc.subarray(['b', 'a', 'x']).map(
        (list) => (roster: Roster) =>
          withList(
            roster,
            list.map((id) => session({ id })),
            before(0),
          ),
      ),
    );
    fc.assert(
      fc.property(fc.array(happening), (happenings) => {
        const held = happenings.reduce((roster, happen) => arrange(happen(roster), true), start);
        assert.equal(ids(held), 'here a b');
        const truth = arrange(held, false);
        assert.deepEqual(
          truth.shown.map(({ id }) => id),
          truth.latest.map(({ id }) => id),
        );
      }),
    );
  });
});
