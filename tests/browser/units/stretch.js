import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moved, stretch } from '../../../crates/dev-server/src/inspector/range.js';

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
