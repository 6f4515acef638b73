/** The oscilloscope: both sides over each other, from the trigger on. */

import { milliseconds, number } from './scales.js';
import { Surface } from './surface.js';
import { crossing } from './trigger.js';

/** Full scale ends a little inside of the picture, so that a clipped top is seen as one. */
const ROOM = 0.94;

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
