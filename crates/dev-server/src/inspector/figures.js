/** What is measured once a second: lines of a name and a value, and the latency as a bar of its parts. */

import { milliseconds, number } from './scales.js';

const LATE = {
  not_scheduled: 'not scheduled',
  too_slow: 'too slow',
  queue_full: 'queue full',
  device: 'in bursts',
};

/** How hard the machine works, and what went wrong. */
export function blocks(stats) {
  const late = Object.entries(LATE).map(([cause, name]) => [`Late, ${name}`, stats.late_blocks[cause]]);
  const load = (...shares) => `${shares.map((share) => number(100 * share)).join(' · ')} %`;
  const { processor_load: own } = stats;
  return [
    ['Audio thread', load(stats.load, stats.load_max, stats.load_p99)],
    ['Processor', load(own.average, own.max, own.p99)],
    ['Wake-up', `${number(stats.wake_us, 0)} µs`],
    ['Blocks', stats.blocks],
    ...late,
    ['Xruns of the device', stats.xruns],
    ['Samples not finite', stats.nonfinite],
    ['Restarts', stats.respawns],
  ];
}

/** Which devices, and how their clocks are matched. */
export function devices({ devices, drift, file }) {
  const asked = (value, unit) => (value === undefined ? '' : ` (${value} ${unit} was asked for)`);
  const lines = [
    ['Sound system', devices.backend],
    ['Input', devices.input ?? 'closed'],
    ['Output', devices.output ?? 'none'],
    ['Rate', `${devices.sample_rate} Hz${asked(devices.asked_sample_rate, 'Hz')}`],
    ['Buffer', `${devices.buffer_frames} frames${asked(devices.asked_buffer_frames, 'frames')}`],
    ['Drift of the input', drift ? `${number(drift.ppm)} ppm · ${drift.buffer_frames} frames wait` : 'none, one clock'],
  ];
  if (file) {
    const at = (frames) => `${number(frames / devices.sample_rate)} s`;
    lines.push(['File', `${at(file.position_frames)} of ${at(file.length_frames)}`]);
  }
  return lines;
}

/** What isn't as it should be, for a person to read and perhaps mend. */
export function notices({ devices, mute_reason, source_reason, mode_reason, guard }) {
  const howl = guard.howl_muted && 'the level ran away, as feedback does, so everything is muted: switch Mute off to hear it again';
  const limiter = guard.limiting && 'the limiter holds the output under −1 dB: turn something down';
  return [devices.notice, mute_reason, source_reason, mode_reason, howl || limiter].filter(Boolean);
}

/** Puts lines into a `<dl>`, and touches only what changed. */
export function fill(list, lines) {
  if (list.childElementCount !== 2 * lines.length) {
    list.replaceChildren(...lines.flatMap(() => [document.createElement('dt'), document.createElement('dd')]));
  }
  for (const [index, line] of lines.entries()) {
    for (const [offset, text] of line.entries()) {
      const element = list.children[2 * index + offset];
      if (element.textContent !== String(text)) element.textContent = text;
    }
  }
}

const PARTS = {
  input_device: 'Input device',
  input_buffer: 'Input buffer',
  pipeline: 'Pipeline',
  processor: 'Processor',
  output_device: 'Output device',
};

/** The way from the input to the loudspeaker, as a bar of its parts. */
export class Latency {
  #bar;
  #total;
  #parts = new Map();

  constructor(bar, legend, total) {
    this.#bar = bar;
    this.#total = total;
    for (const [part, name] of Object.entries(PARTS)) {
      const [stretch, term, value] = ['span', 'dt', 'dd'].map((tag) => document.createElement(tag));
      stretch.className = term.className = part.replace('_', '-');
      term.textContent = name;
      bar.append(stretch);
      legend.append(term, value);
      this.#parts.set(part, { stretch, value });
    }
  }

  show({ latency, devices }) {
    const sum = Object.values(latency).reduce((sum, frames) => sum + frames, 0);
    const written = (frames) => `${number(milliseconds(frames, devices.sample_rate), 2)} ms`;
    for (const [part, { stretch, value }] of this.#parts) {
      stretch.style.flexGrow = latency[part];
      value.textContent = `${latency[part]} · ${written(latency[part])}`;
    }
    this.#total.textContent = `${written(sum)} · ${sum} frames`;
    this.#bar.ariaLabel = `Latency, ${written(sum)} in all`;
  }
}
