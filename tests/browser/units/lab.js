import assert from 'node:assert/strict';
import { test } from 'node:test';
import { among, last, score } from '../../../crates/dev-server/src/inspector/abx.js';
import { files } from '../../../crates/dev-server/src/inspector/builds.js';
import { duration, facts, note } from '../../../crates/dev-server/src/inspector/comparison.js';
import { keyFigures } from '../../../crates/dev-server/src/inspector/keyfigures.js';
import { change, conditions, decibels, level, otherwise, percent, taken, why } from '../../../crates/dev-server/src/inspector/measured.js';
import { axis, keyed, marks, rangeOf, runs } from '../../../crates/dev-server/src/inspector/plot.js';
import { PICTURES, linesOf, nearest, valueAt } from '../../../crates/dev-server/src/inspector/traces.js';
import { documents, full, none, on } from '../support/lab.js';

const of = (id) => PICTURES.find((picture) => picture.id === id);

test('a level may be infinite, and nothing else is a number', () => {
  assert.deepEqual(['-Infinity', 'Infinity', -3, null, '3', undefined, {}].map(level), [-Infinity, Infinity, -3, null, null, null, null]);
  assert.deepEqual([decibels(-Infinity), decibels(-0.04), decibels(-0.8, 2)], ['−∞ dB', '0.0 dB', '−0.80 dB']);
  assert.deepEqual([change(0.04, 1, 'dB'), change(0.06, 1, 'dB'), change(-90, 1, '°')], ['0.0 dB', '+0.1 dB', '−90.0°']);
  assert.deepEqual([0, 0.00004, 0.0123, 0.5, 99.6, NaN].map(percent), ['0 %', '0.00004 %', '0.012 %', '0.50 %', '100 %', '? %']);
});

test('each reason is told in words, and one that isn’t known as none', () => {
  for (const [unmeasured, words] of [
    [{ why: 'silent' }, 'it is silent'],
    [{ why: 'notFinite', frame: 12, channel: 1 }, 'frame 12 of channel 1 is no number (NaN or infinity)'],
    [{ why: 'tooShort', frames: 5, needed: 64 }, 'it takes 64 frames, and there are 5'],
    [{ why: 'latencyUnknown' }, 'its latency is unclear: nothing in the answer can be told to be the signal'],
    [{ why: 'latencyTooLong', frames: 70_000, limit: 65_536 }, 'a latency of 70000 frames is more than the 65536 that can be measured with'],
    [{ why: 'channelsChanged', given: 2, answered: 1 }, '2 channels became 1'],
    [{ why: 'ratesDiffer', beforeHz: 44_100, afterHz: 48_000 }, '44100 Hz can’t be compared with 48000 Hz'],
    [{ why: 'aboveNyquist', frequencyHz: 10_000, nyquistHz: 4000 }, '10000 Hz isn’t below half of the sample rate, 4000 Hz'],
    [{ why: 'rateOutOfRange', rateHz: 1000 }, 'a sample rate of 1000 Hz isn’t measured'],
    [{ why: 'outOfRange', value: 3, lowest: -120, highest: 0, unit: 'dbfs' }, '3 isn’t between −120 and 0 dBFS'],
    [{ why: 'belowNoise', floor: '-Infinity' }, 'below the noise, −∞ dB'],
    [{ why: 'unsettled', seconds: 1.3 }, 'after 1.3 s it is still changing'],
    [{ why: 'noChange' }, 'it doesn’t change'],
    [{ why: 'fasterThan', limitMs: 0.5 }, 'faster than 0.5 ms'],
    [{ why: 'stopped' }, 'the processor had stopped'],
    [{ why: 'nothingCounted' }, 'there was nothing to count'],
    [{ why: 'tooShort', frames: '<b>' }, 'it takes ? frames, and there are ?'],
    [{ why: 'toString' }, 'no reason was given'], [undefined, 'no reason was given'],
  ]) assert.equal(why(unmeasured), words);
  assert.deepEqual([taken(undefined), taken({ value: 'x' }), taken({ value: 2 })], [undefined, { why: 'it can’t be read' }, { value: 2 }]);
});

test('a document becomes curves, and what it hasn’t becomes none', () => {
  const [magnitude] = linesOf(of('magnitude'), documents.after);
  const { response } = documents.after.swept.value;
  assert.deepEqual([magnitude.x, magnitude.y], [response.frequencyHz, response.magnitudeDb]);
  assert.deepEqual(linesOf(of('harmonics'), documents.after).map(({ name, x }) => [name, x.length]), [['2nd', 246], ['3rd', 232], ['4th', 222], ['5th', 214]]);
  assert.deepEqual(linesOf(of('distortion'), full.after).map(({ name, x }) => [name, x[0], x.at(-1)]), [['THD', -60, 0], ['THD+N', -60, 0]]);
  // An impulse is shown until it has come to rest, in milliseconds.
  const [impulse] = linesOf(of('impulse'), full.after);
  assert.ok(impulse.x.length < 64 && Math.abs(impulse.x[48] ?? impulse.x[24] * 2 - 1) < 1e-9);
  for (const id of ['distortion', 'curve', 'impulse', 'step', 'cost']) assert.deepEqual(linesOf(of(id), documents.after), [], id);
  assert.deepEqual(linesOf(of('phase'), documents.dead), [{ why: 'the processor had stopped' }]);
  // Nothing of it is believed.
  for (const picture of PICTURES) for (const odd of [{}, { swept: 3, cost: 'x', curve: { value: { steps: [null, {}] } }, distortionByLevel: [{}, null], impulse: { value: 1 } }]) {
    for (const line of linesOf(picture, odd)) assert.ok(line.x === undefined, picture.id);
  }
  const odd = { swept: { value: { response: { frequencyHz: [10, '<b>', 5, 20, 20, 40], magnitudeDb: [0, 1, 2, '-Infinity', 4, null] } } } };
  const [line] = linesOf(of('magnitude'), odd);
  assert.deepEqual([line.x, line.y], [[10, 20, 40], [0, -Infinity, null]]);
});

