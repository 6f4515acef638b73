/** The last minute: how busy the audio thread and the processor were, and what came too late. */

import { number } from './scales.js';
import { Surface } from './surface.js';

/** Seconds on the axis; figures come once a second. */
const SECONDS = 60;

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
