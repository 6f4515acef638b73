/** What is measured, as lines of a name and a value. */

const LATENCY = {
  input_device: 'Input device',
  input_buffer: 'Input buffer',
  pipeline: 'Pipeline',
  processor: 'Processor',
  output_device: 'Output device',
};

const LATE = {
  not_scheduled: 'not scheduled',
  too_slow: 'too slow',
  queue_full: 'queue full',
  device: 'device asked in bursts',
};

export const decibels = (level) =>
  level > 0 ? `${(20 * Math.log10(level)).toFixed(1).replace('-', '−')} dB` : '−∞ dB';

/** From the input to the loudspeaker: each part, and their sum. */
export function latency({ latency: parts, devices }) {
  const shown = (frames) => `${frames} frames · ${((1000 * frames) / devices.sample_rate).toFixed(2)} ms`;
  const lines = Object.entries(LATENCY).map(([part, name]) => [name, shown(parts[part])]);
  const sum = Object.values(parts).reduce((sum, frames) => sum + frames, 0);
  return [...lines, ['Together', shown(sum)]];
}

/** How hard the machine works, and what came too late. */
export function blocks(stats) {
  const late = Object.entries(LATE).map(([cause, name]) => [`Late: ${name}`, stats.late_blocks[cause]]);
  const load = (...shares) => `${shares.map((share) => (100 * share).toFixed(1)).join(' · ')} %`;
  const { processor_load: own } = stats;
  return [
    ['Audio thread: mean · max · p99', load(stats.load, stats.load_max, stats.load_p99)],
    ['Processor: mean · max · p99', load(own.average, own.max, own.p99)],
    ['Wake-up', `${stats.wake_us.toFixed(0)} µs`],
    ['Blocks', stats.blocks],
    ...late,
    ['Xruns of the device', stats.xruns],
    ['Not finite, set to 0', stats.nonfinite],
    ['Respawns', stats.respawns],
    ['Limiter', stats.guard.howl_muted ? 'muted: the level ran away' : stats.guard.limiting ? 'acts' : 'idle'],
  ];
}

/** Which devices, and how their clocks are matched. */
export function devices({ devices, drift }) {
  const asked = (value, unit) => (value === undefined ? '' : ` (${value} ${unit} was asked for)`);
  const lines = [
    ['Sound system', devices.backend],
    ['Input', devices.input ?? 'closed'],
    ['Output', devices.output ?? 'none'],
    ['Rate', `${devices.sample_rate} Hz${asked(devices.asked_sample_rate, 'Hz')}`],
    ['Buffer', `${devices.buffer_frames} frames${asked(devices.asked_buffer_frames, 'frames')}`],
  ];
  if (drift) lines.push(['Drift of the input', `${drift.ppm.toFixed(1)} ppm · ${drift.buffer_frames} frames wait`]);
  if (devices.notice) lines.push(['Notice', devices.notice]);
  return lines;
}

/** Puts lines into a `<dl>`. */
export function fill(list, lines) {
  list.replaceChildren(
    ...lines.flatMap(([name, value]) => {
      const [term, description] = [document.createElement('dt'), document.createElement('dd')];
      term.textContent = name;
      description.textContent = value;
      return [term, description];
    }),
  );
}
