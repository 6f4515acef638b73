import { expect, test } from 'vitest';
import { formatNumber, parseNumber, toDecibels } from './format';

test('numbers have the decimals that their size asks for', () => {
  expect([8000, 440.4, 99.96, 12.34, 6, 0, -0.04, -12.5].map((value) => formatNumber(value))).toEqual(
    ['8000', '440', '100', '12.3', '6.0', '0.0', '0.0', '−12.5'],
  );
  expect(formatNumber(0.707, 1)).toBe('0.71');
});

test('what is shown can be typed again', () => {
  for (const value of [8000, 12.3, -12.5, 0]) expect(parseNumber(formatNumber(value))).toBe(value);
  expect(parseNumber(' 1,5 ')).toBe(1.5);
  for (const text of ['', ' ', 'loud', '1e999']) expect(parseNumber(text)).toBeNull();
});

test('full scale is 0 dBFS', () => {
  expect(toDecibels(1)).toBe(0);
  expect(toDecibels(0.5)).toBeCloseTo(-6.02, 2);
  expect(toDecibels(0)).toBe(-Infinity);
});
