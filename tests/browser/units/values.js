import assert from 'node:assert/strict';
import { test } from 'node:test';
import { positionOf, valueAt, isSwitch } from '../../../crates/dev-server/src/inspector/controls.js';
import { understood, written } from '../../../crates/dev-server/src/inspector/values.js';

const hz = { unit: 'Hz', min: 20, max: 20_000 };
const db = { unit: 'dB', min: -60, max: 12 };
const ms = { unit: 'ms', min: 1, max: 2000 };
const share = { min: 0, max: 1 };
const shape = { min: 0, max: 2, variants: ['Sine', 'Square', 'Saw'] };

test('a skewed control goes back and forth', () => {
  const tone = { min: 20, max: 10_020, skew: 2 };
  assert.equal(valueAt(tone, 0.5), 2520);
  assert.equal(positionOf(tone, 2520), 0.5);
  assert.deepEqual([valueAt(tone, 0), valueAt(tone, 1)], [20, 10_020]);
  assert.deepEqual([positionOf(tone, -1), positionOf(tone, 20_000)], [0, 1]);
  // A range without width has one position.
  assert.equal(positionOf({ min: 3, max: 3 }, 3), 0);
});

test('a value has the decimals that it needs, and what is shown can be typed', () => {
  assert.equal(written(db, -12.345), '−12.3');
  assert.equal(written(hz, 8000), '8000');
  assert.equal(written(share, 0.7071), '0.71');
  assert.equal(written({ min: 0, max: 8, step: 1 }, 3), '3');
  assert.equal(written(db, -0.001), '0.0');
  for (const value of [-12.3, 0, 7.5]) assert.equal(understood(db, written(db, value)).value, value);
  // The end is written as more than it is, and meant.
  assert.deepEqual(understood({ min: 0, max: 0.9996 }, '1.00'), { value: 0.9996 });
});

test('what a person types is understood in the unit and the range of the parameter', () => {
  for (const [parameter, text, value] of [
    [hz, '2k', 2000], [hz, '2 K', 2000], [hz, '1.5 kHz', 1500], [hz, '1,5khz', 1500], [hz, ' 440 Hz ', 440], [hz, '440,5', 440.5],
    [{ ...hz, unit: 'kHz', min: 0.02, max: 20 }, '440hz', 0.44], [{ ...hz, unit: 'kHz', min: 0.02, max: 20 }, '2k', 2],
    [{ ...hz, min: 30 }, '20,000', 20_000], [hz, '20 000', 20_000], [hz, '20’000', 20_000], [hz, '1e3', 1000],
    [hz, '12,345.6', 12_345.6], [hz, '1000.', 1000],
    [db, '-6', -6], [db, '−6 dB', -6], [db, '–6', -6], [db, '+3db', 3],
    [{ unit: '%', min: 0, max: 100 }, '50%', 50], [{ unit: '%', min: 0, max: 100 }, '50', 50],
    [share, '50 %', 0.5], [{ min: -1, max: 1 }, '-25%', -0.25], [share, '0,707', 0.707], [share, '.5', 0.5], [share, '-0', 0],
    [ms, '0.25 s', 250], [ms, '1k', 1000], [{ unit: 's', min: 0, max: 2 }, '250ms', 0.25], [{ unit: 'ms', min: 0, max: 5 }, '500 us', 0.5],
    [{ ...hz, min: 10, step: 5 }, '13', 15], [hz, '1,234.5', 1234.5], [{ ...hz, max: 2e6 }, '1,234,567', 1_234_567], [share, 'on', 1], [share, 'Off', 0], [shape, 'saw', 2], [shape, 'si', 0], [shape, '1', 1],
    [{ unit: 'decibels per second', min: 0, max: 5000 }, '12 decibels per second', 12],
  ]) {
    const { value: got, refused } = understood(parameter, text);
    assert.ok(Math.abs(got - value) < 1e-9, `${text}: ${got ?? refused}`);
  }
});

test('what isn’t understood is refused with a word that says the range', () => {
  for (const [parameter, text, refused] of [
    [hz, 'loud', '“loud” isn’t understood: 20 to 20000 Hz.'],
    [hz, '12 34', '“12 34” isn’t understood: 20 to 20000 Hz.'],
    [hz, '5x', 'x doesn’t fit: 20 to 20000 Hz.'],
    [hz, '', '“” isn’t understood: 20 to 20000 Hz.'],
    [hz, '1.2.3', '“1.2.3” isn’t understood: 20 to 20000 Hz.'],
    [hz, '1e999', '“1e999” isn’t understood: 20 to 20000 Hz.'],
    [hz, '25 kHz', '25 kHz is out of range: 20 to 20000 Hz.'],
    [hz, '25 ms', 'ms doesn’t fit: 20 to 20000 Hz.'],
    [db, '13', '13 is out of range: −60 to 12 dB.'],
    [db, '50%', '% doesn’t fit: −60 to 12 dB.'],
    [{ min: 0, max: 10 }, '50%', '% doesn’t fit: 0 to 10.'],
    [{ ...hz, min: 0 }, '1,000', '1,000 may be 1 or 1000: write it without a comma.'],
    [{ ...db, min: 0, max: 1 }, 'on', '“on” isn’t understood: 0 to 1 dB.'],
    [shape, 's', '“s” isn’t understood: 0 to 2.'],
  ]) {
    assert.deepEqual(understood(parameter, text), { refused });
  }
});

test('on or off is a switch, and nothing else is', () => {
  assert.ok(isSwitch({ type: 'bool' }) && isSwitch({ type: 'enum', variants: ['Off', 'On'] }));
  assert.ok(!isSwitch({ type: 'enum', variants: ['Sine', 'Saw'] }) && !isSwitch({ type: 'float' }));
});
