/** The oscilloscope. */

import { milliseconds, number } from './scales.js';
import { Surface } from './surface.js';

/** Full scale ends a little inside of the picture, so that a clipped top is seen as one. */
const ROOM = 0.94;
/** Room for the labels, in the picture's pixels: what is drawn never lies over them. */
const GUTTER = 34;
const BELOW = 16;
const DIVISIONS = 5;

/** Both sides over each other, from the trigger on, which the server looks for. */
export class Scope {
  #surface;
  #frame = null;
  #note;
  #controls;

  /** `at(id)` finds the canvas and its controls; `changed()` is called when a person wants another picture from the server. */
  constructor(at, painter, changed) {
    this.#surface = new Surface(at('scope'), painter, (surface) => this.#draw(surface));
    this.#note = at('scope-note');
    const [edge, level, span, zoom, hold] = ['edge', 'level', 'span', 'zoom', 'hold'].map((name) => at(`scope-${name}`));
    this.#controls = { edge, level, span, zoom, hold };
    for (const control of [edge, level, span, zoom]) control.addEventListener('input', () => this.#surface.request());
    for (const control of [edge, level, span]) control.addEventListener('change', changed);
  }

  /** What to ask the server for. */
  get wanted() {
    const { edge, level, span } = this.#controls;
    return { span_ms: Number(span.value), edge: edge.value, level: Number(level.value) / 100 };
  }

  /** Shows a frame, unless the picture is held. `null`: there is none any more. */
  show(frame) {
    if (this.#controls.hold.checked && frame !== null) return;
    this.#frame = frame;
    this.#surface.request();
  }

  #draw(surface) {
    const { width, height } = surface;
    const { level, zoom, span } = this.#controls;
    const [gain, threshold] = [Number(zoom.value), Number(level.value) / 100];
    const frame = this.#frame;
    const shown = frame === null ? Number(span.value) : milliseconds(frame.frames ?? frame.points_l.length, frame.sample_rate);
    const floor = height - BELOW;
    const y = (sample) => (floor / 2) * (1 - ROOM * gain * sample);
    surface.still(`${gain} ${threshold} ${shown}`, () => {
      for (let division = 0; division <= DIVISIONS; division++) {
        const x = GUTTER + ((width - GUTTER - 1) * division) / DIVISIONS;
        surface.rule([x, 0], [x, floor]);
        const last = division === DIVISIONS;
        surface.text(`${number((shown * division) / DIVISIONS, 0)}${last ? ' ms' : ''}`, x, height - 3, last ? 'right' : division ? 'center' : 'left');
      }
      for (const share of [-1, -0.5, 0, 0.5, 1]) {
        const at = y(share / gain);
        surface.rule([GUTTER, at], [width, at], share === 0 ? '--edge' : '--line');
        if (share !== 0.5 && share !== -0.5) surface.text(number(share / gain, gain > 1 && share ? 2 : 0), GUTTER - 6, at + 4, 'right');
      }
      if (threshold !== 0) surface.rule([GUTTER, y(threshold)], [width, y(threshold)], '--warn');
    });
    if (frame === null) return this.#say('nothing yet');
    const { context } = surface;
    context.save();
    context.beginPath();
    context.rect(GUTTER, 0, width - GUTTER, floor);
    context.clip();
    const draw = frame.pairs ? band : wave;
    draw(surface, frame.points_r, y, '--right');
    draw(surface, frame.points_l, y, '--left');
    context.restore();
    const time = `${number(shown, shown % 1 ? 1 : 0)} ms`;
    this.#say(frame.no_signal ? `no signal · ${time}` : frame.triggered === false ? `not triggered · ${time}` : time);
  }

  #say(text) {
    if (this.#note.textContent !== text) this.#note.textContent = text;
  }
}

/** One point a frame: a line through them. */
function wave(surface, points, y, color) {
  const last = Math.max(1, points.length - 1);
  const x = (index) => GUTTER + ((surface.width - GUTTER) * index) / last;
  surface.line(points.length, x, (index) => y(points[index]), color, 1.5);
}

/** Smallest and largest of each share: what lies between them, never thinner than a line. */
function band(surface, points, y, color) {
  const { context, width } = surface;
  const count = Math.floor(points.length / 2);
  const x = (share) => GUTTER + ((width - GUTTER) * share) / Math.max(1, count - 1);
  context.beginPath();
  for (let share = 0; share < count; share++) context.lineTo(x(share), y(points[2 * share + 1]) - 0.75);
  for (let share = count - 1; share >= 0; share--) context.lineTo(x(share), y(points[2 * share]) + 0.75);
  context.fillStyle = surface.color(color);
  context.fill();
}
