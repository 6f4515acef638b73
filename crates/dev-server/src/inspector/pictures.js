/** The oscilloscope and the spectrum. */

import { Holds, decibels, hertz, logShare, milliseconds, number, share } from './scales.js';
import { Surface } from './surface.js';

/** Full scale ends a little inside of the picture, so that a clipped top is seen as one. */
const ROOM = 0.94;

/** The oscilloscope: both sides over each other, from the trigger on. */
export class Scope {
  #surface;
  #frame = null;
  #note;
  #controls;

  /** `at(id)` finds the canvas and its controls. */
  constructor(at, painter) {
    this.#surface = new Surface(at('scope'), painter, (surface) => this.#draw(surface));
    this.#note = at('scope-note');
    const [edge, level, frames, zoom, hold] = ['edge', 'level', 'frames', 'zoom', 'hold'].map((name) => at(`scope-${name}`));
    this.#controls = { edge, level, frames, zoom, hold };
    for (const control of [edge, level, frames, zoom]) control.addEventListener('input', () => this.#surface.request());
  }

  /** Shows a frame, unless the picture is held. `null`: there is none any more. */
  show(frame) {
    if (this.#controls.hold.checked && frame !== null) return;
    this.#frame = frame;
    this.#surface.request();
  }

  #draw(surface) {
    const { width, height } = surface;
    const { edge, level, frames, zoom } = this.#controls;
    const [gain, threshold, shown] = [Number(zoom.value), Number(level.value) / 100, Number(frames.value)];
    const y = (sample) => (height / 2) * (1 - ROOM * gain * sample);
    for (let division = 1; division < 8; division++) {
      const x = Math.round((width * division) / 8) + 0.5;
      surface.rule([x, 0], [x, height]);
    }
    for (const share of [-1, -0.5, 0.5, 1]) surface.rule([0, y(share / gain)], [width, y(share / gain)]);
    surface.rule([0, y(0)], [width, y(0)], '', '--edge');
    surface.text(`${number(1 / gain, gain > 1 ? 2 : 0)}`, 4, y(1 / gain) + 12);
    if (threshold !== 0) surface.rule([0, y(threshold)], [width, y(threshold)], '', '--warn');
    const frame = this.#frame;
    if (frame === null) return this.#say('nothing yet');
    const { points_l: left, points_r: right, sample_rate: rate, no_signal: silent } = frame;
    const from = silent ? 0 : crossing(left, shown, { edge: edge.value, level: threshold });
    const begin = from ?? 0;
    const x = (index) => (width * index) / (shown - 1);
    surface.line(shown, x, (index) => y(right[begin + index]), '--right', 1.5);
    surface.line(shown, x, (index) => y(left[begin + index]), '--left', 1.5);
    const time = `${number(milliseconds(shown, rate))} ms`;
    this.#say(silent ? `no signal · ${time}` : from === null ? `not triggered · ${time}` : time);
  }

  #say(text) {
    if (this.#note.textContent !== text) this.#note.textContent = text;
  }
}

/**
 * The first index at which `samples` cross `level` on this edge, and from which `shown` of them can be seen; `null` where
 * there is none.
 */
export function crossing(samples, shown, { edge, level }) {
  const sign = edge === 'falling' ? -1 : 1;
  // What came before the first sample is taken to lie on the line through the first two.
  let before = 2 * samples[0] - samples[1];
  for (let index = 0; index + shown <= samples.length; index++) {
    if (sign * (before - level) < 0 && sign * (samples[index] - level) >= 0) return index;
    before = samples[index];
  }
  return null;
}

/** The axis, in dB: 0 is a full-scale sine on both sides. */
const FLOOR_DB = -100;
const CEILING_DB = 6;
const LINES_HZ = [50, 100, 200, 500, 1000, 2000, 5000, 10_000];

/** The spectrum: how loud the output is by frequency, and how loud it was. */
export class Spectrum {
  #surface;
  #frame = null;
  #holds = new Holds(0);
  #marks = new Float64Array(0);
  #note;

  /** `note` is told what is loudest. */
  constructor(canvas, note, painter) {
    this.#surface = new Surface(canvas, painter, (surface) => this.#draw(surface));
    this.#note = note;
  }

  /** Shows a frame that came at `now`, in ms. `null`: there is none any more. */
  show(frame, now) {
    this.#frame = frame;
    const levels = frame?.levels_db ?? [];
    if (levels.length !== this.#holds.count) {
      this.#holds = new Holds(levels.length);
      this.#marks = new Float64Array(levels.length);
    }
    for (let index = 0; index < levels.length; index++) {
      this.#marks[index] = this.#holds.take(index, levels[index], now);
    }
    this.#surface.request();
  }

  #draw(surface) {
    const { context, width, height } = surface;
    const y = (level) => height * (1 - share(level, FLOOR_DB, CEILING_DB));
    const { levels_db: levels, low_hz: low, high_hz: high } = this.#frame ?? { levels_db: [], low_hz: 20, high_hz: 20_000 };
    for (const frequency of LINES_HZ.filter((frequency) => frequency < high)) {
      const x = width * logShare(frequency, low, high);
      surface.rule([x, 0], [x, height]);
      // Labels that would touch on a narrow screen are left out.
      if (width > 420 || String(frequency).startsWith('1')) {
        surface.text(frequency < 1000 ? frequency : `${frequency / 1000}k`, x + 3, height - 4);
      }
    }
    for (let level = 0; level > FLOOR_DB; level -= 20) surface.rule([0, y(level)], [width, y(level)], `${level}`.replace('-', '−'));
    if (levels.length === 0) return this.#say('nothing yet');
    const x = (index) => (width * index) / (levels.length - 1);
    context.beginPath();
    context.moveTo(0, height);
    for (let index = 0; index < levels.length; index++) context.lineTo(x(index), y(levels[index]));
    context.lineTo(width, height);
    context.fillStyle = surface.color('--left-faint');
    context.fill();
    surface.line(levels.length, x, (index) => y(this.#marks[index]), '--right');
    surface.line(levels.length, x, (index) => y(levels[index]), '--left', 1.5);
    const loudest = levels.indexOf(Math.max(...levels));
    const frequency = low * (high / low) ** (loudest / (levels.length - 1));
    const quiet = levels[loudest] <= FLOOR_DB;
    this.#say(quiet ? 'no signal' : `loudest near ${hertz(Number(frequency.toPrecision(2)))}, ${decibels(levels[loudest])}`);
  }

  #say(text) {
    if (this.#note.textContent !== text) this.#note.textContent = text;
  }
}
