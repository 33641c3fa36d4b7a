import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { maskedAddress } from '../../../src/ui/model/addresses.ts';
import {
  cleanLabel,
  deviceIcon,
  distinctNames,
  firstOf,
  groupByDevice,
  newestOf,
} from '../../../src/ui/model/devices.ts';
import { subjects } from '../../../src/ui/model/subjects.ts';
import { before, now, session } from '../sessions.ts';

const viewer = { locale: 'en-GB', timeZone: 'Europe/Berlin' };

describe('grouping by device', () => {
  it('puts every session in exactly one group, in the order given', () => {
    const sessions = ['a', 'b', 'c', 'd'].map((id, index) => session({ id, device: `d${index % 2}` }));
    const groups = groupByDevice(sessions);
    assert.deepEqual(
      groups.map((group) => group.sessions.map(({ id }) => id)),
      [
        ['a', 'c'],
        ['b', 'd'],
      ],
    );
  });

  it('shows the session used last and the one signed in first', () => {
    const [group] = groupByDevice([
      session({ id: 'old', device: 'd', establishedAt: before(900), lastActiveAt: before(800) }),
      session({ id: 'new', device: 'd', establishedAt: before(100), lastActiveAt: before(10) }),
    ]);
    assert.ok(group);
    assert.equal(newestOf(group).id, 'new');
    assert.equal(firstOf(group).id, 'old');
  });
});

describe('the names of controls', () => {
  it('are as short as they can be', () => {
    const one = session({ id: 'a', label: 'My iPhone', name: 'Safari on iPhone' });
    const names = subjects(null, groupByDevice([one, session({ id: 'b' })]), now, viewer);
    assert.equal(names.get('a'), 'My iPhone, Safari on iPhone');
    assert.equal(names.get('b'), 'Chrome on Windows');
  });

  it('tell twins apart by when they signed in', () => {
    const twins = [
      session({ id: 'a', establishedAt: before(240) }),
      session({ id: 'b', establishedAt: before(86_400) }),
    ];
    const names = subjects(null, groupByDevice(twins), now, viewer);
    assert.equal(names.get('a'), 'Chrome on Windows, signed in 23 Nov, 14:02');
    assert.equal(names.get('b'), 'Chrome on Windows, signed in 22 Nov, 14:06');
  });

  it('tell this device from its twin', () => {
    const here = session({ id: 'here', current: true });
    const names = subjects(here, groupByDevice([session({ id: 'b' })]), now, viewer);
    assert.equal(names.get('here'), 'Chrome on Windows, This device');
    assert.match(names.get('b') ?? '', /^Chrome on Windows, signed in /);
  });

  it('all differ, whatever the owner calls the devices', () => {
    const given = fc.record({
      device: fc.constantFrom('d1', 'd2', 'd3'),
      label: fc.constantFrom(null, 'Laptop', 'Laptop, 2', 'Laptop, 2 sessions', 'Chrome on Windows'),
      name: fc.constantFrom('Chrome on Windows', 'Laptop'),
      establishedAt: fc.constantFrom(before(60), before(61), before(9_000)),
    });
    fc.assert(
      fc.property(fc.array(given, { maxLength: 12 }), (rows) => {
        const sessions = rows.map((row, index) => session({ ...row, id: `s${index}` }));
        const groups = groupByDevice(sessions);
        const names = subjects(session({ id: 'here', current: true }), groups, now, viewer);
        const several = groups.filter((group) => group.sessions.length > 1).length;
        assert.equal(names.size, sessions.length + several + 1);
        assert.equal(new Set(names.values()).size, names.size);
      }),
    );
  });

  it('are numbered when nothing else tells them apart', () => {
    const names = distinctNames(['a', 'b'].map((key) => ({ key, names: ['Same'] })));
    assert.deepEqual([...names.values()], ['Same, 1', 'Same, 2']);
  });
});

describe('a label', () => {
  it('has 1 to 60 visible characters', () => {
    assert.equal(cleanLabel('   '), null);
    assert.equal(cleanLabel('x'.repeat(61)), null);
    assert.equal(cleanLabel('x'.repeat(60)), 'x'.repeat(60));
    assert.equal(cleanLabel('👩‍👩‍👧'.repeat(60)), '👩‍👩‍👧'.repeat(60));
  });

  it('loses what nobody sees', () => {
    assert.equal(cleanLabel(' Work\u202elaptop\u0000 '), 'Worklaptop');
  });

  it('keeps markup as the text it is', () => {
    assert.equal(cleanLabel('<b>Pi</b>'), '<b>Pi</b>');
  });
});

describe('what stands for a device and its address', () => {
  it('is an icon by kind first, by form second', () => {
    assert.equal(deviceIcon({ kind: 'cli', formFactor: 'desktop' }), 'terminal');
    assert.equal(deviceIcon({ kind: 'browser', formFactor: 'phone' }), 'phone');
    assert.equal(deviceIcon({ kind: 'browser', formFactor: 'desktop' }), 'laptop');
    assert.equal(deviceIcon({ kind: 'unknown', formFactor: 'unknown' }), 'unknown');
  });

  it('is half an address where it is masked', () => {
    assert.equal(maskedAddress('203.0.113.7'), '203.0.···.···');
    assert.equal(maskedAddress('2001:db8:4c1e::2a91'), '2001:db8:···');
    assert.equal(maskedAddress('::1'), '::···');
  });
});
