/** What the page and the dev WebSocket, or a plugin, say to each other: JSON-RPC 2.0, one object a text. */

/** A parameter and its value, as `getAllParameters` lists it. Values are in the parameter's own unit. */
export interface Parameter {
  id: string;
  name: string;
  type: 'float' | 'bool' | 'enum';
  value: number;
  default: number;
  min: number;
  max: number;
  /** The distance between values, where only some are allowed. */
  step?: number;
  /** The exponent of a skewed control: `value = min + (max − min) · position^skew`. Absent: 1. */
  skew?: number;
  unit?: string;
  group?: string;
  /** The names of a choice's values 0, 1, 2, … */
  variants?: string[];
  /** The id of the processor that it belongs to. */
  processor?: string;
}

/** One of a chain's processors. */
export interface Processor {
  id: string;
  /** As shown: "Filter", "Filter 2". */
  name: string;
  /** The id of the parameter that takes it out of the way. */
  bypass?: string;
}

/** What is heard: the processor, its input as it comes, or nothing. Meters and pictures show the same. */
export type Heard = 'processed' | 'dry' | 'silence';

/** Levels of what is heard: linear amplitude, 1 is full scale. */
export interface MeterUpdate {
  timestamp_us: number;
  left_peak: number;
  left_rms: number;
  right_peak: number;
  right_rms: number;
  heard?: Heard;
  /** Where in its file the source is. */
  position_frames?: number;
  /** Where the transport is; absent without audio. */
  position_beats?: number;
  /** In the chain's order; absent where the processors show nothing. */
  probes?: Probe[];
}

/** What a processor shows with `probe!`, in its own unit, since the last time it came. */
export interface Probe {
  name: string;
  /** The id of its processor; absent where that can't be told. */
  processor?: string;
  /** Absent where there was no value; the other two, too. */
  last?: number;
  least?: number;
  greatest?: number;
  /** How many values were NaN or infinite. */
  not_finite?: number;
}

/** The waveform of what is heard, from a rising zero crossing on: at most 1024 points a side. */
export interface ScopeFrame {
  points_l: number[];
  points_r: number[];
  /** In Hz. */
  sample_rate: number;
  /** In samples. */
  timestamp: number;
  no_signal: boolean;
  /** How many frames of sound the points cover; absent: one each. Where that is more, points are least and greatest in turn. */
  frames?: number;
}

/** What is heard, by frequency. */
export interface SpectrumFrame {
  /** In dB, evenly spaced on a logarithmic axis: 0 is a full-scale sine on both sides, −120 the least. */
  levels_db: number[];
  /** The first point's frequency and the last one's, in Hz. */
  low_hz: number;
  high_hz: number;
  /** In samples. */
  timestamp: number;
  /** The loudest partial, measured more finely than the points lie; absent in silence. */
  peak?: { hz: number; db: number };
}

export interface AudioStatus {
  phase: 'disabled' | 'initializing' | 'runningFullDuplex' | 'runningInputOnly' | 'degraded' | 'failed';
  diagnostic?: { code: string; message: string; hint?: string };
  sample_rate?: number;
  buffer_size?: number;
  updated_at_ms: number;
}

/** What a build of the engine is doing. */
export type BuildStatus =
  | { status: 'building' }
  | { status: 'ok'; ms: number }
  | {
      status: 'failed';
      errors: string;
      /** `errors` with the terminal's colours (ANSI SGR). */
      coloured?: string;
      /** Where the text names a place: `file` as in the text, `path` as on this machine. */
      places?: Place[];
    };

export interface Place {
  file: string;
  line: number;
  column: number;
  path: string;
}

export interface SessionState {
  session: string;
  state: 'starting' | 'shadow' | 'live' | 'bypassed' | 'notResponding' | 'crashed' | 'held' | 'ended';
  reason?: string;
}

/** What a person should know: whole sentences, and what helps. */
export interface Notice {
  /** Stays the same while it lasts. */
  id: string;
  text: string;
  action?: 'restart' | 'unmute' | 'allowMicrophone';
}

/** What is measured, once a second: the part of it that this page shows. */
export interface Stats {
  state: SessionState['state'];
  heard?: Heard;
  /** The most urgent first. */
  notices?: Notice[];
  blocks: number;
  late_blocks: { not_scheduled: number; too_slow: number; queue_full: number; device: number };
  xruns: number;
  /** The processor's time for a block by the block's duration: 1 is all there is. */
  processor_load: { average: number };
  /** Parts of the latency from the microphone to the loudspeaker, in frames. */
  latency: {
    input_device: number;
    input_buffer: number;
    pipeline: number;
    processor: number;
    output_device: number;
  };
  /** How the microphone's clock is matched to the output's; absent where the two have one clock. */
  drift?: { ppm: number; buffer_frames: number };
  devices: {
    backend: string;
    input: string | null;
    output: string | null;
    sample_rate: number;
    buffer_frames: number;
    notice?: string;
  };
  source: 'microphone' | 'tone' | 'noise' | 'sweep' | 'impulse' | 'step' | 'twotone' | 'silence' | 'file';
  bypassed: boolean;
  muted: boolean;
  /** Why, where nobody muted it by hand. */
  mute_reason?: string;
  guard: { limiting: boolean; howl_muted: boolean };
}

/** Two sets of parameters to compare: one is heard, the other kept. */
export type SetName = 'A' | 'B';

export interface Sets {
  active: SetName;
  /** Are their values different? */
  differ: boolean;
}

