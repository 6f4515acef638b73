/** The figures of a build, as lines of a table: what it is, now, before, and what changed. */

import { change, decibels, items, level, percent, signed, taken } from './measured.js';
import { hertz, number } from './scales.js';
import { valueAt } from './traces.js';

// Of a figure, `read(document)` gives `{value}`, `{why}`, or nothing where the document hasn't it; `write(value)` its words;
// `differ(now, before)` those of the change; and `trouble(document)` what is wrong with it, if anything is.

const inDecibels = (digits = 1, unit = 'dB') => ({
  write: (value) => decibels(value, digits, unit),
  differ: (now, before) => difference(now, before, digits, 'dB'),
});
const ratio = {
  write: ({ percent: share, db }) => `${percent(share)} (${decibels(db)})`,
  differ: (now, before) => difference(now.db, before.db, 1, 'dB'),
};
const inMilliseconds = { write: (value) => `${number(value, 2)} ms`, differ: (now, before) => change(now - before, 2, 'ms') };
const inPercent = { write: percent, differ: (now, before) => `${now > before ? '+' : ''}${percent(now - before)}` };

/** By how much a level changed; what comes out of silence, or goes into it, has no number. */
function difference(now, before, digits, unit) {
  if (now === before) return change(0, digits, unit);
  if (!Number.isFinite(before)) return `from ${signed(before)} ${unit}`;
  if (!Number.isFinite(now)) return `to ${signed(now)} ${unit}`;
  return change(now - before, digits, unit);
}

const readRatio = (value) => {
  const [share, db] = [level(value?.percent), level(value?.db)];
  return share === null || db === null ? null : { percent: share, db };
};
/** A figure within a part that itself may not have been measured. */
const within = (part, pick, of) => {
  const all = taken(part, (value) => value ?? null);
  return all?.value === undefined ? all : taken(pick(all.value), of);
};
const plainly = (value) => ({ value });

function sines(document, at) {
  return document.distortion?.[at];
}

/** The frequency of a sine as the plan has it. */
const frequency = ({ plan }, at) => hertz(level(plan?.sinesHz?.[at]) ?? 0);

function distortion(document) {
  return items(document.plan?.sinesHz).slice(0, 16).flatMap((_, at) => {
    const name = frequency(document, at);
    return [
      {
        key: `thd ${name}`, name: `THD at ${name}`, means: 'All harmonics together, to the fundamental.',
        ...ratio, read: (document) => within(sines(document, at), ({ thd }) => thd, readRatio),
      },
      {
        key: `alias ${name}`, name: `Aliasing at ${name}`, means: 'The strongest partial that is no harmonic, to the fundamental.',
        write: ({ db, hz }) => `${decibels(db)} at ${hertz(hz)}`,
        differ: (now, before) => difference(now.db, before.db, 1, 'dB'),
        read: (document) => within(sines(document, at), ({ aliasing }) => aliasing?.strongest, (value) => {
          const [db, hz] = [level(value?.levelDb), level(value?.frequencyHz)];
          return db === null || hz === null ? null : { db, hz };
        }),
      },
    ];
  });
}

const METHODS = { smpte: 'Intermodulation, SMPTE', ccif: 'Intermodulation, CCIF' };

const intermodulation = Object.entries(METHODS).map(([method, name], at) => ({
  key: method, name, means: method === 'smpte' ? 'Of 60 Hz and 7 kHz, four to one.' : 'Of 19 and 20 kHz, one to one.', ...ratio,
  read: ({ intermodulation: list }) => within(items(list)[at], ({ total }) => plainly(total), readRatio),
}));

const stereo = (key, name, means, kind) => ({ key, name, means, ...kind, read: ({ stereo }) => within(stereo, (value) => value[key]) });

const found = {
  key: 'latency', name: 'Latency found', means: 'From where the answer to an impulse begins to its peak. What is reported should lie between.',
  write: ({ onset, peak }) => (Math.abs(peak - onset) < 0.5 ? `${number(peak, 0)} frames` : `${number(onset, 0)} to ${number(peak)} frames`),
  differ: (now, before) => change(now.peak - before.peak, 1, 'frames'),
  read: ({ latency }) => taken(latency, (value) => {
    const [onset, peak] = [level(value?.onsetFrames), level(value?.peakFrames)];
    return onset === null || peak === null ? null : { onset, peak };
  }),
  trouble: ({ latency }) => (latency?.value?.agrees === false ? 'other than reported' : undefined),
};

