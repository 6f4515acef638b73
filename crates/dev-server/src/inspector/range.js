/** A stretch of a file, from one frame to another, as somebody drags or types it. */

import { clamp } from './scales.js';

/** The shortest loop, in seconds. */
const SHORTEST_S = 0.01;

/** `[from, to]` in order, within the file, and never shorter than a loop may be; frames are whole. */
export function stretch(one, other, { length_frames: length, sample_rate: rate }) {
  const least = Math.min(length, Math.ceil(SHORTEST_S * rate));
  const from = clamp(Math.round(Math.min(one, other)), 0, length - least);
  return [from, clamp(Math.round(Math.max(one, other)), from + least, length)];
}

/** How far a key moves a handle, in frames; nothing for another key. A hundredth of the file, with Shift a hundredth of a second. */
export function moved({ key, shiftKey }, at, { length_frames: length, sample_rate: rate }) {
  const step = shiftKey ? SHORTEST_S * rate : length / 100;
  const to = { ArrowRight: at + step, ArrowUp: at + step, ArrowLeft: at - step, ArrowDown: at - step, Home: 0, End: length }[key];
  return to === undefined ? undefined : clamp(Math.round(to), 0, length);
}
