/** The page's picture of the running project: it follows what the server says, over every reconnect. */

import type { Address } from './address';
import type { Lost } from './channel';
import { gestures } from './gestures';
import type {
  AudioStatus,
  BuildStatus,
  History,
  Methods,
  MeterUpdate,
  Notifications,
  Parameter,
  PresetList,
  Processor,
  ScopeFrame,
  SessionState,
  Sets,
  Source,
  SpectrumFrame,
  Stats,
  Stepped,
  Way,
  TransportState,
} from './messages';
import { Plugin, type PluginWindow } from './plugin';
import { Socket } from './socket';
import { Store } from './store';
import { Transport } from './transport';

export type Connection =
  /** Nobody gave this tab a token. */
  | { state: 'noToken' }
  /** `attempt` is 0 at first and counts the tries since the connection was lost. */
  | { state: 'connecting'; attempt: number; why?: Lost }
  | { state: 'connected' };

/** How often meters, scope and spectrum come, in Hz; fewer for those who asked their system for less motion. */
const HZ = 30;
const CALM_HZ = 4;
/** Two periods of 40 Hz. */
const SCOPE_SPAN_MS = 50;

interface Frames {
  meters?: MeterUpdate;
  scope?: ScopeFrame;
  spectrum?: SpectrumFrame;
}

/** A value, and the gesture that it is of. */
interface Moved {
  value: number;
  gesture: number;
}

/** A parameter whose last change has no answer yet. */
interface Sending {
  /** What to send after the answer, if it was moved again meanwhile. */
  next: Moved | undefined;
  /** What the server said of it meanwhile: older than what the person sees. */
  heard: number | undefined;
}

export class Client {
  readonly connection = new Store<Connection>({ state: 'noToken' });
  /** Is the other side a plugin, whose host has the sound, the time and the history? */
  readonly inPlugin = new Store(false);
  readonly parameters = new Store<readonly Parameter[]>([]);
  /** In the chain's order; empty where the server doesn't tell. */
  readonly processors = new Store<readonly Processor[]>([]);
  readonly meters = new Store<MeterUpdate | null>(null);
  readonly scope = new Store<ScopeFrame | null>(null);
  readonly spectrum = new Store<SpectrumFrame | null>(null);
  readonly audioStatus = new Store<AudioStatus | null>(null);
  readonly sessionState = new Store<SessionState | null>(null);
  readonly build = new Store<BuildStatus | null>(null);
  readonly stats = new Store<Stats | null>(null);
  readonly sets = new Store<Sets | null>(null);
  readonly history = new Store<History | null>(null);
  readonly presets = new Store<PresetList | null>(null);
  readonly source = new Store<Source | null>(null);
  /** The time that the processor is told. */
  readonly time = new Store<TransportState | null>(null);
  /** How much sound the scope shows, in ms. */
  readonly scopeSpan = new Store(SCOPE_SPAN_MS);

  #transport: Transport | null = null;
  #sending = new Map<string, Sending>();
  /** Everything that is being sent. */
  #runs = new Set<Promise<void>>();
  /** What the screen's next picture will show; `null` where none was asked for. */
  #frames: Frames | null = null;

  /** Connects to `address`, or to the plugin that shows this page, if one does, instead of where it was connected before. */
  connect(address: Address | null, plugin: PluginWindow | undefined = window.wavecraftPlugin): void {
    this.disconnect();
    const channel = plugin ? new Plugin(plugin) : address && new Socket(address);
    if (channel === null) return;
    // Only hosts want to know when a gesture is over.
    gestures.listen(plugin && ((gesture) => void this.#ended(gesture)));
    this.inPlugin.set(plugin !== undefined);
    this.connection.set({ state: 'connecting', attempt: 0 });
    this.#transport = new Transport(channel, {
      onOpen: () => void this.#resume(),
      onLost: (attempt, why) => this.#lost({ state: 'connecting', attempt, ...(why && { why }) }),
      onNotification: (method, params) => this.#notified(method, params),
    });
    this.#transport.open();
  }

  disconnect(): void {
    gestures.deafen();
    this.#transport?.close();
    this.#transport = null;
    this.#lost({ state: 'noToken' });
  }

  /**
   * Moves a parameter. It is shown at once; the server gets the latest value as fast as it answers, so that a drag
   * never fills a queue. What it refuses goes back to what it says. All that a person does in one gesture is one step to undo.
   */
  setParameter(id: string, value: number): void {
    this.#show(id, value);
    const moved = { value, gesture: gestures.of(id) };
    const sending = this.#sending.get(id);
    if (sending !== undefined) {
      sending.next = moved;
      return;
    }
    const run = this.#send(id, moved);
    this.#runs.add(run);
    void run.finally(() => this.#runs.delete(run));
  }

  /** Undoes or redoes a step, after everything is there that was moved before; fails where the server says no. */
  async walk(way: Way): Promise<Stepped> {
    await this.#sent();
    return this.call(way, {});
  }

  /** Takes the processor out of the way, or into it. It is shown at once, and taken back where the server says no. */
  async setBypass(on: boolean): Promise<void> {
    const show = (bypassed: boolean) => {
      const stats = this.stats.get();
      if (stats !== null) this.stats.set({ ...stats, bypassed });
    };
    show(on);
    await this.#transport?.request('setBypass', { on }).catch(() => show(!on));
  }

  /** Calls a method by its name; fails where the server says no, or nobody answers. */
  call<M extends keyof Methods>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']> {
    return this.#transport?.request(method, params) ?? Promise.reject(new Error(`${method}: not connected`));
  }

