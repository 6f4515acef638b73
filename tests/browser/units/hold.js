import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Holds } from '../../../crates/dev-server/src/inspector/scales.js';

test('a mark stays for 1.5 s, then falls by 24 dB a second', () => {
  const holds = new Holds(2);
  assert.equal(holds.at(0, 0), -Infinity);
  assert.equal(holds.take(0, -6, 1000), -6);
  assert.equal(holds.take(0, -40, 2500), -6);
  assert.equal(holds.take(0, -40, 3000), -18);
  assert.equal(holds.at(1, 3000), -Infinity);
});

test('a louder level takes the mark at once, and one as loud as the fallen mark lifts it', () => {
  const holds = new Holds(1);
  holds.take(0, -6, 0);
  assert.equal(holds.take(0, -3, 10), -3);
  assert.equal(holds.take(0, -12, 2010), -12);
  assert.equal(holds.at(0, 3000), -12);
});