test('a value between two points lies on the line between them, on a logarithmic axis too', () => {
  const line = { x: [10, 100, 1000, 10_000], y: [0, -10, null, -40] };
  assert.equal(valueAt(line, 100, true), -10);
  assert.ok(Math.abs(valueAt(line, Math.sqrt(1000), true) + 5) < 1e-9);
  assert.ok(Math.abs(valueAt(line, 55, false) + 5) < 1e-9);
  assert.deepEqual([valueAt(line, 500, true), valueAt(line, 9, true), valueAt(line, 10_001, true), valueAt({ x: [], y: [] }, 1, true)], [null, null, null, null]);
  assert.deepEqual([nearest(line, 40, true), nearest(line, 20, true), nearest(line, 1e9, true)], [1, 0, 3]);
});

test('an axis holds what is drawn with a few lines, and gaps and turns are no line', () => {
  for (const range of [[-73, 6.1], [-0.02, 0.02], [0, 1], [-180, 180], [3, 3]]) {
    const [from, to, step] = axis(range);
    assert.ok(from <= range[0] && to >= range[1] && from < to && (to - from) / step <= 8.001, `${range}: ${from} ${to} ${step}`);
  }
  const y = [-300, -90, null, 6, -Infinity];
  assert.equal(rangeOf([{ y }], { span: 3, depth: 66 })[0], -60);
  assert.deepEqual(rangeOf([{ y: [null] }], { span: 3 }), [0, 3, 3]);
  assert.deepEqual(rangeOf([{ y }], { fixed: [-180, 180, 90] }), [-180, 180, 90]);
  // A few points far away don't press the others flat.
  const spiky = [1e6, ...Array.from({ length: 200 }, (_, index) => index / 100)];
  assert.ok(rangeOf([{ y: spiky }], { span: 0.1, spikes: true })[1] < 10);
  assert.deepEqual(runs([1, 2, null, 3, -Infinity, 4, 5]), [[0, 2], [3, 4], [5, 7]]);
  assert.deepEqual(runs([170, 179, -179, -170], 180), [[0, 2], [2, 4]]);
  assert.deepEqual(marks({ log: true, unit: 'Hz' }, 10, 20_000, 300).map(({ label }) => label).filter(Boolean), ['10', '100', '1k', '10k']);
});

test('keys go to a point, and never beyond the ends', () => {
  assert.deepEqual(['ArrowRight', 'ArrowLeft', 'Home', 'End', 'PageUp', 'a'].map((key) => keyed({ key }, 5, 120)), [6, 4, 0, 119, 15, undefined]);
  assert.deepEqual([keyed({ key: 'ArrowLeft' }, 0, 120), keyed({ key: 'ArrowRight', shiftKey: true }, 118, 120)], [0, 119]);
});

test('figures without a document before have no change, and a latency that isn’t as reported says so', () => {
  const [first] = keyFigures(documents.after).filter(({ key }) => key === 'gain');
  assert.deepEqual([first.now, first.before, first.change], ['6.07 dB', undefined, undefined]);
  const wrong = { ...documents.after, latency: { value: { peakFrames: 64, onsetFrames: 64, reportedFrames: 0, agrees: false } }, against: { value: { null: { rmsDb: { value: -80 } }, aboveFloor: false } } };
  const by = Object.fromEntries(keyFigures(wrong).map(({ key, ...figure }) => [key, figure]));
  assert.deepEqual([by.latency.now, by.latency.trouble], ['64 frames', 'other than reported']);
  assert.equal(by.null.trouble, 'no more than two runs of this build differ by');
  assert.equal(by.floor, undefined);
  assert.deepEqual(otherwise(documents.driven, documents.after), ['Drive 18 dB, was 6 dB', 'Filter Band pass, was Low pass']);
  assert.equal(conditions(documents.after), 'at −20 dBFS · 48.0 kHz · blocks of 512 frames · stereo');
});

test('what is heard, what it costs, and what a score says are sentences', () => {
  assert.equal(note(none, false), 'There is no older build yet: change the code and save, and this one is kept to compare with.');
  assert.equal(note({ ...on, state: 'starting' }), 'Starting build 2; you hear build 3 meanwhile.');
  const lines = Object.fromEntries(facts({ ...on, hear: 'after', difference: undefined, cost: undefined, ends_in_s: 60 }));
  assert.deepEqual([lines.Null, lines['The older build takes'], lines['It ends']], ['nothing to compare in silence', 'not told yet', 'by itself in 1 min']);
  assert.deepEqual([0, 50, 290].map(duration), ['0 s', '50 s', '4 min 50 s']);
  assert.equal(files({ files: ['a.rs', 'b.rs'], more_files: 3 }), 'a.rs, b.rs and 3 more');
  assert.equal(last({}), 'Listen to A, B and X as often as you like, then say which one X is.');
  assert.deepEqual([1, 0.5, 0.03, 0.0042, 0.0002].map(among), ['everybody', '50 in 100 people', '3 in 100 people', '4 in 1,000 people', 'fewer than 1 in 1,000 people']);
  assert.match(score({ trials: 4, right: 4, probability: 0.0625 }), /^4 of 4 right\. .* 5 answers at least/);
  assert.match(score({ trials: 8, right: 5, probability: 0.363 }), /36 in 100 people .* may be chance/);
  assert.match(score({ trials: 5, right: 5, probability: 0.03125 }), /You most likely hear a difference\.$/);
});