/** What can be undone and redone: the project's, whichever page did it. */
export interface History {
  /** What the next undo is of: "Drive". Absent: nothing. */
  undo?: string;
  redo?: string;
  undo_steps: number;
  redo_steps: number;
}

export type Way = 'undo' | 'redo';

/** What was undone or redone; absent where there was nothing. */
export interface Stepped {
  step?: string;
  /** What the present build doesn't have of it: a sentence. */
  said?: string;
}

/** The preset that was loaded or saved last. */
export interface CurrentPreset {
  /** Absent: none was, or it is gone. */
  current?: string;
  /** Has a parameter another value than it? */
  changed: boolean;
}

/** The project's presets, by name. */
export interface PresetList extends CurrentPreset {
  /** `trouble` says why one can't be used. */
  presets: { name: string; note?: string; trouble?: string }[];
  /** How many more there are. */
  omitted?: number;
  /** Why the folder can't be read. */
  trouble?: string;
}

/** What was done with a preset, and what a person should know of it. */
export interface PresetDone {
  name: string;
  remarks?: string[];
}

/** What plays. Frames are at `sample_rate`, in Hz. */
export interface Source {
  source: Stats['source'];
  sample_rate: number;
  /** Of a file, without its folder. */
  name?: string;
  length_frames?: number;
  /** The part that repeats; absent: all of it. */
  loop?: [from: number, to: number];
  /** The file's least and greatest samples, in equal columns. */
  waveform?: { min: number[]; max: number[] };
  /** Files that this project played, the newest first. */
  recent: { number: number; name: string; playing: boolean }[];
  /** Of a signal: its words and its numbers, as far as the server tells them. */
  signal?: { label?: string; hz?: number; level_db?: number; from_hz?: number; to_hz?: number; seconds?: number };
}

/** A part of a file; without numbers: all of it. */
export type Loop = { from_frames: number; to_frames: number } | { from_frames?: never };

/** The time that the processor is told: one for all projects. Frames are at `sample_rate`, in Hz. */
export interface TransportState {
  playing: boolean;
  /** Beats per minute, 20 to 999. */
  tempo: number;
  position_frames: number;
  /** From 0; a bar has four. */
  position_beats: number;
  sample_rate: number;
  /** So many bars from the first on repeat; absent: none. */
  loop_bars?: number;
  /** What of it the processor gets: all, or only `reset` on a stop, since its interface has no more or since that was asked for. */
  reaches?: 'all' | 'reset' | 'none';
}

/** What is to change of it: what is absent stays. `position_beats` 0 is the start, `loop_bars` 0 no loop. */
export type TransportChange = Partial<
  Pick<TransportState, 'playing' | 'tempo' | 'position_beats' | 'loop_bars'>
>;

/** Methods: what they take and what they give. */
export interface Methods {
  getParameter: { params: { id: string }; result: { id: string; value: number } };
  /** What is set with the same number of a gesture is one step to undo. */
  setParameter: { params: { id: string; value: number; gesture?: number }; result: object };
  /** To a plugin: no more is set with this number, so its host may end what it records. */
  endGesture: { params: { gesture: number }; result: object };
  getAllParameters: { params: object; result: { parameters: Parameter[]; processors?: Processor[] } };
  getAudioStatus: { params: object; result: { status: AudioStatus | null } };
  getStats: { params: object; result: Stats };
  setBypass: { params: { on: boolean }; result: object };
  setMute: { params: { on: boolean }; result: object };
  restart: { params: object; result: object };
  getSets: { params: object; result: Sets };
  hearSet: { params: { set: SetName }; result: object };
  copySet: { params: object; result: object };
  getHistory: { params: object; result: History };
  undo: { params: object; result: Stepped };
  redo: { params: object; result: Stepped };
  getPresets: { params: object; result: PresetList };
  loadPreset: { params: { name: string }; result: PresetDone };
  stepPreset: { params: { by: 1 | -1 }; result: PresetDone };
  savePreset: { params: { name: string; note?: string; replace?: boolean }; result: PresetDone };
  renamePreset: { params: { from: string; to: string }; result: PresetDone };
  deletePreset: { params: { name: string }; result: object };
  getSource: { params: object; result: Source };
  getTransport: { params: object; result: TransportState };
  setTransport: { params: TransportChange; result: object };
  tapTempo: { params: object; result: object };
  setLoop: { params: Loop; result: object };
  seek: { params: { frame: number }; result: object };
  chooseRecent: { params: { number: number }; result: object };
  subscribe: { params: { topics: Topic[]; hz?: number; scope?: ScopeWish }; result: object };
}

export type Topic = 'meters' | 'scope' | 'spectrum' | 'stats' | 'state' | 'build' | 'log';

/** How much sound the scope shows, in ms, and where it begins: at a crossing of `level`, from −1 to 1. */
export interface ScopeWish {
  span_ms: number;
  edge: 'rising' | 'falling';
  level: number;
}

/** Notifications: what the server says unasked. */
export interface Notifications {
  parameterChanged: { id: string; value: number };
  parametersChanged: object;
  meterUpdate: MeterUpdate;
  scopeUpdate: ScopeFrame;
  spectrumUpdate: SpectrumFrame;
  stats: Stats;
  sessionState: SessionState;
  audioStatusChanged: AudioStatus;
  buildStatus: BuildStatus;
  setsChanged: Sets;
  historyChanged: History;
  presetsChanged: PresetList;
  presetChanged: CurrentPreset;
  sourceChanged: object;
  transportChanged: TransportState;
}
