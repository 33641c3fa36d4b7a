import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Sightings } from '../../src/cluster/sightings.ts';

const node = (nodeId: string, renewal: number) => ({ nodeId, renewal, applied: 0 });

describe('the silence of another node', () => {
  test('counts from the first sight of its latest renewal, by the own clock', () => {
    const sightings = new Sightings();
    sightings.see([node('b', 7)], 100);
    sightings.see([node('b', 7)], 350);
    assert.equal(sightings.silenceMs(node('b', 7), 600), 500);
  });

  test('is over with any other renewal', () => {
    const sightings = new Sightings();
    sightings.see([node('b', 7)], 100);
    sightings.see([node('b', 8)], 350);
    assert.equal(sightings.silenceMs(node('b', 8), 600), 250);
  });

  test('is none for a renewal that was never seen', () => {
    const sightings = new Sightings();
    assert.equal(sightings.silenceMs(node('b', 7), 600), 0);
    sightings.see([node('b', 7)], 100);
    assert.equal(sightings.silenceMs(node('b', 8), 5_000), 0);
  });

  test('starts anew for a node that was gone from the table', () => {
    const sightings = new Sightings();
    sightings.see([node('b', 7)], 100);
    sightings.see([], 350);
    sightings.see([node('b', 7)], 600);
    assert.equal(sightings.silenceMs(node('b', 7), 700), 100);
  });
});
