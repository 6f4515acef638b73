/** A picture of curves on two axes, with a place on it that is read: under the pointer, or moved by keys. */

import { figure } from './probes.js';
import { clamp, logShare, share } from './scales.js';
import { Surface } from './surface.js';
import { nearest, valueAt } from './traces.js';

/** Room for the labels, in the picture's pixels. */
const GUTTER = 42;
const BELOW = 22;
const ABOVE = 8;
/** How a build's lines are drawn, the shown one's first: not by colour alone. */
export const DASHES = [[], [6, 3], [2, 3], [9, 3, 2, 3]];
export const COLORS = ['--left', '--right', '--told', '--warn'];
/** So many points are one key of Page Up or Page Down. */
const PAGES = 12;

export class Plot {
  #surface;
  #canvas;
  #moved;
  #picture = null;
  #lines = [];
  #range = [0, 1, 0.25];
  #ends = [0, 1];
  /** Counts up with each other content. */
  #version = 0;
  /** The place that is read, on the axis. */
  #place = null;

  /** `moved()` is called when another place is read. */
  constructor(canvas, painter, moved) {
    this.#canvas = canvas;
    this.#moved = moved;
    this.#surface = new Surface(canvas, painter, (surface) => this.#draw(surface));
    canvas.addEventListener('pointermove', ({ offsetX }) => this.#point(offsetX));
    canvas.addEventListener('pointerdown', ({ offsetX }) => this.#point(offsetX));
    canvas.addEventListener('keydown', (event) => this.#key(event));
  }

  /** Draws `lines`, of `{x, y, dash, color}`, the shown build's first, on the axes of `picture`. The place stays. */
  show(picture, lines) {
    this.#picture = picture;
    this.#lines = lines;
    this.#version += 1;
    const places = lines.flatMap(({ x }) => [x[0], x.at(-1)]);
    this.#ends = [Math.min(...places), Math.max(...places)];
    this.#range = rangeOf(lines, picture.y);
    this.#place ??= picture.x.start;
    this.#surface.request();
  }

  /** The place that is read: the shown build's point, its number and the count of them. */
  get place() {
    const [first] = this.#lines;
    const at = nearest(first, this.#place, this.#picture.x.log);
    return { at, count: first.x.length, x: first.x[at] };
  }

  #point(offset) {
    if (this.#lines.length === 0) return;
    const way = clamp((offset - GUTTER) / (this.#surface.width - GUTTER - 1), 0, 1);
    const [low, high] = this.#ends;
    this.#go(this.#picture.x.log ? low * (high / low) ** way : low + (high - low) * way);
  }

  #key(event) {
    if (this.#lines.length === 0) return;
    const { at, count } = this.place;
    const to = keyed(event, at, count);
    if (to === undefined) return;
    event.preventDefault();
    this.#go(this.#lines[0].x[to]);
  }

  #go(x) {
    const before = this.place.at;
    this.#place = x;
    if (this.place.at === before) return;
    this.#surface.request();
    this.#moved();
  }

  #draw(surface) {
    const { width, height } = surface;
    const picture = this.#picture;
    if (picture === null || this.#lines.length === 0) return;
    const floor = height - BELOW;
    const [low, high] = this.#ends;
    const [least, most, step] = this.#range;
    const x = (value) => GUTTER + (width - GUTTER - 1) * (picture.x.log ? logShare(value, low, high) : share(value, low, high));
    const y = (value) => floor - (floor - ABOVE) * ((value - least) / (most - least));
    surface.still(this.#version, () => {
      for (const { value, label } of marks(picture.x, low, high, width)) {
        surface.rule([x(value), 0], [x(value), floor]);
        if (label !== undefined) surface.text(label, clamp(x(value), GUTTER + 4, width - 12), height - 4, 'center');
      }
      for (let value = least; value <= most + step / 2; value += step) {
        surface.rule([GUTTER, y(value)], [width, y(value)], Math.abs(value) < step / 2 ? '--edge' : '--line');
        surface.text(figure(value, step), GUTTER - 6, y(value) + 4, 'right');
      }
      surface.text(picture.x.unit, 2, height - 4);
      // The still layer's own.
      const { context } = surface;
      context.save();
      context.beginPath();
      context.rect(GUTTER, 0, width - GUTTER, floor);
      context.clip();
      if (picture.unity) surface.line(2, (end) => x([low, high][end]), (end) => y([low, high][end]), '--edge');
      // The shown one is drawn last, over its ghosts.
      for (const line of this.#lines.toReversed()) {
        context.setLineDash(DASHES[line.dash]);
        for (const [from, to] of runs(line.y, picture.wraps)) {
          if (to - from === 1) dot(surface, x(line.x[from]), y(line.y[from]), line.color);
          else surface.line(to - from, (index) => x(line.x[from + index]), (index) => y(line.y[from + index]), line.color, line.dash === 0 ? 1.75 : 1.25);
        }
      }
      context.restore();
    });
    const at = this.place.x;
    surface.rule([x(at), 0], [x(at), floor], '--edge');
    for (const line of this.#lines.toReversed()) {
      const value = valueAt(line, at, picture.x.log);
      if (value !== null && value >= least && value <= most) dot(surface, x(at), y(value), line.color);
    }
  }
}

function dot(surface, x, y, color) {
  const { context } = surface;
  context.beginPath();
  context.arc(x, y, 3, 0, 2 * Math.PI);
  context.fillStyle = surface.color(color);
  context.fill();
}

/** The stretches `[from, to)` that are one line: without gaps, and without the jump of an angle by a whole turn. */
export function runs(values, wraps = Infinity) {
  const runs = [];
  let from = null;
  for (let index = 0; index <= values.length; index++) {
    const value = values[index] ?? null;
    const drawn = value !== null && Number.isFinite(value);
    const jumps = drawn && from !== null && Math.abs(value - values[index - 1]) > wraps;
    if (from !== null && (!drawn || jumps)) {
      runs.push([from, index]);
      from = null;
    }
    if (drawn) from ??= index;
  }
  return runs;
}

/** The most stretches between an axis's lines. */
const STRETCHES = 6;

/** An axis that holds these: its ends, and the distance of its lines, of 1, 2 or 5 times a power of ten. */
export function axis([least, most]) {
  const span = Math.max(most - least, 1e-9);
  const power = 10 ** Math.floor(Math.log10(span / STRETCHES));
  const step = power * ([1, 2, 5].find((factor) => span / (factor * power) <= STRETCHES) ?? 10);
  const [from, to] = [Math.floor(least / step + 1e-6) * step, Math.ceil(most / step - 1e-6) * step];
  return from === to ? [from - step, to + step, step] : [from, to, step];
}

/** The axis of the values: its ends and the distance of its lines. */
export function rangeOf(lines, { fixed, span, depth, spikes, zero }) {
  if (fixed) return fixed;
  const values = lines.flatMap(({ y }) => y.filter((value) => value !== null && Number.isFinite(value))).toSorted((one, other) => one - other);
  if (values.length === 0) return [0, span, span];
  let [least, most] = [values[0], values.at(-1)];
  if (spikes) {
    // A few points far away would make a line of all the others.
    const [low, high] = [0.02, 0.98].map((part) => values[Math.round(part * (values.length - 1))]);
    const room = Math.max(high - low, span);
    [least, most] = [Math.max(least, low - room), Math.min(most, high + room)];
  }
  if (depth !== undefined) least = Math.max(least, most - depth);
  if (zero) least = Math.min(least, 0);
  const missing = Math.max(0, span - (most - least)) / 2;
  return axis([least - missing, most + missing]);
}

/** The lines across an axis, `{value, label?}`: labels that would touch are left out. */
export function marks({ log, unit }, low, high, width) {
  if (!log) {
    const [from, to, step] = axis([low, high]);
    const all = Array.from({ length: Math.round((to - from) / step) + 1 }, (_, index) => from + index * step);
    return all.filter((value) => value >= low - step / 1e6 && value <= high + step / 1e6).map((value) => ({ value, label: figure(value, step) }));
  }
  const powers = Array.from({ length: 12 }, (_, power) => power - 3).filter((power) => 10 ** power <= high);
  const narrow = width < 420 && unit === 'Hz';
  return powers.flatMap((power) => [1, 2, 5].map((factor) => ({ value: factor * 10 ** power, labelled: factor === 1 || !narrow })))
    .filter(({ value }) => value >= low && value <= high)
    .map(({ value, labelled }) => ({ value, label: labelled ? short(value) : undefined }));
}

const short = (value) => (value < 1000 ? String(value) : `${value / 1000}k`);

/** The point that a key leads to from the point `at` of `count`; none for another key. */
export function keyed({ key, shiftKey }, at, count) {
  const page = Math.max(2, Math.round(count / PAGES));
  const step = shiftKey ? page : 1;
  const to = {
    ArrowRight: at + step, ArrowUp: at + step, ArrowLeft: at - step, ArrowDown: at - step,
    PageUp: at + page, PageDown: at - page, Home: 0, End: count - 1,
  }[key];
  return to === undefined ? undefined : clamp(to, 0, count - 1);
}
