/** From a measuring document to curves: what each picture shows, on which axes, in which unit. */

import { decibels, items, level, levels, signed, taken } from './measured.js';
import { hertz, number } from './scales.js';

/** More of an impulse than this isn't looked at, and it ends where less than this share of its largest sample is left. */
const REST = 1e-3;
const LEAST_FRAMES = 32;

const hz = { log: true, unit: 'Hz', name: 'Frequency', format: hertz, start: 1000 };
const ms = { unit: 'ms', name: 'Time', format: (value) => `${number(value, 2)} ms`, start: 0 };
const input = { unit: 'dBFS', name: 'Input level', format: (value) => decibels(value, 0, 'dBFS'), start: -20 };
const db = { unit: 'dB', format: (value) => decibels(value), change: 'dB', span: 3, depth: 100 };
const share = { unit: 'to what went in', format: (value) => signed(value, 3), span: 0.02 };

/**
 * The pictures. `lines(document)` gives what is drawn, as `[{id, name, x, y}]` where a `y` may be `null`, or `[{why}]`; an empty list
 * where the document hasn't it. `full`: only a whole measurement has it. `choice`: one of the lines is chosen, or all together.
 */
export const PICTURES = [
  { id: 'magnitude', name: 'Response', x: hz, y: { ...db, depth: 66 }, gap: 'nothing comes out', lines: (document) => response(document, 'magnitudeDb') },
  {
    id: 'phase', name: 'Phase', x: hz, gap: 'too soft to be told', wraps: 180, lines: (document) => response(document, 'phaseDegrees'),
    y: { unit: 'degrees', format: (value) => `${signed(value)}°`, change: '°', fixed: [-180, 180, 90] },
  },
  {
    id: 'delay', name: 'Group delay', x: hz, gap: 'too soft to be told', lines: (document) => response(document, 'groupDelayMs'),
    y: { unit: 'ms', format: (value) => `${signed(value, 3)} ms`, change: 'ms', digits: 3, span: 0.02, spikes: true },
  },
  { id: 'harmonics', name: 'Harmonics', x: hz, y: { ...db, name: 'to the fundamental' }, gap: 'below the noise', choice: 'Order', all: true, lines: harmonics },
  { id: 'difference', name: 'Difference', x: hz, y: { ...db, name: 'to the build before' }, alone: true, lines: difference },
  { id: 'distortion', name: 'Distortion by level', x: input, y: { ...db, name: 'at 1 kHz' }, full: true, choice: 'Figure', lines: byLevel },
  { id: 'curve', name: 'Output by input level', x: input, unity: true, y: { ...db, unit: 'dBFS', name: 'at 1 kHz', format: (value) => decibels(value, 1, 'dBFS') }, full: true, lines: curve },
  { id: 'impulse', name: 'Impulse', x: ms, y: share, full: true, lines: (document) => samples(document, 'impulse') },
  { id: 'step', name: 'Step', x: ms, y: share, full: true, lines: (document) => samples(document, 'step') },
  {
    id: 'cost', name: 'Cost by block', full: true, lines: cost,
    x: { log: true, unit: 'fr.', name: 'Frames of a block', format: (value) => `${number(value, 0)} frames`, start: 512 },
    y: { unit: 'ns', format: (value) => `${number(value)} ns`, change: 'ns', span: 2, zero: true, name: 'for each frame' },
  },
];

/** One line, or why it isn't there. */
function line(measured, make) {
  const all = taken(measured, make);
  if (all === undefined) return [];
  return all.why === undefined ? [all.value].flat() : [{ why: all.why }];
}

function response({ swept }, part) {
  return line(swept, (value) => ({ x: levels(value?.response?.frequencyHz), y: levels(value?.response?.[part]) }));
}

const ORDINALS = { 2: '2nd', 3: '3rd' };

function harmonics({ swept }) {
  return line(swept, (value) => items(value?.harmonics).map((one, index) => {
    const order = index + 2;
    const of = { id: String(order), name: ORDINALS[order] ?? `${order}th` };
    const harmonic = taken(one, (value) => ({ x: levels(value?.frequencyHz), y: levels(value?.levelDb) }));
    return { ...of, ...(harmonic?.value ?? { why: harmonic?.why ?? '' }) };
  }));
}

