/** A pretended project: a chain of four processors with 40 parameters of every kind, long names and long units. */

const float = (id, name, min, max, value, more = {}) => ({ id, name, type: 'float', default: value, min, max, value, ...more });
const bool = (id, name, value = 0, more = {}) => ({ id, name, type: 'bool', default: value, min: 0, max: 1, step: 1, value, ...more });
const choice = (id, name, variants, value = 0, more = {}) => ({
  id, name, type: 'enum', default: value, min: 0, max: variants.length - 1, step: 1, variants, value, ...more,
});
const of = (processor, parameters) =>
  parameters.map((parameter) => ({ ...parameter, id: `${processor}_${parameter.id}`, processor }));

const filter = [
  float('cutoff', 'Cutoff', 20, 20_000, 1000, { unit: 'Hz', skew: 3, group: 'Filter' }),
  float('resonance', 'Resonance', 0, 1, 0.2, { group: 'Filter' }),
  choice('slope', 'Slope', ['6 dB per octave', '12 dB per octave', '24 dB per octave'], 1, { group: 'Filter' }),
  choice('keytrack', 'Key tracking', ['Off', 'On'], 0, { group: 'Modulation of the cutoff by an envelope' }),
  float('envelope', 'Envelope amount', -100, 100, 0, { unit: '%', group: 'Modulation of the cutoff by an envelope' }),
  float('attack', 'Attack', 0.1, 2000, 10, { unit: 'ms', skew: 3, group: 'Modulation of the cutoff by an envelope' }),
  float('release', 'Release', 1, 5000, 200, { unit: 'ms', skew: 3, group: 'Modulation of the cutoff by an envelope' }),
  bool('bypass', 'Bypass', 0, { group: 'Output' }),
];

const compressor = [
  float('threshold', 'Threshold', -60, 0, -18, { unit: 'dB', group: 'Dynamics' }),
  float('ratio', 'Ratio', 1, 20, 4, { unit: ': 1', skew: 2, group: 'Dynamics' }),
  float('knee', 'Knee', 0, 24, 6, { unit: 'dB', group: 'Dynamics' }),
  float('lookahead', 'Look-ahead', 0, 20, 5, { unit: 'milliseconds', group: 'Dynamics' }),
  float('attack', 'Attack', 0.01, 250, 3.5, { unit: 'ms', skew: 3, group: 'Times' }),
  float('release', 'Release', 5, 4000, 180, { unit: 'ms', skew: 3, group: 'Times' }),
  float('slew', 'Gain slew', 0, 5000, 1200, { unit: 'decibels per second', group: 'Times' }),
  choice('detector', 'Detector', ['Peak', 'Root mean square', 'Peak and root mean square combined'], 2, { group: 'Detection' }),
  float('sidechain', 'Side-chain high-pass frequency', 20, 500, 80, { unit: 'Hz', skew: 2, group: 'Detection' }),
  bool('autogain', 'Make-up gain that follows the threshold', 1, { group: 'Detection' }),
  float('makeup', 'Make-up', -24, 24, 0, { unit: 'dB', group: 'Output' }),
  bool('bypass', 'Bypass', 0, { group: 'Output' }),
];

const echo = [
  float('time', 'Time', 1, 2000, 375, { unit: 'ms', skew: 2, group: 'Delay' }),
  choice('sync', 'Tempo sync', ['Off', 'On'], 1, { group: 'Delay' }),
  float('beats', 'Beats', 1, 16, 3, { step: 1, unit: 'sixteenths', group: 'Delay' }),
  float('feedback', 'Feedback', 0, 110, 45, { unit: '%', group: 'Delay' }),
  float('spread', 'StereoSpreadBetweenTheTwoChannels', 0, 100, 30, { unit: '%', group: 'Delay' }),
  choice('waveform', 'Waveform', ['Sine', 'Triangle', 'Sample and hold'], 0, { group: 'Modulation' }),
  float('rate', 'Rate', 0.01, 10, 0.35, { unit: 'Hz', skew: 2, group: 'Modulation' }),
  float('depth', 'Depth', 0, 25, 2.4, { unit: 'cents', group: 'Modulation' }),
  float('damping', 'High-frequency damping per repetition', 0, 48, 3, { unit: 'dB/octave', group: 'Modulation' }),
  float('mix', 'Mix', 0, 1, 0.35, { group: 'Output' }),
  bool('freeze', 'Freeze', 0, { group: 'Output' }),
  bool('bypass', 'Bypass', 1, { group: 'Output' }),
];

export const parameters = [
  ...of('filter', filter),
  ...of('compressor', compressor),
  ...of('echo', echo),
  ...of('filter_2', filter),
];

export const processors = [
  { id: 'filter', name: 'Filter', bypass: 'filter_bypass' },
  { id: 'compressor', name: 'Look-ahead compressor', bypass: 'compressor_bypass' },
  { id: 'echo', name: 'Echo', bypass: 'echo_bypass' },
  { id: 'filter_2', name: 'Filter 2', bypass: 'filter_2_bypass' },
];

const load = (average) => ({ average, max: 3 * average, p99: 2.6 * average, last_second: 2 * average });

