/** The inspector: everything that the server knows of its project, on one page that no project has to write. */

import { Connection, Link, token } from './connection.js';
import { Latency, blocks, devices, fill } from './figures.js';
import { Meters, Minute } from './meters.js';
import { Parameters, Sender } from './parameters.js';
import { Scope, Spectrum } from './pictures.js';
import { Build, Log, Status } from './status.js';
import { Painter } from './surface.js';

/** How often pictures come, in Hz: a display's rate, and less for those who asked their system for less motion. */
const HZ = 60;
const CALM_HZ = 4;
const calm = matchMedia('(prefers-reduced-motion: reduce)');

const at = (id) => document.getElementById(id);
const key = token();
if (key !== null) start();

function start() {
  at('stranger').hidden = true;
  at('inspector').hidden = false;
  const painter = new Painter();
  const link = new Link(at('connection'), at('why'));
  const status = new Status(at);
  const build = new Build(at);
  const log = new Log(at('log'), at('log-clear'), painter);
  const input = new Meters(at('input-meters'), painter);
  const output = new Meters(at('output-meters'), painter);
  const scope = new Scope(at, painter);
  const spectrum = new Spectrum(at('spectrum'), at('spectrum-note'), painter);
  const minute = new Minute(at('minute'), painter);
  const latency = new Latency(at('latency-bar'), at('latency'), at('latency-total'));
  const sender = new Sender((method, params) => connection.request(method, params), notSet);
  /** The figures that came last. */
  let last = null;
  const parameters = new Parameters(at, (id, value) => void sender.send(id, value));

  const told = {
    parameterChanged({ id, value }) {
      // What the server says of a knob that is being turned is older than what the person sees.
      if (!sender.waits(id)) parameters.show(id, value);
    },
    parametersChanged: () => void list(),
    meterUpdate({ timestamp_us, left_peak, right_peak, left_rms, right_rms, input: source }) {
      const now = timestamp_us / 1000;
      output.show({ peak: [left_peak, right_peak], rms: [left_rms, right_rms] }, now);
      if (source) input.show(source, now);
    },
    scopeUpdate: (frame) => scope.show(frame),
    spectrumUpdate: (frame) => spectrum.show(frame, performance.now()),
    stats(stats) {
      minute.take(stats);
      figures(stats);
    },
    sessionState: (change) => status.state(change),
    childLog: (line) => log.add(line),
    buildStatus: (change) => build.show(change),
  };
  const connection = new Connection(key, {
    opened,
    told: (method, params) => told[method]?.(params),
    lost(attempt, reason) {
      at('live').disabled = true;
      input.clear();
      output.clear();
      scope.show(null);
      spectrum.show(null, 0);
      void link.lost(attempt, reason);
    },
  });

  async function opened() {
    link.opened();
    at('live').disabled = false;
    const answers = await Promise.all([connection.request('getStats'), subscribe(), list()]).catch(() => null);
    // Lost again meanwhile, as `lost` has told.
    if (answers === null) return;
    if (answers[0] === null) status.silent();
    else figures(answers[0]);
  }

  function figures(stats) {
    last = stats;
    status.stats(stats);
    latency.show(stats);
    fill(at('blocks'), blocks(stats));
    fill(at('devices'), devices(stats));
    switches(stats);
  }

  function switches({ source, mode, bypassed, muted, guard }) {
    at('source').value = source;
    at('mode').value = mode;
    at('bypass').checked = bypassed;
    at('mute').checked = muted || guard.howl_muted;
  }

  /** A page that nobody sees gets no pictures, and goes on counting seconds. */
  function subscribe() {
    const topics = ['stats', 'state', 'log', 'build'];
    if (!document.hidden) topics.push('meters', 'scope', 'spectrum');
    return connection.request('subscribe', { topics, hz: calm.matches ? CALM_HZ : HZ });
  }

  async function list() {
    parameters.list((await connection.request('getAllParameters')).parameters);
  }

  /** Says why a change wasn't made. */
  function refuse(error) {
    at('refused').textContent = error.message;
    at('refused').hidden = false;
  }

  /** Asks for a change; refused, the switches go back to what they were. */
  async function change(method, params) {
    at('refused').hidden = true;
    try {
      await connection.request(method, params);
    } catch (error) {
      refuse(error);
      if (last !== null) switches(last);
    }
  }

  /** A parameter wasn't set: its control goes back to what the server has. */
  async function notSet(error, id) {
    refuse(error);
    const truth = await connection.request('getParameter', { id }).catch(() => null);
    if (truth !== null) parameters.show(id, truth.value);
  }

  const again = () => void subscribe().catch(() => {});
  document.addEventListener('visibilitychange', again);
  calm.addEventListener('change', again);
  at('source').addEventListener('change', ({ target }) => change('setSource', { source: target.value }));
  at('mode').addEventListener('change', ({ target }) => change('setMode', { mode: target.value }));
  at('bypass').addEventListener('change', ({ target }) => change('setBypass', { on: target.checked }));
  at('mute').addEventListener('change', ({ target }) => change('setMute', { on: target.checked }));
}