function difference({ against }) {
  return line(against, (value) => {
    const bands = items(value?.bands);
    return { x: bands.map((band) => level(band?.middleHz)), ...points(bands.map((band) => taken(band?.nullDb))) };
  });
}

/** Values, and why some aren't there. */
const points = (all) => ({ y: all.map((one) => one?.value ?? null), whys: all.map((one) => one?.why) });

function byLevel({ distortionByLevel: list }) {
  const steps = items(list).map((one) => taken(one, (value) => value)).filter(Boolean);
  if (steps.length === 0) return [];
  const known = steps.filter(({ value }) => value);
  if (known.length === 0) return [{ why: steps[0].why }];
  const x = known.map(({ value }) => level(value.levelDbfs));
  return [['thd', 'THD'], ['thdN', 'THD+N']].map(([id, name]) => (
    { id, name, x, ...points(known.map(({ value }) => taken(value[id], (ratio) => level(ratio?.db)))) }
  ));
}

function curve({ curve }) {
  return line(curve, (value) => {
    const steps = items(value?.steps);
    return { x: steps.map((step) => level(step?.inputDbfs)), y: steps.map((step) => level(step?.outputDbfs)) };
  });
}

/** The samples until they have come to rest, over milliseconds. */
function samples({ plan, ...document }, part) {
  return line(document[part], (value) => {
    const all = levels(value?.samples);
    const rate = plan?.rateHz;
    if (!(rate > 0) || all.length === 0) return null;
    const rest = part === 'step' ? all.at(-1) : 0;
    const most = all.reduce((most, sample) => Math.max(most, Math.abs(sample - rest)), 0);
    const last = all.findLastIndex((sample) => Math.abs(sample - rest) > REST * most);
    const count = Math.min(all.length, Math.max(LEAST_FRAMES, Math.ceil(1.25 * (last + 1))));
    const y = all.slice(0, count);
    return { x: y.map((_, frame) => (1000 * frame) / rate), y };
  });
}

function cost({ cost }) {
  const sizes = items(cost).map((one) => taken(one, (value) => value)).filter((one) => one?.value);
  const sorted = sizes.map(({ value }) => [level(value.blockFrames), level(value.nsPerFrame)]).toSorted(([one], [other]) => one - other);
  return sorted.length < 2 ? [] : [{ x: sorted.map(([frames]) => frames), y: sorted.map(([, ns]) => ns) }];
}

/** What a picture draws of a document. Points without a place on the axis are left out, and so is what doesn't rise along it. */
export function linesOf(picture, document) {
  return picture.lines(document).map((line) => {
    if (line.x === undefined) return line;
    let last = picture.x.log ? 0 : -Infinity;
    const kept = line.x.map((x) => {
      const rises = x !== null && Number.isFinite(x) && x > last;
      if (rises) last = x;
      return rises;
    });
    const only = (list) => list?.filter((_, index) => kept[index]);
    return { ...line, x: only(line.x), y: only(line.y), whys: only(line.whys) };
  }).map((line) => (line.x?.length === 0 ? { ...line, x: undefined, why: 'it can’t be read' } : line));
}

/** The value of a line at `x`, between its points; `null` where there is none. */
export function valueAt({ x: places, y: values }, x, log) {
  let [low, high] = [0, places.length - 1];
  if (high < 0 || x < places[0] || x > places[high]) return null;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (places[middle] <= x) low = middle;
    else high = middle;
  }
  if (x === places[low] || low === high) return values[low];
  if (x === places[high]) return values[high];
  const [from, to] = [values[low], values[high]];
  if (from === null || to === null || !Number.isFinite(from) || !Number.isFinite(to)) return null;
  const way = (value) => (log ? Math.log(value) : value);
  return from + ((to - from) * (way(x) - way(places[low]))) / (way(places[high]) - way(places[low]));
}

/** The index of the point that is nearest to `x`. */
export function nearest({ x: places }, x, log) {
  const way = (value) => (log ? Math.log(value) : value);
  let best = 0;
  for (let index = 1; index < places.length; index++) {
    if (Math.abs(way(places[index]) - way(x)) < Math.abs(way(places[best]) - way(x))) best = index;
  }
  return best;
}
