/** Numbers and names as people read and type them. */

import type { Parameter, Stats } from './wavecraft';

/** What the sources are called. */
export const SOURCES: Record<Stats['source'], string> = {
  microphone: 'Microphone',
  tone: 'Tone',
  noise: 'Noise',
  sweep: 'Sweep',
  impulse: 'Impulse',
  step: 'Step',
  twotone: 'Two tones',
  silence: 'Silence',
  file: 'File',
};

/** A value with as many decimals as its size, and the `span` of values it is one of, ask for: 8000, −12.5, 0.71. */
export function formatNumber(value: number, span = 100): string {
  const digits = Math.abs(value) >= 99.95 ? 0 : span < 10 ? 2 : 1;
  // A zero has no sign. The minus is typography's, which screen readers read as "minus".
  return value.toFixed(digits).replace(/^-(?=[0.]*$)/, '').replace('-', '−');
}

/** A value of a range, as it stands in its field: a whole number where there are no others. */
export function formatIn(
  { min, max, step, digits }: { min: number; max: number; step?: number; digits?: number },
  value: number,
): string {
  if (digits !== undefined) return value.toFixed(digits).replace('-', '−');
  const whole = step !== undefined && Number.isInteger(step) && Number.isInteger(min);
  return whole ? String(Math.round(value)).replace('-', '−') : formatNumber(value, max - min);
}

/** A parameter's value with its unit, or the name of its choice. */
export function formatValue(parameter: Parameter, value = parameter.value): string {
  const variant = parameter.variants?.[Math.round(value)];
  if (variant !== undefined) return variant;
  const number = formatIn(parameter, value);
  return parameter.unit ? `${number} ${parameter.unit}` : number;
}

/** Linear amplitude in dBFS, −∞ for silence. */
export function toDecibels(amplitude: number): number {
  return 20 * Math.log10(Math.max(0, amplitude));
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
