/** The spectrum: how loud the output is by frequency, and how loud it was. */

import { Holds } from './hold.js';
import { decibels, hertz, logShare, share } from './scales.js';
import { Surface } from './surface.js';

/** The axis, in dB: 0 is a full-scale sine on both sides. */
const FLOOR_DB = -100;
const CEILING_DB = 6;
const LINES_HZ = [50, 100, 200, 500, 1000, 2000, 5000, 10_000];

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
