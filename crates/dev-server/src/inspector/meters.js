/** Level meters: the bar is the peak, its bright part the RMS, the line the held peak; what clipped stays lit. */

import { Holds } from './hold.js';
import { decibels, share, toDecibels } from './scales.js';
import { Surface } from './surface.js';

/** The scale, in dB of full scale; above 0 there is room to show that it was passed. */
const FLOOR_DB = -60;
const CEILING_DB = 3;
/** From here on a level is high. */
const HIGH_DB = -12;
/** Numbers change no more often than they can be read, in ms. */
const READABLE_MS = 120;

/** A signal's two meters, in the element that holds them. */
export class Meters {
  #sides;
  #clip;
  #holds = new Holds(2);
  #written = -Infinity;

  constructor(element, painter) {
    this.#sides = [...element.querySelectorAll('[role=meter]')].map((meter) => {
      const side = { meter, value: meter.parentElement.querySelector('output'), rms: -Infinity, peak: -Infinity, mark: -Infinity };
      side.surface = new Surface(meter.querySelector('canvas'), painter, (surface) => draw(surface, side));
      return side;
    });
    this.#clip = element.querySelector('.clip');
    this.#clip.addEventListener('click', () => this.#clip.removeAttribute('data-on'));
  }

  /** Shows levels, linear, that were measured at `now`, in ms. */
  show({ peak, rms }, now) {
    for (const [index, side] of this.#sides.entries()) {
      [side.peak, side.rms] = [toDecibels(peak[index]), toDecibels(rms[index])];
      side.mark = this.#holds.take(index, side.peak, now);
      side.surface.request();
      if (peak[index] > 1) this.#clip.setAttribute('data-on', '');
    }
    if (now - this.#written < READABLE_MS) return;
    this.#written = now;
    for (const { meter, value, peak, rms, mark } of this.#sides) {
      const text = `peak ${decibels(mark, FLOOR_DB)}, RMS ${decibels(rms, FLOOR_DB)}`;
      value.textContent = decibels(mark, FLOOR_DB);
      value.title = text;
      meter.ariaValueNow = Math.round(Math.min(CEILING_DB, Math.max(FLOOR_DB, peak)));
      meter.ariaValueText = text;
    }
  }

  /** Nothing is measured any more. */
  clear() {
    this.show({ peak: [0, 0], rms: [0, 0] }, Infinity);
    this.#holds = new Holds(2);
    this.#written = -Infinity;
  }
}

function draw(surface, { peak, rms, mark }) {
  const { context, width, height } = surface;
  const x = (level) => width * share(level, FLOOR_DB, CEILING_DB);
  const zones = [
    [FLOOR_DB, HIGH_DB, '--good'],
    [HIGH_DB, 0, '--warn'],
    [0, CEILING_DB, '--bad'],
  ];
  for (const [from, to, color] of zones) {
    context.fillStyle = surface.color(color);
    for (const [level, alpha] of [[peak, 0.4], [rms, 1]]) {
      if (level <= from) continue;
      context.globalAlpha = alpha;
      context.fillRect(x(from), 0, x(Math.min(level, to)) - x(from), height);
    }
    context.globalAlpha = 1;
  }
  if (mark > FLOOR_DB) {
    context.fillStyle = surface.color(mark > 0 ? '--bad' : '--text');
    context.fillRect(x(mark) - 2, 0, 2, height);
  }
}
