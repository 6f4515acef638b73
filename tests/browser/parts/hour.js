/** An hour of frames through the inspector's own code, as fast as it goes: its heap is as large afterwards as before. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../support/browser.js';
import { session } from '../support/session.js';

/** 60 a second for an hour. */
const FRAMES = 216_000;
/** What the browser itself may keep, in bytes. The smallest object kept of each frame would be three times as much. */
const SLACK = 1_000_000;

/** Stands in for the browser's own socket and clock of frames, and lets a test deliver both. */
function pretend() {
  window.WebSocket = class {
    static OPEN = 1;
    readyState = 1;
    constructor() {
      window.socket = this;
    }
    send(text) {
      const { id, method } = JSON.parse(text);
      const results = { getStats: null, getAllParameters: { parameters: [] }, getSets: { active: 'A', differ: false }, getSource: FILE };
      const result = method in results ? results[method] : {};
      queueMicrotask(() => this.onmessage({ data: JSON.stringify({ id, result }) }));
    }
  };
  let waiting = [];
  let clock = 0;
  const later = window.setTimeout;
  window.requestAnimationFrame = window.setTimeout = (callback) => waiting.push(callback);
  performance.now = () => clock;
  const FILE = {
    source: 'file', name: 'hour.wav', sample_rate: 48_000, length_frames: 480_000,
    waveform: { min: [-1, -0.5], max: [1, 0.5] }, recent: [{ number: 1, name: 'hour.wav', playing: true }],
  };
  const message = (method, params) => JSON.stringify({ jsonrpc: '2.0', method, params });
  const noise = (count, size) => Array.from({ length: count }, () => Number((size * (Math.random() - 0.5)).toFixed(4)));
  const scopes = Array.from({ length: 8 }, () =>
    message('scopeUpdate', { points_l: noise(1024, 1), points_r: noise(1024, 1), sample_rate: 48_000, no_signal: false, triggered: true, frames: 1024, pairs: false }),
  );
  const spectra = Array.from({ length: 8 }, () =>
    message('spectrumUpdate', { levels_db: noise(256, 80), low_hz: 20, high_hz: 20_000, timestamp: 0, peak: { hz: 1000 * Math.random(), db: -12 } }),
  );
  /** Delivers frames `from` to `to`, each with everything that comes in its time, and paints each. */
  window.deliver = (from, to, stats) => {
    for (let frame = from; frame < to; frame++) {
      clock = (frame * 1000) / 60;
      const say = (data) => window.socket.onmessage({ data });
      const [peak, rms] = [Math.random() * 1.1, Math.random() * 0.7];
      say(message('meterUpdate', {
        timestamp_us: (frame * 1e6) / 60,
        left_peak: peak, right_peak: peak, left_rms: rms, right_rms: rms,
        input: { peak: [peak, peak], rms: [rms, rms] }, heard: frame % 120 < 60 ? 'processed' : 'dry', position_frames: frame,
      }));
      say(scopes[frame % scopes.length]);
      say(spectra[frame % spectra.length]);
      if (frame % 60 === 0) {
        const notices = frame % 120 === 0 ? [{ id: 'state', text: `Frame ${frame}.`, action: 'restart' }] : [];
        say(message('stats', { ...stats, blocks: frame, xruns: frame, notices }));
        say(message('childLog', { stream: 'stdout', line: `frame ${frame}` }));
      }
      const due = waiting;
      waiting = [];
      for (const callback of due) callback(frame);
    }
    // A real frame in between lets the browser hand on what was drawn.
    return new Promise((resolve) => later(resolve));
  };
}

test('an hour of frames leaves the inspector’s heap as it was', async () => {
  const context = { viewport: { width: 320, height: 400 } };
  const { page, troubles, close } = await open(session.browser, 'about:blank', context);
  await page.addInitScript(pretend);
  await page.goto(session.ready.inspector_url);
  await page.evaluate(() => window.socket.onopen());
  await page.getByText('Connected', { exact: true }).waitFor();
  const devtools = await page.context().newCDPSession(page);
  const heap = async () => {
    await devtools.send('HeapProfiler.collectGarbage');
    return (await devtools.send('Runtime.getHeapUsage')).usedSize;
  };
  const deliver = (from, to) =>
    page.evaluate(
      async ([from, to, stats]) => {
        for (let second = from; second < to; second += 60) await window.deliver(second, second + 60, stats);
      },
      [from, to, STATS],
    );
  // Ten minutes fill the log and the minute's graph, and have the code compiled.
  const warm = 36_000;
  await deliver(0, warm);
  const before = await heap();
  for (let from = warm; from < FRAMES; from += 12_000) await deliver(from, from + 12_000);
  const grown = (await heap()) - before;
  console.log(`the heap of ${(before / 1e6).toFixed(2)} MB grew by ${grown} bytes`);
  assert.ok(grown < SLACK, `${grown} bytes in an hour`);
  assert.deepEqual(troubles, []);
  await close();
});

const STATS = {
  session: 'demo-1',
  state: 'live',
  late_blocks: { not_scheduled: 0, too_slow: 0, queue_full: 0, device: 0 },
  nonfinite: 0,
  load: 0.1,
  load_max: 0.2,
  load_p99: 0.2,
  processor_load: { average: 0.1, max: 0.2, p99: 0.2, last_second: 0.2 },
  wake_us: 20,
  latency: { input_device: 0, input_buffer: 0, pipeline: 256, processor: 0, output_device: 0 },
  devices: { backend: 'virtual', input: null, output: null, sample_rate: 48_000, buffer_frames: 256 },
  source: 'tone',
  mode: 'pipelined',
  bypassed: false,
  muted: false,
  gain_db: 0,
  guard: { limiting: false, howl_muted: false },
  respawns: 0,
};