export const stats = {
  session: 'my-echo-1', state: 'live', heard: 'processed', blocks: 37_500,
  late_blocks: { not_scheduled: 0, too_slow: 2, queue_full: 0, device: 1 },
  total: { blocks: 96_300, late_blocks: { not_scheduled: 1, too_slow: 14, queue_full: 0, device: 3 }, nonfinite: 0, respawns: 1, builds: 7 },
  nonfinite: 0, xruns: 0, load: 0.004, load_max: 0.02, load_p99: 0.018, load_last_second: 0.01,
  processor_load: load(0.28), wake_us: 61.5,
  input: { peak: [0.2512, 0.2512], rms: [0.1123, 0.1123] }, output: { peak: [0.2512, 0.2512], rms: [0.1045, 0.1045] },
  latency: { input_device: 0, input_buffer: 0, pipeline: 256, processor: 240, output_device: 128 },
  devices: { backend: 'PipeWire', input: null, output: 'Built-in Audio Analog Stereo', sample_rate: 48_000, buffer_frames: 256 },
  source: 'file', file: { position_frames: 48_000, length_frames: 480_000 }, mode: 'pipelined', bypassed: false, muted: false, gain_db: 0,
  guard: { limiting: false, howl_muted: false }, respawns: 0, notices: [], others: ['my-gain-2'],
};

const columns = Array.from({ length: 512 }, (_, column) => 0.85 * Math.abs(Math.sin(column / 23)) * Math.exp(-(column % 128) / 60));

export const source = {
  source: 'file', name: 'drums, room microphones, take 3.wav', sample_rate: 48_000, length_frames: 480_000, loop: [120_000, 360_000],
  waveform: { min: columns.map((peak) => -0.9 * peak), max: columns },
  recent: [
    { number: 1, name: 'drums, room microphones, take 3.wav', playing: true },
    { number: 2, name: 'bass.flac', playing: false },
  ],
};

/** A signal as the project tells it. */
export const tone = { text: 'tone', label: 'Tone 1 kHz, −12 dBFS', form: 'tone[:HZ][@DB]', hz: 1000, level_db: -12 };

/** The time of all projects as a project tells it. */
export const time = {
  playing: true, tempo: 98.5, position_frames: 117_600, position_beats: 4.02, sample_rate: 48_000, loop_bars: 4, reaches: 'all',
};

/** What a project says of itself when a page asks. */
export const answers = () => ({
  getStats: stats,
  subscribe: {},
  getAllParameters: { parameters, processors },
  getParameter: ({ id }) => ({ id, value: parameters.find((parameter) => parameter.id === id).value }),
  getSource: source,
  getTransport: time,
  getSets: { active: 'A', differ: true },
  getPresets: { presets: [{ name: 'Bright' }, { name: 'Warm' }], current: 'Warm', changed: false },
  getHistory: { undo: 'Cutoff', undo_steps: 3, redo_steps: 0 },
  undo: { step: 'Cutoff' }, redo: { step: 'Cutoff' },
  setParameter: {}, hearSet: {}, copySet: {}, setSource: {}, setMode: {}, setBypass: {}, setMute: {}, setGain: {}, restart: {}, setLoop: {}, seek: {},
  setTransport: {}, tapTempo: {},
  chooseRecent: {},
});

const wave = (count, step, start, level) =>
  Array.from({ length: count }, (_, index) => Number((level * Math.sin(start + index * step)).toFixed(5)));

/** The pictures of one moment, in seconds. */
export function moment(seconds, scope) {
  const start = seconds * 7;
  const pairs = scope !== undefined && scope.span_ms > 20;
  const points = scope === undefined ? 1024 : pairs ? 1024 : Math.round(48 * scope.span_ms);
  const peak = 0.3 + 0.2 * Math.sin(seconds * 3);
  const levels = Array.from({ length: 256 }, (_, index) =>
    Number((-50 - 0.15 * index + 38 * Math.exp(-(((index - 145) / 3) ** 2)) + 6 * Math.sin(index / 3 + seconds * 9)).toFixed(1)));
  return {
    meterUpdate: {
      timestamp_us: seconds * 1e6, left_peak: peak, left_rms: peak / 2, right_peak: peak * 0.8, right_rms: peak * 0.4,
      input: { peak: [0.25, 0.25], rms: [0.11, 0.11] }, heard: 'processed',
      position_beats: 4.02 + seconds * 1.64,
      position_frames: 120_000 + Math.floor((seconds * 48_000) % 240_000),
    },
    scopeUpdate: {
      points_l: pairs ? wave(points, Math.PI * 0.93, start, 0.8) : wave(points, 0.03, 0, 0.7),
      points_r: pairs ? wave(points, Math.PI * 0.91, start, 0.5) : wave(points, 0.06, start, 0.4),
      sample_rate: 48_000, timestamp: Math.round(seconds * 48_000), no_signal: false, trigger_mode: 'rising',
      ...(scope && { frames: Math.round(48 * scope.span_ms), pairs, triggered: true }),
    },
    spectrumUpdate: { levels_db: levels, low_hz: 20, high_hz: 20_000, timestamp: Math.round(seconds * 48_000), peak: { hz: 1000.2, db: -12.03 } },
  };
}