const FIGURES = [
  found,
  {
    key: 'reported', name: 'Latency reported', means: 'What the processor says of itself.',
    write: (value) => `${number(value, 0)} frames`, differ: (now, before) => change(now - before, 0, 'frames'),
    read: ({ subject }) => (level(subject?.reportedLatencyFrames) === null ? undefined : { value: level(subject.reportedLatencyFrames) }),
  },
  { key: 'noise', name: 'Noise', means: 'What comes out of silence, unweighted, without the offset.', ...inDecibels(1, 'dBFS'), read: ({ idle }) => within(idle, ({ noiseDbfs }) => plainly(noiseDbfs)) },
  { key: 'offset', name: 'Offset', means: 'The mean of what comes out of silence.', ...inDecibels(1, 'dBFS'), read: ({ idle }) => within(idle, ({ dcOffsetDbfs }) => plainly(dcOffsetDbfs)) },
  {
    key: 'cost', name: 'Cost, of a core', means: 'The mean time of a block, by the time that the block lasts.', ...inPercent,
    read: ({ cost }) => within(items(cost)[0], ({ realTimePercent }) => plainly(realTimePercent)),
  },
  {
    key: 'worst', name: 'Slowest block, of a core', means: 'The time of the block that took longest, by the time that it lasts.', ...inPercent,
    read: ({ cost }) => within(items(cost)[0], ({ worstPercent }) => plainly(worstPercent)),
  },
  {
    key: 'silence', name: 'Silence, of a core', means: 'The cost of silence after noise: more than that of noise where numbers become subnormal.', ...inPercent,
    read: ({ costOfSilence: cost }) => within(cost, ({ realTimePercent }) => plainly(realTimePercent)),
  },
  { key: 'attack', name: 'Attack', means: 'Until 63 % of the change are done, after a step of 20 dB up.', ...inMilliseconds, read: ({ times }) => within(times, ({ attack }) => attack, (value) => level(value?.ms)) },
  { key: 'release', name: 'Release', means: 'The same after a step down.', ...inMilliseconds, read: ({ times }) => within(times, ({ release }) => release, (value) => level(value?.ms)) },
  {
    key: 'tail', name: 'Tail', means: 'From the peak of the answer to an impulse until it is 90 dB below.', ...inMilliseconds,
    read: ({ impulse }) => within(impulse, ({ tail }) => tail, (value) => (level(value?.seconds) === null ? null : 1000 * value.seconds)),
  },
  { key: 'overshoot', name: 'Overshoot', means: 'By how much a step goes beyond where it ends.', ...inPercent, read: ({ step }) => within(step, ({ overshootPercent }) => overshootPercent) },
  { key: 'rise', name: 'Rise', means: 'From 10 to 90 % of where a step ends.', write: (value) => `${number(value, 3)} ms`, differ: (now, before) => change(now - before, 3, 'ms'), read: ({ step }) => within(step, ({ riseMs }) => riseMs) },
  {
    key: 'realtime', name: 'Real time', means: 'Allocations, frees and system calls in process, which an audio thread must not make.',
    write: ({ places, first }) => (places === 0 ? 'nothing' : `${first}${places > 1 ? `, and ${places - 1} more` : ''}`),
    differ: (now, before) => change(now.places - before.places, 0, 'places'),
    read: ({ realtime }) => {
      if (realtime === undefined || realtime === null) return undefined;
      const places = items(realtime.violations);
      if (!realtime.watched) return { why: String(items(realtime.unwatched)[0] ?? 'it wasn’t watched') };
      const [first] = places;
      const where = first?.place ? ` in ${first.place.file}:${first.place.line}` : '';
      return { value: { places: places.length, first: first && `${first.what}${where}` } };
    },
    trouble: ({ realtime }) => (items(realtime?.violations).length > 0 ? 'an audio thread must not do that' : undefined),
  },
  ...intermodulation,
  stereo('crosstalkToRightDb', 'Crosstalk, left to right', 'What of the left alone comes out on the right.', inDecibels()),
  stereo('crosstalkToLeftDb', 'Crosstalk, right to left', 'What of the right alone comes out on the left.', inDecibels()),
  stereo('gainDifferenceDb', 'Right over left', 'How much louder the right comes out than the left.', inDecibels(2)),
  stereo('monoDb', 'Mono sum', 'The level of (L+R)/2 to that of both: 0 dB where both are the same.', inDecibels(2)),
];

const gain = {
  key: 'gain', name: 'Response at 1 kHz', means: 'Of the sweep, without the latency.', ...inDecibels(2),
  read: ({ swept }) => within(swept, ({ response }) => {
    const line = { x: items(response?.frequencyHz).map(level), y: items(response?.magnitudeDb).map(level) };
    return plainly(valueAt(line, 1000, true));
  }),
};

/** What is left of the difference to the build before: it has no before of its own. */
const NULLS = [
  {
    key: 'null', name: 'Null', means: 'What is left of this build minus the one before, to the one before: the deeper, the more alike.',
    read: ({ against }) => within(against, (value) => value.null?.rmsDb),
    trouble: ({ against }) => (against?.value?.aboveFloor === false ? 'no more than two runs of this build differ by' : undefined),
  },
  { key: 'floor', name: 'Floor', means: 'The same of two runs of this build: a null that is no higher isn’t the change’s doing.', read: ({ against }) => within(against, (value) => value.floor?.rmsDb) },
];

/**
 * The lines of the table: `{key, name, means, now, before?, change?, trouble?}`, all of them words. `before` may be absent. A figure that
 * couldn't be measured says why, and has no change.
 */
export function keyFigures(document, before) {
  const nulls = NULLS.map((kind) => ({ ...kind, ...inDecibels(), one: kind.read(document) }));
  const figures = [gain, ...distortion(document), ...FIGURES].map((kind) => (
    { ...kind, one: kind.read(document), other: before && kind.read(before) }
  ));
  return [...nulls, ...figures].filter(({ one }) => one !== undefined).map(({ key, name, means, one, other, write, differ, trouble }) => {
    const both = one.value !== undefined && other?.value !== undefined;
    const changed = both ? differ(one.value, other.value) : undefined;
    return {
      key, name, means, missing: one.why !== undefined, trouble: trouble?.(document),
      now: words(one, write),
      before: other && words(other, write),
      change: changed && !/[1-9∞]/.test(changed) ? 'none' : changed,
    };
  });
}

const words = ({ value, why }, write) => (why === undefined ? write(value) : `Not measured: ${why}`);
