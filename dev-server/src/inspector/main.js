/** The inspector: everything that the server knows of its project, on one page that no project has to write. */

import { token } from '/inspector/address.js';
import { Connection } from '/inspector/connection.js';
import { blocks, decibels, devices, fill, latency } from '/inspector/figures.js';
import { Parameters } from '/inspector/parameters.js';
import { drawScope, drawSpectrum } from '/inspector/pictures.js';

/** How often meters and the scope come, in Hz. */
const HZ = 20;
/** Lines of the log that are kept. */
const LINES = 300;

const STATES = {
  starting: 'Starting',
  shadow: 'Warming up: it gets the input and isn’t heard yet',
  live: 'Live',
  bypassed: 'Too late, bypassed',
  notResponding: 'Not responding',
  crashed: 'Crashed, starting again',
  held: 'Held',
  ended: 'Ended',
};

const at = (id) => document.getElementById(id);
const key = token();
if (key !== null) start();

function start() {
  at('stranger').hidden = true;
  at('inspector').hidden = false;
  const lines = [];
  const connection = new Connection(key, { opened, lost, told: (method, params) => told[method]?.(params) });
  const parameters = new Parameters(at('parameters'), (id, value) => change('setParameter', { id, value }));

  async function opened() {
    at('connection').textContent = 'Connected';
    const topics = ['meters', 'scope', 'stats', 'state', 'log', 'build'];
    const [, stats] = await Promise.all([
      connection.request('subscribe', { topics, hz: HZ }),
      connection.request('getStats'),
      list(),
    ]).catch(() => []);
    if (stats) told.stats(stats);
    else at('state').textContent = 'This project runs without audio: `wavecraft start --with-audio` lets it be heard.';
  }

  function lost() {
    at('connection').textContent = 'Connection lost, trying again';
  }

  async function list() {
    parameters.list((await connection.request('getAllParameters')).parameters);
  }

  /** Asks for a change, and shows what was said to it. */
  async function change(method, params) {
    const refused = at('refused');
    refused.hidden = true;
    try {
      await connection.request(method, params);
    } catch (error) {
      refused.textContent = error.message;
      refused.hidden = false;
      const stats = await connection.request('getStats').catch(() => null);
      if (stats) told.stats(stats);
    }
  }

  const told = {
    parameterChanged: ({ id, value }) => parameters.show(id, value),
    parametersChanged: () => void list(),
    meterUpdate({ left_rms, right_rms, left_peak, right_peak }) {
      at('output-left').textContent = decibels(left_rms);
      at('output-right').textContent = decibels(right_rms);
      at('peak-left').textContent = decibels(left_peak);
      at('peak-right').textContent = decibels(right_peak);
    },
    scopeUpdate(frame) {
      const ms = (1000 * frame.points_l.length) / frame.sample_rate;
      at('scope-note').textContent = frame.no_signal ? 'no signal' : `${ms.toFixed(1)} ms`;
      at('spectrum-note').textContent = `${(frame.sample_rate / frame.points_l.length).toFixed(0)} Hz a bin`;
      drawScope(at('scope'), frame);
      drawSpectrum(at('spectrum'), frame);
    },
    stats(stats) {
      at('project').textContent = stats.session;
      document.title = `${stats.session} · Wavecraft inspector`;
      at('input-left').textContent = decibels(stats.input.rms[0]);
      at('input-right').textContent = decibels(stats.input.rms[1]);
      at('source').value = stats.source;
      at('mode').value = stats.mode;
      at('bypass').checked = stats.bypassed;
      at('mute').checked = stats.muted;
      fill(at('latency'), latency(stats));
      fill(at('blocks'), blocks(stats));
      fill(at('devices'), devices(stats));
    },
    sessionState({ state, reason }) {
      at('state').textContent = reason ? `${STATES[state]}: ${reason}` : STATES[state];
    },
    childLog({ stream, line }) {
      lines.push(stream === 'message' ? `» ${line}` : line);
      lines.splice(0, lines.length - LINES);
      const log = at('log');
      const follows = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
      log.textContent = lines.join('\n');
      if (follows) log.scrollTop = log.scrollHeight;
    },
    buildStatus({ status, errors }) {
      const build = at('build');
      build.hidden = status === 'ok';
      build.textContent = status === 'failed' ? `The build failed, what played plays on.\n\n${errors}` : 'Building …';
    },
  };

  at('source').addEventListener('change', ({ target }) => change('setSource', { source: target.value }));
  at('mode').addEventListener('change', ({ target }) => change('setMode', { mode: target.value }));
  at('bypass').addEventListener('change', ({ target }) => change('setBypass', { on: target.checked }));
  at('mute').addEventListener('change', ({ target }) => change('setMute', { on: target.checked }));
}
