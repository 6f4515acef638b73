import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decibels, hertz, logShare, milliseconds, number, share, toDecibels } from '../../../crates/dev-server/src/inspector/scales.js';

test('full scale is 0 dB, and silence has no level', () => {
  assert.equal(toDecibels(1), 0);
  assert.ok(Math.abs(toDecibels(0.5) + 6.02) < 0.01);
  assert.equal(toDecibels(0), -Infinity);
  assert.equal(decibels(-Infinity), '−∞ dB');
  assert.equal(decibels(-6.02), '−6.0 dB');
});

test('scales end at their ends, also the logarithmic one', () => {
  assert.deepEqual([-90, -60, -30, 0, 7].map((level) => share(level, -60, 0)), [0, 0, 0.5, 1, 1]);
  assert.ok(Math.abs(logShare(200, 20, 2000) - 0.5) < 1e-9);
  assert.equal(logShare(0, 20, 2000), 0);
});

test('numbers are written as people read them', () => {
  assert.deepEqual([number(-0.04), number(-12.34), number(0, 0)], ['0.0', '−12.3', '0']);
  assert.deepEqual([61.6, 440, 999.6, 1234, 1000, 9900, 12_345].map(hertz), ['61.6 Hz', '440 Hz', '1.00 kHz', '1.23 kHz', '1.00 kHz', '9.90 kHz', '12.3 kHz']);
  assert.deepEqual([milliseconds(480, 48_000), milliseconds(480, 0)], [10, 0]);
});
