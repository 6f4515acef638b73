import assert from 'node:assert/strict';
import { test } from 'node:test';
import { positionOf, typed, valueAt, written } from '../../../crates/dev-server/src/inspector/controls.js';

const tone = { min: 20, max: 10_020, skew: 2 };

test('a skewed control goes back and forth', () => {
  assert.equal(valueAt(tone, 0.5), 2520);
  assert.equal(positionOf(tone, 2520), 0.5);
  assert.deepEqual([valueAt(tone, 0), valueAt(tone, 1)], [20, 10_020]);
  assert.deepEqual([positionOf(tone, -1), positionOf(tone, 20_000)], [0, 1]);
  // A range without width has one position.
  assert.equal(positionOf({ min: 3, max: 3 }, 3), 0);
});

test('a value has the decimals that it needs, and what is shown can be typed', () => {
  const gain = { min: -60, max: 12 };
  assert.equal(written(gain, -12.345), '−12.35');
  assert.equal(written(tone, 8000), '8000');
  assert.equal(written({ min: 0, max: 1 }, 0.7071), '0.707');
  assert.equal(written({ min: 0, max: 8, step: 1 }, 3), '3');
  assert.equal(written(gain, -0.001), '0.00');
  for (const value of [-12.35, 0, 7.5]) assert.equal(typed(gain, written(gain, value)), value);
});

test('what was typed is moved into the range, and what is no number is none', () => {
  assert.equal(typed(tone, ' 440,5 '), 440.5);
  assert.equal(typed(tone, '1e9'), 10_020);
  for (const text of ['', '  ', 'loud', '1e999', '1.2.3']) assert.equal(typed(tone, text), null);
});
