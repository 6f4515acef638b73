/** How loud it is now, and how busy the last minute was. */

import { Holds, decibels, number, share, toDecibels } from './scales.js';
import { Surface } from './surface.js';

/** The scale, in dB of full scale; above 0 there is room to show that it was passed. */
const FLOOR_DB = -60;
const CEILING_DB = 3;
/** From here on a level is high. */
const HIGH_DB = -12;
/** Numbers change no more often than they can be read, in ms. */
const READABLE_MS = 120;

/** A signal's two meters, in the element that holds them: the bar is the peak, its bright part the RMS, the line the held
 * peak; what clipped stays lit. */
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

/** Seconds on the axis; figures come once a second. */
const SECONDS = 60;

/** The last minute: how busy the audio thread and the processor were, and what came too late. */
export class Minute {
  #surface;
  #seconds = [];
  #before = null;
  #canvas;

  constructor(canvas, painter) {
    this.#canvas = canvas;
    this.#surface = new Surface(canvas, painter, (surface) => this.#draw(surface));
  }

  /** Takes the figures of another second. */
  take(stats) {
    this.#seconds.push(second(stats, this.#before));
    this.#before = stats;
    if (this.#seconds.length > SECONDS) this.#seconds.shift();
    const late = this.#seconds.reduce((sum, { late }) => sum + late, 0);
    const busiest = Math.max(...this.#seconds.map(({ load }) => load));
    this.#canvas.ariaLabel =
      `The last ${this.#seconds.length} seconds: the audio thread was busy for ${number(100 * busiest, 0)} % at most, ` +
      `${late} blocks came late.`;
    this.#surface.request();
  }

  #draw(surface) {
    const { context, width, height } = surface;
    const seconds = this.#seconds;
    // An idle machine's few percent are seen too, and the axis stays where it is until it has to grow.
    const most = [0.1, 0.25, 0.5, 1].find((most) => seconds.every(({ load, own }) => Math.max(load, own) <= most)) ?? 2;
    const y = (share) => height * (1 - share / most);
    const x = (index) => width * (1 - (seconds.length - 1 - index) / (SECONDS - 1));
    for (const part of [0.5, 1]) {
      const at = Math.max(0.5, y(part * most));
      surface.rule([0, at], [width, at]);
      surface.text(`${number(100 * part * most, most < 0.5 ? 1 : 0)} %`, 4, at + 12);
    }
    const bar = Math.max(2, width / SECONDS - 2);
    const mostLate = Math.max(1, ...seconds.map(({ late }) => late));
    context.fillStyle = surface.color('--bad');
    for (const [index, { late }] of seconds.entries()) {
      // One late block is seen, and many don't hide the rest.
      const tall = late > 0 ? 4 + (height / 3 - 4) * (late / mostLate) : 0;
      context.fillRect(x(index) - bar / 2, height - tall, bar, tall);
    }
    surface.line(seconds.length, x, (index) => y(Math.min(most, seconds[index].own)), '--right', 1.5);
    surface.line(seconds.length, x, (index) => y(Math.min(most, seconds[index].load)), '--left', 1.5);
  }
}

const total = ({ late_blocks: late }) => Object.values(late).reduce((sum, blocks) => sum + blocks, 0);

/** What happened between two figures. Counters that went back began anew. */
export function second(stats, before) {
  const more = before === null ? 0 : total(stats) - total(before);
  return { load: stats.load_max, own: stats.processor_load.max, late: Math.max(0, more) };
}
