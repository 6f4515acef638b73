/** How loud it is now. */

import { Holds, decibels, number, share, toDecibels } from './scales.js';

/** The scale, in dB of full scale; above 0 there is room to show that it was passed. */
const FLOOR_DB = -60;
const CEILING_DB = 3;
/** Numbers change no more often than they can be read, in ms. */
const READABLE_MS = 200;

/** A signal's two meters, in the element that holds them: the bar is the peak, its bright part the RMS, the line the held
 * peak; what clipped stays lit. */
export class Meters {
  #sides;
  #clip;
  #painter;
  #holds = new Holds(2);
  #written = -Infinity;
  #now = 0;

  constructor(element, painter) {
    this.#painter = painter;
    this.#sides = [...element.querySelectorAll('[role=meter]')].map((meter) => {
      // The colours lie below and never change; two lids and a mark are moved over them.
      const [dim, dark, mark] = ['dim', 'dark', 'mark'].map((name) => {
        const part = document.createElement('i');
        part.className = name;
        return part;
      });
      meter.append(dim, dark, mark);
      const value = meter.parentElement.querySelector('output');
      return { meter, value, parts: { dim, dark, mark }, shown: {}, rms: -Infinity, peak: -Infinity, held: -Infinity };
    });
    this.#clip = element.querySelector('.clip');
    this.#clip.addEventListener('click', () => this.#clip.removeAttribute('data-on'));
  }

  /** Shows levels, linear, that were measured at `now`, in ms. */
  show({ peak, rms }, now) {
    for (const [index, side] of this.#sides.entries()) {
      [side.peak, side.rms] = [toDecibels(peak[index]), toDecibels(rms[index])];
      side.held = this.#holds.take(index, side.peak, now);
      if (peak[index] > 1) this.#clip.setAttribute('data-on', '');
    }
    this.#now = now;
    this.#painter.request(this.#move);
  }

  /** Nothing is measured any more. */
  clear() {
    this.#holds = new Holds(2);
    this.#written = -Infinity;
    this.show({ peak: [0, 0], rms: [0, 0] }, 0);
  }

  #move = () => {
    for (const side of this.#sides) {
      for (const [part, level] of [['dim', side.rms], ['dark', side.peak], ['mark', side.held]]) {
        // A tenth of a percent isn't seen.
        const place = number(100 * share(level, FLOOR_DB, CEILING_DB));
        if (side.shown[part] === place) continue;
        side.shown[part] = place;
        side.parts[part].style.transform = `translateX(${place}%)`;
      }
      const over = side.held > 0;
      if (side.shown.over !== over) side.parts.mark.toggleAttribute('data-over', (side.shown.over = over));
    }
    if (this.#now - this.#written >= READABLE_MS || this.#now < this.#written) this.#write();
  };

  #write() {
    this.#written = this.#now;
    for (const { meter, value, peak, rms, held } of this.#sides) {
      const written = decibels(held, FLOOR_DB);
      const text = `peak ${written}, RMS ${decibels(rms, FLOOR_DB)}`;
      if (meter.ariaValueText === text) continue;
      meter.ariaValueNow = Math.round(Math.min(CEILING_DB, Math.max(FLOOR_DB, peak)));
      meter.ariaValueText = text;
      value.title = text;
      if (value.textContent !== written) value.textContent = written;
    }
  }
}
