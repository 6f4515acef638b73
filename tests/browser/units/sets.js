import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sets } from '../../../crates/dev-server/src/inspector/parameters.js';

const values = (gain, tone) => new Map([['gain', gain], ['tone', tone]]);

test('the other set begins as what is heard, and each keeps what was moved in it', () => {
  const sets = new Sets();
  assert.deepEqual(sets.switchTo('B', values(1, 10)), []);
  assert.equal(sets.active, 'B');
  // In B the gain was moved to 2.
  assert.deepEqual(sets.switchTo('A', values(2, 10)), [['gain', 1]]);
  assert.deepEqual(sets.switchTo('B', values(1, 10)), [['gain', 2]]);
  assert.deepEqual(sets.switchTo('B', values(5, 5)), [], 'it is heard already');
});

test('a copy makes the other set the same', () => {
  const sets = new Sets();
  sets.switchTo('B', values(1, 10));
  sets.switchTo('A', values(2, 20));
  sets.copy(values(3, 30));
  assert.deepEqual(sets.switchTo('B', values(3, 30)), []);
});

test('what a newer processor no longer has stays out', () => {
  const sets = new Sets();
  sets.switchTo('B', values(1, 10));
  assert.deepEqual(sets.switchTo('A', new Map([['gain', 7]])), [['gain', 1]]);
});
