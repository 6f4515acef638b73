/** A parameter's values: where they lie on a control, how they are written, and what somebody typed. */

import { clamp, number } from './scales.js';

/** Where the control of a parameter stands for `value`, from 0 to 1. */
export const positionOf = ({ min, max, skew = 1 }, value) =>
  clamp((value - min) / (max - min || 1), 0, 1) ** (1 / skew);

/** The value for a position of the control. */
export const valueAt = ({ min, max, skew = 1 }, position) => clamp(min + (max - min) * position ** skew, min, max);

/** A value with as many decimals as its size, and that of its range, ask for; without its unit. */
export function written({ min, max, step }, value) {
  if (step >= 1) return number(value, 0);
  return number(value, Math.abs(value) >= 1000 ? 0 : max - min < 10 ? 3 : max - min < 100 ? 2 : 1);
}

/** What somebody typed, with a comma or a point, moved into the range; `null` where it is no number. */
export function typed({ min, max }, text) {
  const value = Number(text.trim().replace('−', '-').replace(',', '.'));
  return text.trim() === '' || !Number.isFinite(value) ? null : clamp(value, min, max);
}
