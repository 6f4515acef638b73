/** What somebody typed for a value. */

import { formatIn } from './format';

/** What a value may be. */
export interface Range {
  min: number;
  max: number;
  unit?: string;
  /** The distance between values, from `min` on, where only some are allowed. */
  step?: number;
  /** How many decimals are shown, where that doesn't go by the size. */
  digits?: number;
}

/** The value, or a sentence that says why there is none. */
export type Typed = { value: number } | { refused: string };

/** A sign, digits with their points, commas and gaps, an exponent, and a unit. */
const TYPED = /^([+-]?)([\d.,'’\s]*)(e[+-]?\d+)?\s*([^\d.,'’\s].*)?$/i;
/** A gap between groups of three digits. */
const GAP = /(?<=\d)[\s'’](?=\d{3}(?!\d))/g;
const PLAIN = /^(\d+\.?\d*|\.\d+)$/;
const GROUPED = /^[1-9]\d{0,2}((,\d{3})+\.\d+|(,\d{3}){2,})$/;
/** 1,000: a thousand or one, by where somebody lives. */
const AMBIGUOUS = /^[1-9]\d{0,2},\d{3}$/;
const DECIMAL = /^\d*,\d+$/;

/** Units of one kind, by their size. */
const KINDS: Record<string, number>[] = [
  { hz: 1, khz: 1000 },
  { s: 1, ms: 1e-3, µs: 1e-6, μs: 1e-6, us: 1e-6 },
];
const WORDS: Record<string, number> = { on: 1, yes: 1, true: 1, off: 0, no: 0, false: 0 };

/** Understands "2k", "1.5 kHz", "−6 dB", "50%", "1,5", "on"; what lies outside of the range is refused. */
export function parseValue(text: string, range: Range): Typed {
  const plain = text.trim().replace(/[−–]/g, '-');
  const word = range.min === 0 && range.max === 1 && !range.unit ? WORDS[plain.toLowerCase()] : undefined;
  if (word !== undefined) return { value: word };

  const [, sign, digits = '', exponent = '', unit = ''] = TYPED.exec(plain) ?? [];
  const readings = readingsOf(digits.trim().replace(GAP, '')).map((digits) => Number(`${sign}${digits}${exponent}`));
  if (readings.length === 0 || !readings.every(Number.isFinite)) {
    return { refused: `“${text.trim()}” isn’t understood: ${written(range)}.` };
  }
  const factor = factorOf(unit, range);
  if (factor === undefined) return { refused: `${unit} doesn’t fit: ${written(range)}.` };

  const values = readings.map((reading) => within(reading * factor, range)).filter((value) => value !== undefined);
  const [value, other] = values;
  if (value === undefined) return { refused: `${text.trim()} is out of range: ${written(range)}.` };
  if (other !== undefined) {
    return { refused: `${text.trim()} may be ${readings.join(' or ')}: write it without a comma.` };
  }
  return { value };
}

/** The numbers that digits may stand for, with a decimal point. */
function readingsOf(digits: string): string[] {
  if (PLAIN.test(digits)) return [digits];
  if (GROUPED.test(digits)) return [digits.replaceAll(',', '')];
  if (AMBIGUOUS.test(digits)) return [digits.replace(',', '.'), digits.replace(',', '')];
  return DECIMAL.test(digits) ? [digits.replace(',', '.')] : [];
}

/** What a number in `typed` is multiplied by to be in the range's unit; `undefined` where it is another kind of thing. */
function factorOf(typed: string, { unit = '', min, max }: Range): number | undefined {
  const [from, to] = [typed.toLowerCase(), unit.toLowerCase()];
  if (from === '' || from === to) return 1;
  if (from === 'k') return to === 'khz' ? 1 : 1000;
  if (from === '%') return unit === '' && min >= -1 && max <= 1 ? 0.01 : undefined;
  for (const kind of KINDS) {
    if (kind[from] && kind[to]) return kind[from] / kind[to];
  }
  return undefined;
}

/** The value of the range that is meant; `undefined` outside. What is shown can be typed, so an end is within as it is written. */
function within(value: number, range: Range): number | undefined {
  const { min, max, step } = range;
  const show = (value: number) => formatIn(range, value);
  if (value < min) return show(value) === show(min) ? min : undefined;
  if (value > max) return show(value) === show(max) ? max : undefined;
  return step ? Math.min(max, min + step * Math.round((value - min) / step)) : value;
}

function written(range: Range): string {
  const [from, to] = [range.min, range.max].map((end) => formatIn(range, end).replace(/\.0+$/, ''));
  return `${from} to ${to}${range.unit ? ` ${range.unit}` : ''}`;
}
