import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moved, stretch } from '../../../crates/dev-server/src/inspector/range.js';
import { numbers } from '../../../crates/dev-server/src/inspector/strip.js';

const file = { length_frames: 48_000, sample_rate: 48_000 };

test('a loop is in order, within the file, and 10 ms long at least', () => {
  assert.deepEqual(stretch(30_000, 10_000.4, file), [10_000, 30_000]);
  assert.deepEqual(stretch(-5, 99_999, file), [0, 48_000]);
  assert.deepEqual(stretch(100, 100, file), [100, 580]);
  assert.deepEqual(stretch(48_000, 48_000, file), [47_520, 48_000]);
});

test('keys move an end', () => {
  assert.equal(moved({ key: 'ArrowRight' }, 0, file), 480);
  assert.equal(moved({ key: 'ArrowLeft', shiftKey: true }, 960, file), 480);
  assert.equal(moved({ key: 'ArrowLeft' }, 100, file), 0);
  assert.equal(moved({ key: 'End' }, 100, file), 48_000);
  assert.equal(moved({ key: 'a' }, 100, file), undefined);
});

test('a signal is told by its numbers', () => {
  assert.equal(numbers({ source: 'tone', signal: { hz: 1000, level_db: -12 } }), '1.00 kHz · −12.0 dB');
  assert.equal(numbers({ source: 'sweep', signal: { from_hz: 20, to_hz: 20_000, seconds: 10, level_db: -12 } }),
    '20.0 Hz to 20.0 kHz · in 10.0 s · −12.0 dB');
});
