/** What the processors show of themselves with `probe!`: a strip chart each, of the last seconds. */

import { element } from './controls.js';
import { number } from './scales.js';
import { Surface } from './surface.js';

/** Seconds on the axis. */
const SECONDS = 10;
/** The most points of a chart: as many as come in that time at the highest rate. */
const MOST_POINTS = 60 * SECONDS;
/** Room for the labels beside the curve, in the picture's pixels. */
const GUTTER = 52;
const ABOVE = 6;
/** Words change no more often than they can be read, in ms. */
const READABLE_MS = 250;

const identity = ({ name, processor }) => `${processor ?? ''} ${name}`;

export class Probes {
  #card;
  #list;
  #painter;
  /** By their identities, in the chain's order. */
  #charts = new Map();
  /** The names of the chain's processors, by their ids. */
  #names = new Map();

  /** `card` is hidden while there are none; `list` gets the charts. */
  constructor(card, list, painter) {
    [this.#card, this.#list, this.#painter] = [card, list, painter];
  }

  /** The chain's processors. */
  chain(processors) {
    this.#names = new Map(processors.map(({ id, name }) => [id, name]));
    this.#title();
  }

  /** Shows what came at `moment`, in ms of the stream; a new build has its own probes. */
  show(probes, moment) {
    const wanted = probes.map(identity);
    if (wanted.join('\n') !== [...this.#charts.keys()].join('\n')) {
      const kept = this.#charts;
      this.#charts = new Map(probes.map((probe, index) => [wanted[index], kept.get(wanted[index]) ?? new Chart(probe, this.#painter)]));
      this.#list.replaceChildren(...[...this.#charts.values()].map((chart) => chart.element));
      this.#card.hidden = probes.length === 0;
      this.#title();
    }
    probes.forEach((probe, index) => this.#charts.get(wanted[index]).take(probe, moment));
  }

  /** Which processor a probe is in is said where there is more than one. */
  #title() {
    const charts = [...this.#charts.values()];
    const several = new Set(charts.map(({ processor }) => processor)).size > 1;
    for (const chart of charts) chart.title(several ? (this.#names.get(chart.processor) ?? chart.processor) : undefined);
  }
}

class Chart {
  element = element('figure', { className: 'probe' });
  processor;
  #name;
  #of = element('small', {});
  #value = element('output', { textContent: '–' });
  #canvas = element('canvas', {});
  #surface;
  #points = [];
  #said = -Infinity;

  constructor({ name, processor }, painter) {
    [this.#name, this.processor] = [name, processor];
    const caption = element('figcaption', {});
    this.#value.ariaHidden = 'true';
    caption.append(element('span', { textContent: name }), ' ', this.#of, this.#value);
    this.#canvas.role = 'img';
    this.element.append(caption, this.#canvas);
    this.#surface = new Surface(this.#canvas, painter, (surface) => this.#draw(surface));
    this.title(undefined);
  }

  /** The name of its processor, where it has to be said. */
  title(processor) {
    this.#of.textContent = processor ?? '';
    this.#describe();
  }

  take(probe, moment) {
    // The stream began anew.
    if (moment < (this.#points.at(-1)?.moment ?? -Infinity)) this.#points = [];
    this.#points.push({ ...probe, moment });
    while (this.#points.length > MOST_POINTS || this.#points[0].moment < moment - 1000 * SECONDS) this.#points.shift();
    if (Math.abs(moment - this.#said) >= READABLE_MS) {
      this.#said = moment;
      const { text, tone } = words(probe);
      if (this.#value.textContent !== text) this.#value.textContent = text;
      if (tone === undefined) delete this.#value.dataset.tone;
      else this.#value.dataset.tone = tone;
      this.#describe();
    }
    this.#surface.request();
  }

  /** For those who don't see the picture. */
  #describe() {
    const of = this.#of.textContent === '' ? '' : ` of ${this.#of.textContent}`;
    const range = rangeOf(this.#points);
    const seen = range === null ? 'no value in the last 10 seconds' : `in the last 10 seconds from ${figure(range[0])} to ${figure(range[1])}`;
    this.#canvas.ariaLabel = `${this.#name}${of}: ${this.#value.textContent}, ${seen}`;
  }

  #draw(surface) {
    const { context, width, height } = surface;
    const points = this.#points;
    const range = rangeOf(points);
    const [least, greatest, step] = axis(range ?? [0, 1]);
    const floor = height - ABOVE;
    const y = (value) => floor - (floor - ABOVE) * ((value - least) / (greatest - least));
    surface.still(`${least} ${greatest} ${range === null}`, () => {
      for (let value = least; value <= greatest + step / 2; value += step) {
        surface.rule([GUTTER, y(value)], [width, y(value)]);
        if (range !== null) surface.text(figure(value, step), GUTTER - 6, y(value) + 4, 'right');
      }
    });
    const now = points.at(-1)?.moment ?? 0;
    const x = (point) => width - ((width - GUTTER) * (now - point.moment)) / (1000 * SECONDS);
    context.fillStyle = surface.color('--bad');
    for (const point of points) if (point.not_finite > 0) context.fillRect(x(point) - 1, height - 4, 2, 4);
    for (const run of runs(points)) {
      context.beginPath();
      for (const point of run) context.lineTo(x(point), y(point.greatest) - 0.5);
      for (const point of run.toReversed()) context.lineTo(x(point), y(point.least) + 0.5);
      context.fillStyle = surface.color('--left-faint');
      context.fill();
      surface.line(run.length, (index) => x(run[index]), (index) => y(run[index].last), '--left', 1.5);
    }
  }
}

const has = ({ last }) => last !== undefined && last !== null;

/** The stretches in which there are values. */
export function runs(points) {
  const runs = [];
  let before = false;
  for (const point of points) {
    const now = has(point);
    if (now && !before) runs.push([]);
    if (now) runs.at(-1).push(point);
    before = now;
  }
  return runs;
}

/** The least and the greatest of all; `null` where there is no value. */
export function rangeOf(points) {
  const values = points.filter(has);
  if (values.length === 0) return null;
  return [Math.min(...values.map(({ least }) => least)), Math.max(...values.map(({ greatest }) => greatest))];
}

/** An axis that stays while values move a little: its ends and the distance of its lines, of 1, 2 or 5 times a power of ten. */
export function axis([least, greatest]) {
  // A value that never changes has room on both sides, and labels that are no longer than the gutter.
  const span = Math.max(greatest - least, Math.max(Math.abs(least), Math.abs(greatest)) * 1e-3, 1e-12);
  const power = 10 ** Math.floor(Math.log10(span / 2));
  const step = power * ([1, 2, 5].find((factor) => span / (factor * power) <= 3) ?? 10);
  const [from, to] = [Math.floor(least / step) * step, Math.ceil(greatest / step) * step];
  return from === to ? [from - step, to + step, step] : [from, to, step];
}

/** A value as text: with three digits, or as many as lines so far apart need. */
export function figure(value, step) {
  const size = Math.abs(value);
  if (size >= 1e6 || (size > 0 && size < 1e-4 && step === undefined)) return value.toExponential(1).replaceAll('-', '−');
  if (step !== undefined) {
    if (step < 1e-6) return value.toExponential(1).replaceAll('-', '−');
    return number(value, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  }
  return number(value, size === 0 ? 2 : Math.max(0, 2 - Math.floor(Math.log10(size))));
}

/** What is said of the values of a moment. */
export function words(probe) {
  if (probe.not_finite > 0) return { text: has(probe) ? `${figure(probe.last)}, and NaN/Inf` : 'NaN/Inf', tone: 'bad' };
  return { text: has(probe) ? figure(probe.last) : '–' };
}
