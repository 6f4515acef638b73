import { expect, test } from 'vitest';
import { formatIn, formatNumber, toDecibels } from './format';

test('numbers have the decimals that their size asks for', () => {
  expect([8000, 440.4, 99.96, 12.34, 6, 0, -0.04, -12.5].map((value) => formatNumber(value))).toEqual(
    ['8000', '440', '100', '12.3', '6.0', '0.0', '0.0', '−12.5'],
  );
  expect(formatNumber(0.707, 1)).toBe('0.71');
});

test('where only whole numbers are allowed there are no decimals', () => {
  expect([-3, 0, 4].map((value) => formatIn({ min: -5, max: 5, step: 1 }, value))).toEqual(['−3', '0', '4']);
  expect(formatIn({ min: 0, max: 1, step: 0.25 }, 0.5)).toBe('0.50');
});

test('full scale is 0 dBFS', () => {
  expect(toDecibels(1)).toBe(0);
  expect(toDecibels(0.5)).toBeCloseTo(-6.02, 2);
  expect(toDecibels(0)).toBe(-Infinity);
});
