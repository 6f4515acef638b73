/** What a measuring document says, believed in nothing: numbers, levels that may be infinite, and why there is none, in words. */

import { hertz, number } from './scales.js';

/** The version of documents that this page reads. */
const VERSION = 1;
/** No list of a document is longer. */
const MOST = 8192;

/** A number, or a level that may be infinite; `null` where it is neither. */
export function level(value) {
  if (value === '-Infinity') return -Infinity;
  if (value === 'Infinity') return Infinity;
  return Number.isFinite(value) ? value : null;
}

/** A list's numbers and levels, `null` where one is none. */
export const levels = (list) => items(list).map(level);

export const items = (list) => (Array.isArray(list) ? list.slice(0, MOST) : []);

const text = (value) => (typeof value === 'string' ? value.slice(0, 200) : '');

/** What was measured as `{value}`, or `{why}` in words; nothing where it wasn't asked for. `of` makes a value of what stands there. */
export function taken(measured, of = level) {
  if (measured === undefined || measured === null) return undefined;
  if (Object.hasOwn(measured, 'value')) {
    const value = of(measured.value);
    return value === null || value === undefined ? { why: 'it can’t be read' } : { value };
  }
  return { why: why(measured.unmeasured) };
}

const UNITS = { dbfs: 'dBFS', db: 'dB', hertz: 'Hz', seconds: 's', count: 'in number' };

const WHY = {
  silent: () => 'it is silent',
  notFinite: ({ frame, channel }) => `frame ${whole(frame)} of channel ${whole(channel)} is no number (NaN or infinity)`,
  tooShort: ({ frames, needed }) => `it takes ${whole(needed)} frames, and there are ${whole(frames)}`,
  latencyUnknown: () => 'its latency is unclear: nothing in the answer can be told to be the signal',
  latencyTooLong: ({ frames, limit }) => `a latency of ${whole(frames)} frames is more than the ${whole(limit)} that can be measured with`,
  channelsChanged: ({ given, answered }) => `${whole(given)} channels became ${whole(answered)}`,
  ratesDiffer: ({ beforeHz, afterHz }) => `${whole(beforeHz)} Hz can’t be compared with ${whole(afterHz)} Hz`,
  aboveNyquist: ({ frequencyHz, nyquistHz }) => `${whole(frequencyHz)} Hz isn’t below half of the sample rate, ${whole(nyquistHz)} Hz`,
  rateOutOfRange: ({ rateHz }) => `a sample rate of ${whole(rateHz)} Hz isn’t measured`,
  outOfRange: ({ value, lowest, highest, unit }) => `${plain(value)} isn’t between ${plain(lowest)} and ${plain(highest)} ${UNITS[unit] ?? ''}`.trim(),
  belowNoise: ({ floor }) => `below the noise, ${decibels(level(floor))}`,
  unsettled: ({ seconds }) => `after ${plain(seconds)} s it is still changing`,
  noChange: () => 'it doesn’t change',
  fasterThan: ({ limitMs }) => `faster than ${plain(limitMs)} ms`,
  stopped: () => 'the processor had stopped',
  nothingCounted: () => 'there was nothing to count',
};

const whole = (value) => (Number.isFinite(value) ? number(value, 0) : '?');
const plain = (value) => (Number.isFinite(value) ? String(Number(value.toFixed(2))).replace('-', '−') : '?');

/** Why a figure isn't there, for a person. */
export function why(unmeasured) {
  const known = typeof unmeasured?.why === 'string' && Object.hasOwn(WHY, unmeasured.why);
  return known ? WHY[unmeasured.why](unmeasured) : 'no reason was given';
}

/** Is it a document of a kind that this page reads? */
export const readable = (document) => typeof document === 'object' && document !== null && document.version === VERSION;

/** Decibels with so many digits: "−0.8 dB", "−∞ dB". */
export const decibels = (value, digits = 1, unit = 'dB') => `${signed(value, digits)} ${unit}`;

/** A number that may be infinite. */
export function signed(value, digits = 1) {
  if (value === null || Number.isNaN(value)) return '?';
  return Number.isFinite(value) ? number(value, digits) : value > 0 ? '∞' : '−∞';
}

/** A change, its sign always told: "+0.1 dB"; none where nothing is left after rounding. */
export function change(value, digits, unit) {
  const text = signed(value, digits);
  const rises = value > 0 && /[1-9∞]/.test(text);
  return `${rises ? '+' : ''}${text}${unit === '°' ? '' : ' '}${unit}`.trim();
}

/** Percent with about two digits that count. */
export function percent(value) {
  if (!Number.isFinite(value)) return '? %';
  const size = Math.abs(value);
  const digits = size === 0 ? 0 : size < 0.001 ? 5 : size < 0.1 ? 3 : size < 10 ? 2 : 0;
  return `${number(value, digits)} %`;
}

/** The parameters' values while it was measured: `{id, name, text}`. */
export const settings = (document) =>
  items(document?.subject?.settings).map(({ id, name, text: shown } = {}) => ({ id: text(id), name: text(name), text: text(shown) }));

/** The settings that are other ones in `other`, as "Drive 12 dB, was 6 dB". */
export function otherwise(document, other) {
  const before = new Map(settings(other).map(({ id, text }) => [id, text]));
  return settings(document)
    .filter(({ id, text }) => before.has(id) && before.get(id) !== text)
    .map(({ id, name, text }) => `${name} ${text}, was ${before.get(id)}`);
}

/** For which signals the figures hold. */
export function conditions({ plan = {} }) {
  const { rateHz, levelDbfs, blockFrames, channels } = plan;
  return [
    Number.isFinite(levelDbfs) && `at ${decibels(levelDbfs, 0, 'dBFS')}`,
    Number.isFinite(rateHz) && hertz(rateHz),
    Number.isFinite(blockFrames) && `blocks of ${blockFrames} frames`,
    channels === 1 ? 'mono' : channels === 2 && 'stereo',
  ].filter(Boolean).join(' · ');
}

/** Was everything measured that can be? */
export const isFull = (document) => document?.plan?.depth === 'full';
