/** A parameter's value as it is written, and what a person means who types one. */

import { number } from './scales.js';

/** A value with as many decimals as its parameter has, or else as its size, and that of its range, ask for; without its unit. */
export function written({ min, max, step, digits }, value) {
  return number(value, digits ?? (step >= 1 || Math.abs(value) >= 99.95 ? 0 : max - min < 10 ? 2 : 1));
}

/** A value with its unit. */
export const withUnit = (parameter, value) => `${written(parameter, value)} ${parameter.unit ?? ''}`.trim();

/** How many of a unit are one of its family's first. */
const FAMILIES = [
  { hz: 1, khz: 1000 },
  { s: 1, sec: 1, second: 1, seconds: 1, ms: 1e-3, millisecond: 1e-3, milliseconds: 1e-3, µs: 1e-6, μs: 1e-6, us: 1e-6 },
];

const WORDS = { on: 1, yes: 1, true: 1, off: 0, no: 0, false: 0 };

/** A number, and what stands behind it. */
const PARTS = /^([+-]?(?:\d[\d.,]*|[.,]\d+)(?:e[+-]?\d+)?)\s*([^\d.,\s].*)?$/i;

/** What somebody typed: `{value}` within the parameter's range, or `{refused}`, a sentence that says the range. */
export function understood(parameter, typed) {
  const { min, max, unit = '' } = parameter;
  const shown = typed.trim();
  const [from, to] = [min, max].map((end) => written(parameter, end).replace(/\.0+$/, ''));
  const range = `${from} to ${to} ${unit}`.trim();
  const word = named(parameter, shown.toLowerCase());
  if (word !== undefined) return { value: word };
  const text = shown.replace(/[−–]/g, '-').replace(/(?<=\d)['’\s\u00a0\u2009\u202f](?=\d{3}(?!\d))/g, '');
  const [, digits, suffix = ''] = PARTS.exec(text) ?? [];
  const readings = digits === undefined ? [] : numbers(digits);
  if (readings.length === 0) return { refused: `“${shown}” isn’t understood: ${range}.` };
  const factor = factorOf(suffix.trim(), unit, min, max);
  if (factor === undefined) return { refused: `${suffix.trim()} doesn’t fit: ${range}.` };
  const values = readings.map((value) => within(parameter, value * factor)).filter((value) => value !== undefined);
  if (values.length === 0) return { refused: `${shown} is out of range: ${range}.` };
  if (values.length === 2) return { refused: `${shown} may be ${readings.join(' or ')}: write it without a comma.` };
  return { value: values[0] };
}

/** A choice's name, or the only one that begins so; on and off where there is nothing but 0 and 1 between. */
function named({ min, max, unit = '', variants }, text) {
  if (variants) {
    const names = variants.map((name) => name.toLowerCase());
    const begins = text === '' ? [] : names.filter((name) => name.startsWith(text));
    const index = names.indexOf(text) >= 0 ? names.indexOf(text) : begins.length === 1 ? names.indexOf(begins[0]) : -1;
    if (index >= 0) return index;
  }
  return min === 0 && max === 1 && unit === '' ? WORDS[text] : undefined;
}

/** The numbers that digits with points and commas may be: one, two where a comma may stand for thousands, or none. */
function numbers(digits) {
  const plain = (text) => [Number(text)].filter(Number.isFinite);
  if (/^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(digits)) {
    const grouped = plain(digits.replaceAll(',', ''));
    const decimal = /^[+-]?[1-9]\d{0,2},\d{3}$/.test(digits) || /^[+-]?0,/.test(digits) ? plain(digits.replace(',', '.')) : [];
    return /^[+-]?0/.test(digits) ? decimal : [...decimal, ...grouped];
  }
  return digits.includes(',') && digits.includes('.') ? [] : plain(digits.replace(',', '.'));
}

/** By what a number with this suffix is multiplied to be one of `unit`; nothing where they have nothing in common. */
function factorOf(suffix, unit, min, max) {
  const [given, own] = [suffix.toLowerCase(), unit.toLowerCase()];
  if (given === '' || given === own) return 1;
  if (given === 'k') return own === 'khz' ? 1 : 1000;
  if (given === '%') return unit === '' && min >= -1 && max <= 1 ? 0.01 : undefined;
  const family = FAMILIES.find((family) => Object.hasOwn(family, given) && Object.hasOwn(family, own));
  return family && family[given] / family[own];
}

/** The nearest step, or the end of the range that the value is written like; nothing outside of it. */
function within(parameter, value) {
  const { min, max, step } = parameter;
  const near = (end) => written(parameter, end) === written(parameter, value);
  if (value < min) return near(min) ? min : undefined;
  if (value > max) return near(max) ? max : undefined;
  return step ? Math.min(max, min + step * Math.round((value - min) / step)) : value;
}
