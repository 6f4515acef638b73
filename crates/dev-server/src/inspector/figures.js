/** What is measured once a second: lines of a name, a value, and what the name means. */

import { number } from './scales.js';

const LATE = {
  not_scheduled: ['Late: not scheduled', 'The system didn’t wake the processor in time: the machine was busy with something else.'],
  too_slow: ['Late: too slow', 'The processor was awake and took longer for a block than the block lasts.'],
  queue_full: ['Late: backlog', 'All blocks that may wait for the processor were waiting already: it had fallen behind before.'],
  device: ['Late: device bursts', 'The sound device asked for several blocks at once, faster than they last.'],
};

const LOAD = 'The time the processor takes for a block, by the time the block lasts: mean, largest and 99th percentile of the last ten seconds. Above 100 % it is too slow.';
const shares = (...all) => `${all.map((share) => number(100 * share)).join(' · ')} %`;
const late = (blocks) => Object.entries(LATE).map(([cause, [name, means]]) => [name, blocks[cause], means]);

/** How hard the processor works, and what went wrong since this build is heard. */
export function blocks({ processor_load: own, ...stats }) {
  return [
    ['Load', shares(own.average, own.max, own.p99), LOAD],
    ['Wake-up delay', `${number(stats.wake_us, 0)} µs`, 'From handing a block over until the processor was awake, averaged.'],
    ['Blocks', stats.blocks, 'Blocks since this build is heard.'],
    ...late(stats.late_blocks),
    ['Device xruns', stats.xruns, 'How often the sound device itself ran dry or over.'],
    ['NaN/Inf samples', stats.nonfinite, 'Samples of the processor that were no finite number; silence was played for them.'],
    ['Restarts', stats.respawns, 'How often this build was started again after a crash or a stop. A swap isn’t one.'],
  ];
}

/** The details: the audio thread, and what was counted since the project was attached. */
export function session({ total, ...stats }) {
  const thread = ['Audio thread', shares(stats.load, stats.load_max, stats.load_p99), 'The companion’s own busy time by its period, without the processor’s: mean, largest and 99th percentile.'];
  if (!total) return [thread];
  return [
    thread,
    ['Builds', total.builds, 'Builds that were heard since the project was attached.'],
    ['Blocks', total.blocks, 'Blocks of all these builds.'],
    ...late(total.late_blocks),
    ['NaN/Inf samples', total.nonfinite, 'Of all these builds.'],
    ['Restarts', total.respawns, 'Of all these builds.'],
  ];
}

/** Which devices, and how their clocks are matched. */
export function devices({ devices, drift }) {
  const asked = (value, unit) => (value === undefined ? '' : ` (${value} ${unit} was asked for)`);
  return [
    ['Sound system', devices.backend],
    ['Input', devices.input ?? 'closed'],
    ['Output', devices.output ?? 'none'],
    ['Rate', `${devices.sample_rate} Hz${asked(devices.asked_sample_rate, 'Hz')}`],
    ['Buffer', `${devices.buffer_frames} frames${asked(devices.asked_buffer_frames, 'frames')}`],
    ['Drift of the input', drift ? `${number(drift.ppm)} ppm · ${drift.buffer_frames} frames wait` : 'none, one clock',
      'By how much the input’s clock is faster than the output’s, in millionths.'],
  ];
}

/** Puts lines into a `<dl>`, and touches only what changed. */
export function fill(list, lines) {
  if (list.childElementCount !== 2 * lines.length) {
    list.replaceChildren(...lines.flatMap(() => [document.createElement('dt'), document.createElement('dd')]));
  }
  for (const [index, [name, value, means]] of lines.entries()) {
    const [term, place] = [list.children[2 * index], list.children[2 * index + 1]];
    if (term.textContent !== name) term.textContent = name;
    if (means && term.title !== means) {
      term.title = means;
      term.setAttribute('aria-description', means);
    }
    if (place.textContent !== String(value)) place.textContent = value;
  }
}
