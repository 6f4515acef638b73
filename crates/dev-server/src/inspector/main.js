/** The inspector: everything that the server knows of its project, on one page that no project has to write. */

import { Build } from './build.js';
import { Connection, token } from './connection.js';
import { blocks, devices, fill, session } from './figures.js';
import { gestures } from './gestures.js';
import { History } from './history.js';
import { Lab } from './lab.js';
import { Latency } from './latency.js';
import { Link } from './link.js';
import { Log } from './log.js';
import { Meters } from './meters.js';
import { Minute } from './minute.js';
import { Notices, sentence } from './notices.js';
import { Parameters } from './parameters.js';
import { Presets } from './presets.js';
import { Probes } from './probes.js';
import { RealTime } from './realtime.js';
import { Scope } from './scope.js';
import { Sender } from './sender.js';
import { Sets } from './sets.js';
import { Spectrum } from './spectrum.js';
import { Heard, Status } from './status.js';
import { Strip } from './strip.js';
import { Painter } from './surface.js';
import { Tabs } from './tabs.js';
import { Transport } from './transport.js';
import { Volume } from './volume.js';

/** How often pictures come, in Hz: enough to be seen as moving, and less for those who asked their system for less motion. */
const HZ = 30;
const CALM_HZ = 4;
const calm = matchMedia('(prefers-reduced-motion: reduce)');

const at = (id) => document.getElementById(id);
const key = token();
if (key !== null) start();

