import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axis, figure, rangeOf, runs, words } from '../../../crates/dev-server/src/inspector/probes.js';

const at = (least, greatest) => ({ least, greatest, last: greatest });

test('an axis has few lines, holds every value, and stays while they move a little', () => {
  for (const range of [[-12.3, 0], [0.2, 0.21], [440, 440], [0, 0], [-1e-30, 1e-30], [1, 1e9], [-3.4e38, 3.4e38], [999_999, 1_000_000]]) {
    const [least, greatest, step] = axis(range);
    assert.ok(least <= range[0] && greatest >= range[1] && least < greatest, `${range}: ${least} ${greatest}`);
    const lines = (greatest - least) / step;
    assert.ok(lines >= 1 && lines <= 5.001, `${range}: ${lines} lines`);
  }
  assert.deepEqual(axis([-11.9, -0.1]), axis([-11.2, -0.7]));
  for (const constant of [0.5, -20, 440, 0.001]) {
    const [least, greatest, step] = axis([constant, constant]);
    const labels = [least, greatest].map((value) => figure(value, step));
    assert.ok(labels.every((label) => label.length <= 8), `${labels}`);
  }
});

test('a time without values is a gap, and no value is none', () => {
  const nothing = { not_finite: 3 };
  assert.equal(rangeOf([nothing]), null);
  assert.deepEqual(rangeOf([at(-3, -1), nothing, at(-9, -5)]), [-9, -1]);
  assert.deepEqual(runs([nothing, at(1, 2), at(2, 3), nothing, at(3, 4)]).map((run) => run.length), [2, 1]);
});

test('values are written with the digits that matter', () => {
  assert.deepEqual([0, -6.25, 12.34, 1234.5, 0.01234].map((value) => figure(value)), ['0.00', '−6.25', '12.3', '1235', '0.0123']);
  assert.deepEqual([2.5e7, -3e-6].map((value) => figure(value)), ['2.5e+7', '−3.0e−6']);
  assert.deepEqual([figure(-5, 5), figure(0.2, 0.1), figure(-0.00002, 0.00001)], ['−5', '0.2', '−0.00002']);
});

test('what is no number is said, and is no value', () => {
  assert.deepEqual(words({ last: -3 }), { text: '−3.00' });
  assert.deepEqual(words({ not_finite: 2 }), { text: 'NaN/Inf', tone: 'bad' });
  assert.deepEqual(words({ last: 1, not_finite: 2 }), { text: '1.00, and NaN/Inf', tone: 'bad' });
  assert.deepEqual(words({}), { text: '–' });
});
