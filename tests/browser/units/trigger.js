import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crossing } from '../../../crates/dev-server/src/inspector/pictures.js';

const sine = Array.from({ length: 1024 }, (_, index) => Math.sin((2 * Math.PI * (index - 9.5)) / 100));

test('a waveform is cut where it crosses the level on the edge', () => {
  assert.equal(crossing(sine, 512, { edge: 'rising', level: 0 }), 10);
  assert.equal(crossing(sine, 512, { edge: 'falling', level: 0 }), 60);
  const high = crossing(sine, 512, { edge: 'rising', level: 0.9 });
  assert.ok(sine[high] >= 0.9 && sine[high - 1] < 0.9);
});

test('what begins at a crossing is cut there', () => {
  assert.equal(crossing([0, 0.1, 0.2], 3, { edge: 'rising', level: 0 }), 0);
  assert.equal(crossing([0, -0.1, -0.2], 3, { edge: 'falling', level: 0 }), 0);
});

test('nothing is cut where there is no crossing, or too little behind it', () => {
  assert.equal(crossing(sine, 512, { edge: 'rising', level: 1.1 }), null);
  assert.equal(crossing(new Array(1024).fill(0), 512, { edge: 'rising', level: 0 }), null);
  assert.equal(crossing(sine.slice(0, 520), 512, { edge: 'rising', level: 0 }), null);
});
