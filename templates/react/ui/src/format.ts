/** Numbers as people read and type them. */

import type { Parameter } from './wavecraft';

/** A value with as many decimals as its size, and the `span` of values it is one of, ask for: 8000, −12.5, 0.71. */
export function formatNumber(value: number, span = 100): string {
  const digits = Math.abs(value) >= 99.95 ? 0 : span < 10 ? 2 : 1;
  // A zero has no sign. The minus is typography's, which screen readers read as "minus".
  return value.toFixed(digits).replace(/^-(?=[0.]*$)/, '').replace('-', '−');
}

/** A parameter's value with its unit, or the name of its choice. */
export function formatValue(parameter: Parameter, value = parameter.value): string {
  const variant = parameter.variants?.[Math.round(value)];
  if (variant !== undefined) return variant;
  const number = formatNumber(value, parameter.max - parameter.min);
  return parameter.unit ? `${number} ${parameter.unit}` : number;
}

/** What somebody typed, with a comma or a point; `null` where it is no number. */
export function parseNumber(text: string): number | null {
  const value = Number(text.trim().replace('−', '-').replace(',', '.'));
  return text.trim() === '' || !Number.isFinite(value) ? null : value;
}

/** Linear amplitude in dBFS, −∞ for silence. */
export function toDecibels(amplitude: number): number {
  return 20 * Math.log10(Math.max(0, amplitude));
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
