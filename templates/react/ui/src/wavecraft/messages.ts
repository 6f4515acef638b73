/** What the page and the dev WebSocket say to each other: JSON-RPC 2.0, one object a text frame. */

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
}

/** Levels of the processed output: linear amplitude, 1 is full scale. */
export interface MeterUpdate {
  timestamp_us: number;
  left_peak: number;
  left_rms: number;
  right_peak: number;
  right_rms: number;
}

/** 1024 points of the processed output, from a rising zero crossing on. */
export interface ScopeFrame {
  points_l: number[];
  points_r: number[];
  /** In Hz. */
  sample_rate: number;
  /** In samples. */
  timestamp: number;
  no_signal: boolean;
}

/** The processed output by frequency. */
export interface SpectrumFrame {
  /** In dB, evenly spaced on a logarithmic axis: 0 is a full-scale sine on both sides, −120 the least. */
  levels_db: number[];
  /** The first point's frequency and the last one's, in Hz. */
  low_hz: number;
  high_hz: number;
  /** In samples. */
  timestamp: number;
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
  | { status: 'failed'; errors: string };

export interface SessionState {
  session: string;
  state: 'starting' | 'shadow' | 'live' | 'bypassed' | 'notResponding' | 'crashed' | 'held' | 'ended';
  reason?: string;
}

/** What is measured, once a second: the part of it that this page shows. */
export interface Stats {
  state: SessionState['state'];
  blocks: number;
  late_blocks: { not_scheduled: number; too_slow: number; queue_full: number; device: number };
  xruns: number;
  /** The audio thread's busy time by its period: 1 is all there is. */
  load: number;
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
  source: 'microphone' | 'tone' | 'noise' | 'sweep' | 'silence' | 'file';
  bypassed: boolean;
  muted: boolean;
  /** Why, where nobody muted it by hand. */
  mute_reason?: string;
  guard: { limiting: boolean; howl_muted: boolean };
}

/** Methods: what they take and what they give. */
export interface Methods {
  getParameter: { params: { id: string }; result: { id: string; value: number } };
  setParameter: { params: { id: string; value: number }; result: object };
  getAllParameters: { params: object; result: { parameters: Parameter[] } };
  getAudioStatus: { params: object; result: { status: AudioStatus | null } };
  getStats: { params: object; result: Stats };
  setBypass: { params: { on: boolean }; result: object };
  subscribe: { params: { topics: Topic[]; hz?: number }; result: object };
}

export type Topic = 'meters' | 'scope' | 'spectrum' | 'stats' | 'state' | 'build' | 'log';

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
}
