import { expect, test } from 'vitest';
import { formatNumber } from './format';
import { parseValue, type Range } from './values';

const HZ: Range = { min: 20, max: 20_000, unit: 'Hz' };
const DB: Range = { min: -60, max: 12, unit: 'dB' };
const ONE: Range = { min: 0, max: 1 };
const PERCENT: Range = { min: 0, max: 100, unit: '%' };
const of = (unit: string, min: number, max: number): Range => ({ unit, min, max });

test.each<[string, Range, number]>([
  ['2k', HZ, 2000],
  ['2 K', HZ, 2000],
  ['1.5 kHz', HZ, 1500],
  ['1,5khz', HZ, 1500],
  ['440 Hz', HZ, 440],
  ['440hz', of('kHz', 0.02, 20), 0.44],
  ['2k', of('kHz', 0.02, 20), 2],
  ['20,000', of('Hz', 30, 20_000), 20_000],
  ['20 000', HZ, 20_000],
  ['20\u202f000', HZ, 20_000],
  ['20’000', HZ, 20_000],
  ['12,345.6', HZ, 12_345.6],
  ['1,234,567', of('Hz', 0, 2e6), 1_234_567],
  ['1e3', HZ, 1000],
  ['-6', DB, -6],
  ['−6 dB', DB, -6],
  ['+3db', DB, 3],
  ['50%', PERCENT, 50],
  ['50', PERCENT, 50],
  ['50 %', ONE, 0.5],
  ['-25%', { min: -1, max: 1 }, -0.25],
  ['0,707', ONE, 0.707],
  ['.5', ONE, 0.5],
  ['0.25 s', of('ms', 1, 2000), 250],
  ['250ms', of('s', 0, 2), 0.25],
  ['500 us', of('ms', 0, 5), 0.5],
  ['1k', of('ms', 1, 2000), 1000],
  ['on', ONE, 1],
  ['Off', ONE, 0],
  ['13', { ...HZ, min: 10, step: 5 }, 15],
])('%s is understood', (text, range, value) => {
  const typed = parseValue(text, range);
  expect('value' in typed ? typed.value : typed.refused).toBeCloseTo(value, 9);
});

test.each<[string, Range, string]>([
  ['loud', HZ, '“loud” isn’t understood: 20 to 20000 Hz.'],
  ['', HZ, '“” isn’t understood: 20 to 20000 Hz.'],
  ['1.2.3', HZ, '“1.2.3” isn’t understood: 20 to 20000 Hz.'],
  ['1e999', HZ, '“1e999” isn’t understood: 20 to 20000 Hz.'],
  ['12 34', HZ, '“12 34” isn’t understood: 20 to 20000 Hz.'],
  ['5x', HZ, 'x doesn’t fit: 20 to 20000 Hz.'],
  ['25 ms', HZ, 'ms doesn’t fit: 20 to 20000 Hz.'],
  ['25 kHz', HZ, '25 kHz is out of range: 20 to 20000 Hz.'],
  ['1,000', of('Hz', 0, 20_000), '1,000 may be 1 or 1000: write it without a comma.'],
  ['13', DB, '13 is out of range: −60 to 12 dB.'],
  ['50%', { min: 0, max: 10 }, '% doesn’t fit: 0 to 10.'],
  ['50%', DB, '% doesn’t fit: −60 to 12 dB.'],
  ['on', of('dB', 0, 1), '“on” isn’t understood: 0 to 1 dB.'],
])('"%s" is refused', (text, range, refused) => {
  expect(parseValue(text, range)).toEqual({ refused });
});

test('what is shown can be typed again, at the ends too', () => {
  const range = of('Hz', 19.96, 8000.4);
  for (const value of [range.min, 12.3 + range.min, 440, range.max]) {
    const typed = parseValue(formatNumber(value, range.max - range.min), range);
    expect(typed).toHaveProperty('value');
  }
  expect(parseValue('20.0', of('Hz', 20.04, 40))).toEqual({ value: 20.04 });
});