  setScopeSpan(ms: number): void {
    this.scopeSpan.set(ms);
    void this.#subscribe().catch(() => undefined);
  }

  async #ended(gesture: number): Promise<void> {
    await this.#sent();
    await this.call('endGesture', { gesture }).catch(() => undefined);
  }

  /** Everything has arrived that was moved before. */
  async #sent(): Promise<void> {
    while (this.#runs.size > 0) await Promise.all(this.#runs);
  }

  async #send(id: string, moved: Moved): Promise<void> {
    const transport = this.#transport;
    if (transport === null) return;
    const sending: Sending = { next: moved, heard: undefined };
    this.#sending.set(id, sending);
    try {
      while (sending.next !== undefined) {
        const params = { id, ...sending.next };
        sending.next = undefined;
        await transport.request('setParameter', params);
      }
      if (sending.heard !== undefined) this.#show(id, sending.heard);
    } catch {
      const truth = await transport.request('getParameter', { id }).catch(() => undefined);
      if (truth !== undefined) this.#show(id, truth.value);
    } finally {
      if (this.#sending.get(id) === sending) this.#sending.delete(id);
    }
  }

  async #resume(): Promise<void> {
    const transport = this.#transport;
    if (transport === null) return;
    // A server without a method of these still has the parameters; what it doesn't tell isn't shown.
    const ask = <T>(answer: Promise<T>) => answer.catch(() => undefined);
    const [known, , audio, stats, sets, history, presets, time] = await Promise.all([
      this.#fetchParameters(),
      ask(this.#subscribe()),
      ask(transport.request('getAudioStatus', {})),
      ask(transport.request('getStats', {})),
      ask(transport.request('getSets', {})),
      ask(transport.request('getHistory', {})),
      ask(transport.request('getPresets', {})),
      ask(transport.request('getTransport', {})),
      this.#fetchSource(),
    ]);
    // Lost again meanwhile, as `onLost` has told.
    if (!known) return;
    this.audioStatus.set(audio?.status ?? null);
    if (stats !== undefined) this.stats.set(stats);
    this.sets.set(sets ?? null);
    this.history.set(history ?? null);
    this.presets.set(presets ?? null);
    this.time.set(time ?? null);
    this.connection.set({ state: 'connected' });
  }

  async #fetchParameters(): Promise<boolean> {
    const answer = await this.#transport?.request('getAllParameters', {}).catch(() => undefined);
    if (answer === undefined) return false;
    this.processors.set(answer.processors ?? []);
    this.parameters.set(answer.parameters);
    return true;
  }

  async #fetchSource(): Promise<void> {
    this.source.set((await this.call('getSource', {}).catch(() => undefined)) ?? null);
  }

  #subscribe(): Promise<object> {
    const calm = window.matchMedia?.('(prefers-reduced-motion: reduce)').matches;
    return this.call('subscribe', {
      topics: ['meters', 'scope', 'spectrum', 'stats', 'state', 'build'],
      hz: calm ? CALM_HZ : HZ,
      scope: { span_ms: this.scopeSpan.get(), edge: 'rising', level: 0 },
    });
  }

  #lost(connection: Connection): void {
    this.connection.set(connection);
    this.#sending.clear();
    if (this.#frames !== null) this.#frames = {};
    for (const store of [this.meters, this.scope, this.spectrum, this.stats, this.sessionState, this.build]) store.set(null);
  }

  /** Shows what was measured with the screen's next picture, all at once; and while the page isn't seen, nothing. */
  #measured(frames: Frames): void {
    const asked = this.#frames !== null;
    this.#frames = { ...this.#frames, ...frames };
    if (!asked) requestAnimationFrame(() => this.#showFrames());
  }

  #showFrames(): void {
    const { meters, scope, spectrum } = this.#frames ?? {};
    this.#frames = null;
    if (meters) this.meters.set(meters);
    if (scope) this.scope.set(scope);
    if (spectrum) this.spectrum.set(spectrum);
  }

  #notified<N extends keyof Notifications>(method: N, params: Notifications[N]): void {
    if (Object.hasOwn(this.#handlers, method)) this.#handlers[method](params);
  }

  readonly #handlers: { [N in keyof Notifications]: (params: Notifications[N]) => void } = {
    parameterChanged: ({ id, value }) => {
      const sending = this.#sending.get(id);
      if (sending !== undefined) sending.heard = value;
      else this.#show(id, value);
    },
    parametersChanged: () => void this.#fetchParameters(),
    meterUpdate: (meters) => this.#measured({ meters }),
    scopeUpdate: (scope) => this.#measured({ scope }),
    spectrumUpdate: (spectrum) => this.#measured({ spectrum }),
    stats: (stats) => this.stats.set(stats),
    sessionState: (state) => this.sessionState.set(state),
    audioStatusChanged: (status) => this.audioStatus.set(status),
    buildStatus: (build) => this.build.set(build),
    setsChanged: (sets) => this.sets.set(sets),
    historyChanged: (history) => this.history.set(history),
    presetsChanged: (presets) => this.presets.set(presets),
    presetChanged: ({ current, changed }) => {
      const { current: _, ...presets } = this.presets.get() ?? { presets: [], changed };
      this.presets.set({ ...presets, ...(current !== undefined && { current }), changed });
    },
    sourceChanged: () => void this.#fetchSource(),
    transportChanged: (time) => this.time.set(time),
  };

  #show(id: string, value: number): void {
    this.parameters.set(
      this.parameters.get().map((p) => (p.id === id && p.value !== value ? { ...p, value } : p)),
    );
  }
}
