/** The last minute: how busy the processor was, and what came too late. */

import { number } from './scales.js';
import { Surface } from './surface.js';

/** Seconds on the axis; figures come once a second. */
const SECONDS = 60;
/** Room for the labels beside the picture, in its pixels. */
const GUTTER = 44;

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
      `The last ${this.#seconds.length} seconds: the processor took ${number(100 * busiest, 0)} % of a block’s time at most, ` +
      `${late} blocks came late.`;
    this.#surface.request();
  }

  #draw(surface) {
    const { context, width, height } = surface;
    const seconds = this.#seconds;
    // An idle machine's few percent are seen too, and the axis stays where it is until it has to grow.
    const busiest = Math.max(0, ...seconds.map(({ load }) => load));
    const most = [0.1, 0.25, 0.5, 1, 2, 4].find((most) => busiest <= most) ?? 10;
    const [left, top] = [GUTTER, 8];
    const y = (share) => height - 2 - (height - 2 - top) * (share / most);
    const x = (index) => width - (width - left) * ((seconds.length - 1 - index) / (SECONDS - 1));
    for (const part of [0.5, 1]) {
      const at = Math.round(y(part * most)) + 0.5;
      surface.rule([left, at], [width, at], part * most === 1 ? '--edge' : '--line');
      surface.text(`${number(100 * part * most, most < 0.5 ? 1 : 0)} %`, left - 6, at + 4, 'right');
    }
    const bar = Math.max(2, (width - left) / SECONDS - 2);
    const mostLate = Math.max(1, ...seconds.map(({ late }) => late));
    context.fillStyle = surface.color('--bad');
    for (const [index, { late }] of seconds.entries()) {
      // One late block is seen, and many don't hide the rest.
      const tall = late > 0 ? 4 + (height / 3 - 4) * (late / mostLate) : 0;
      context.fillRect(x(index) - bar / 2, height - tall, bar, tall);
    }
    surface.line(seconds.length, x, (index) => y(Math.min(most, seconds[index].load)), '--left', 1.5);
  }
}

const sum = (late) => Object.values(late).reduce((sum, blocks) => sum + blocks, 0);
const counted = (stats) => sum((stats.total ?? stats).late_blocks);

/** What happened between two figures. Counters that went back began anew. */
export function second(stats, before) {
  const now = counted(stats);
  const then = before === null ? now : counted(before);
  const { last_second: last, max } = stats.processor_load;
  return { load: last ?? max, late: now < then ? now : now - then };
}