function start() {
  at('stranger').hidden = true;
  at('inspector').hidden = false;
  const request = (method, params) => connection.request(method, params);
  const painter = new Painter();
  const link = new Link(at('connection'), at('why'));
  const status = new Status(at);
  const heard = new Heard(document.querySelectorAll('.heard'));
  const notices = new Notices(at('calm'), at('notice-list'), change);
  const build = new Build(at);
  const log = new Log(at('log'), at('log-clear'), painter);
  const input = new Meters(at('input-meters'), painter);
  const output = new Meters(at('output-meters'), painter);
  const scope = new Scope(at, painter, again);
  const spectrum = new Spectrum(at('spectrum'), at('spectrum-note'), painter);
  const minute = new Minute(at('minute'), painter);
  const probes = new Probes(at('probes-card'), at('probes'), painter);
  const realTime = new RealTime(at);
  const latency = new Latency(at('latency-bar'), at('latency'), at('latency-total'));
  const sender = new Sender((id, { value, gesture }) => request('setParameter', { id, value, gesture }), notSet);
  const volume = new Volume(at('volume'), request, refuse);
  const sets = new Sets(at, request, refuse);
  const history = new History(at, request, () => sender.settled(), refuse);
  const presets = new Presets(at, request, refuse);
  const strip = new Strip(at, painter, request, change);
  const transport = new Transport(at, request, ask);
  const lab = new Lab(at, painter, request, ask);
  /** The figures that came last. */
  let last = null;
  const parameters = new Parameters(at('parameters'), (id, value) => void sender.send(id, { value, gesture: gestures.of(id) }));

  const told = {
    parameterChanged({ id, value }) {
      // What the server says of a knob that is being turned is older than what the person sees.
      sender.after(id, () => parameters.show(id, value));
    },
    parametersChanged: () => void list().catch(() => {}),
    meterUpdate({ timestamp_us, left_peak, right_peak, left_rms, right_rms, input: source, heard: now, position_frames: frames, position_beats: beats, probes: shown }) {
      const moment = timestamp_us / 1000;
      probes.show(shown ?? [], moment);
      output.show({ peak: [left_peak, right_peak], rms: [left_rms, right_rms] }, moment);
      if (source) input.show(source, moment);
      if (frames !== undefined) strip.position(frames);
      if (beats !== undefined) transport.position(beats);
      heard.show(now);
    },
    scopeUpdate: (frame) => scope.show(frame),
    spectrumUpdate: (frame) => spectrum.show(frame, performance.now()),
    stats(stats) {
      minute.take(stats);
      figures(stats);
    },
    sessionState(change) {
      status.state(change);
      notices.state(change);
    },
    setsChanged: (now) => sets.show(now),
    historyChanged: (now) => history.show(now),
    presetsChanged: (now) => presets.list(now),
    presetChanged: (now) => presets.current(now),
    sourceChanged: () => void strip.fetch().catch(() => {}),
    childLog: (line) => log.add(line),
    buildStatus: (change) => build.show(change),
    labChanged: (state) => lab.changed(state),
    transportChanged: (now) => transport.show(now),
    comparisonChanged: (now) => lab.compared(now),
  };
  const connection = new Connection(key, {
    opened,
    told: (method, params) => told[method]?.(params),
    lost(end) {
      at('live').disabled = at('lab').disabled = at('restart').disabled = true;
      input.clear();
      output.clear();
      scope.show(null);
      spectrum.show(null, 0);
      probes.show([], 0);
      return link.lost(end);
    },
  });

  async function opened() {
    link.opened();
    at('live').disabled = at('lab').disabled = at('restart').disabled = false;
    lab.opened();
    const stats = await request('getStats').catch(() => undefined);
    // Lost again meanwhile, as `lost` has told.
    if (stats === undefined) return;
    const silent = stats === null;
    for (const id of ['source', 'mode', 'bypass', 'mute', 'restart']) at(id).disabled = silent;
    volume.disable(silent);
    if (!silent) figures(stats);
    else {
      status.silent();
      at('source').value = '';
      notices.state({ reason: 'this project runs without audio: `wavecraft start --with-audio` lets it be heard' });
    }
    lab.project(project(), silent);
    await Promise.all([look(), list(), sets.fetch(), history.fetch(), presets.fetch(), strip.fetch(), transport.fetch()]).catch(() => {});
  }

  const project = () => (last?.session ?? '').replace(/-\d+$/, '');

  function figures(stats) {
    last = stats;
    status.stats(stats);
    heard.stats(stats);
    notices.stats(stats);
    latency.show(stats);
    realTime.stats(stats);
    fill(at('blocks'), blocks(stats));
    fill(at('session'), session(stats));
    fill(at('devices'), devices(stats));
    if (stats.file) strip.position(stats.file.position_frames);
    if (stats.comparison) lab.compared(stats.comparison);
    switches(stats);
  }

  function switches({ source, mode, bypassed, muted, gain_db: gain, guard }) {
    at('source').value = source;
    at('mode').value = mode;
    at('bypass').checked = bypassed;
    at('mute').checked = muted || guard.howl_muted;
    volume.show(gain);
  }

  /** A page that nobody sees gets no pictures, and goes on counting seconds; one that shows the lab gets no pictures either. */
  function subscribe(more) {
    const topics = ['stats', 'state', 'log', 'build', ...more];
    return request('subscribe', { topics, hz: calm.matches ? CALM_HZ : HZ, scope: scope.wanted });
  }

  /** Asks for what the person looks at now, and for no more. */
  async function look() {
    const shows = () => !document.hidden && tabs.shown === 'lab';
    // An older companion knows no such topic.
    if (shows()) await subscribe(['lab']).catch(() => shows() && subscribe([]));
    else await subscribe(document.hidden ? [] : ['meters', 'scope', 'spectrum']);
    await lab.look(shows());
  }

  async function list() {
    const all = await request('getAllParameters');
    probes.chain(all.processors ?? []);
    parameters.list(all, project());
  }

  /** Says why a change wasn't made. */
  function refuse(error) {
    at('refused').textContent = sentence(error.message);
    at('refused').hidden = false;
  }

  /** Asks for a change. Was it made? If not, why is said. */
  async function ask(method, params) {
    at('refused').hidden = true;
    try {
      await request(method, params);
      return true;
    } catch (error) {
      refuse(error);
      return false;
    }
  }

  /** Asks for a change, and answers whether it was made; refused, everything goes back to what it was. */
  async function change(method, params) {
    if (await ask(method, params)) return true;
    if (last !== null) switches(last);
    await strip.fetch().catch(() => {});
    return false;
  }

  /** A parameter wasn't set: its control goes back to what the server has. */
  async function notSet(error, id) {
    refuse(error);
    const truth = await request('getParameter', { id }).catch(() => null);
    if (truth !== null) parameters.show(id, truth.value);
  }

  function again() {
    void look().catch(() => {});
  }

  gestures.listen(document);
  const tabs = new Tabs(at('views'), again);
  at('heard-build').addEventListener('click', () => {
    tabs.show('lab');
    at('view-lab').focus();
  });
  document.addEventListener('visibilitychange', again);
  calm.addEventListener('change', again);
  at('source').addEventListener('change', ({ target }) => change('setSource', { source: target.value }));
  at('mode').addEventListener('change', ({ target }) => change('setMode', { mode: target.value }));
  at('bypass').addEventListener('change', ({ target }) => change('setBypass', { on: target.checked }));
  at('mute').addEventListener('change', ({ target }) => change('setMute', { on: target.checked }));
  at('restart').addEventListener('click', () => change('restart', {}));
}
