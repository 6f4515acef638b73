/** The spectrum: how loud it is by frequency, and how loud it was. */

import { Holds, decibels, hertz, logShare, share } from './scales.js';
import { Surface } from './surface.js';

/** The axis, in dB: 0 is a full-scale sine on both sides. */
const FLOOR_DB = -100;
const CEILING_DB = 6;
const LINES_HZ = [50, 100, 200, 500, 1000, 2000, 5000, 10_000];
/** Room for the labels, in the picture's pixels: the curve never lies over them. */
const GUTTER = 34;
const BELOW = 16;
/** Words change no more often than they can be read, in ms. */
const READABLE_MS = 250;

export class Spectrum {
  #surface;
  #frame = null;
  #holds = new Holds(0);
  #marks = new Float64Array(0);
  #note;
  #said = -Infinity;

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
    if (frame === null || now - this.#said >= READABLE_MS) {
      this.#said = now;
      const text = frame === null ? 'nothing yet' : loudest(frame);
      if (this.#note.textContent !== text) this.#note.textContent = text;
    }
    this.#surface.request();
  }

  #draw(surface) {
    const { context, width, height } = surface;
    const floor = height - BELOW;
    const room = width - GUTTER;
    const y = (level) => floor * (1 - share(level, FLOOR_DB, CEILING_DB));
    const { levels_db: levels, low_hz: low, high_hz: high } = this.#frame ?? { levels_db: [], low_hz: 20, high_hz: 20_000 };
    surface.still(`${low} ${high}`, () => {
      for (const frequency of LINES_HZ.filter((frequency) => frequency < high)) {
        const x = GUTTER + room * logShare(frequency, low, high);
        surface.rule([x, 0], [x, floor]);
        // Labels that would touch on a narrow screen are left out.
        if (width > 420 || String(frequency).startsWith('1')) {
          surface.text(frequency < 1000 ? frequency : `${frequency / 1000}k`, x, height - 3, 'center');
        }
      }
      for (let level = 0; level > FLOOR_DB; level -= 20) {
        surface.rule([GUTTER, y(level)], [width, y(level)]);
        surface.text(`${level}`.replace('-', '−'), GUTTER - 6, y(level) + 4, 'right');
      }
      surface.rule([GUTTER, floor], [width, floor], '--edge');
    });
    if (levels.length === 0) return;
    const x = (index) => GUTTER + (room * index) / (levels.length - 1);
    context.beginPath();
    context.moveTo(GUTTER, floor);
    for (let index = 0; index < levels.length; index++) context.lineTo(x(index), y(levels[index]));
    context.lineTo(width, floor);
    context.fillStyle = surface.color('--left-faint');
    context.fill();
    surface.line(levels.length, x, (index) => y(this.#marks[index]), '--right');
    surface.line(levels.length, x, (index) => y(levels[index]), '--left', 1.5);
  }
}

/** The loudest partial in words. */
export function loudest({ peak, levels_db: levels }) {
  if (peak) return `loudest ${hertz(peak.hz)}, ${decibels(peak.db)}`;
  return levels.every((level) => level <= FLOOR_DB) ? 'no signal' : '';
}
