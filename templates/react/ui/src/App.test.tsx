import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { App } from './App';
import { FakeServer, someStats as stats } from './testing/fakeServer';
import { renderConnected, settled, stubBrowser } from './testing/page';
import { Client, ClientContext } from './wavecraft';

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  stubBrowser();
});

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const overlay = () => screen.getByRole('region', { name: 'Build failed' });
const notify: FakeServer['notify'] = (method, params) => act(() => server.notify(method, params));

test('without a token the page says how to get one, and shows no controls', () => {
  render(
    <ClientContext value={new Client()}>
      <App />
    </ClientContext>,
  );
  expect(screen.getByText('wavecraft start').closest('p')?.textContent).toBe(
    'Open the address that wavecraft start printed in its terminal.',
  );
  expect(screen.queryByRole('slider')).toBeNull();
  expect(server.sockets).toHaveLength(0);
});

test('a failed build is shown until one works, also while the next one runs', async () => {
  await renderConnected(<App />);
  expect(screen.queryByRole('region', { name: 'Build failed' })).toBeNull();
  notify('buildStatus', { status: 'failed', errors: 'error[E0308]: mismatched types' });
  expect(screen.getByRole('alert').textContent).toContain('doesn’t build');
  expect(overlay().textContent).toContain('error[E0308]');
  notify('buildStatus', { status: 'building' });
  expect(overlay().textContent).toContain('error[E0308]');
  notify('buildStatus', { status: 'ok', ms: 900 });
  expect(screen.queryByRole('region', { name: 'Build failed' })).toBeNull();
});

test('a failed build can be hidden, and the next failure shows again', async () => {
  await renderConnected(<App />);
  notify('buildStatus', { status: 'failed', errors: 'first' });
  fireEvent.keyDown(document.body, { key: 'Escape' });
  expect(screen.queryByRole('region', { name: 'Build failed' })).toBeNull();
  notify('buildStatus', { status: 'failed', errors: 'second' });
  fireEvent.click(screen.getByRole('button', { name: 'Hide' }));
  expect(screen.queryByRole('region', { name: 'Build failed' })).toBeNull();
  notify('buildStatus', { status: 'failed', errors: 'third' });
  expect(overlay().textContent).toContain('third');
});

test('levels are shown in decibels', async () => {
  await renderConnected(<App />);
  const left = screen.getByRole('meter', { name: 'Left peak' });
  expect(left.getAttribute('aria-valuetext')).toBe('silent');
  notify('meterUpdate', { timestamp_us: 0, left_peak: 0.5, left_rms: 0.3, right_peak: 2, right_rms: 1 });
  expect(left.getAttribute('aria-valuetext')).toBe('−6.0 dBFS');
  expect(screen.getByRole('meter', { name: 'Right peak' }).getAttribute('aria-valuenow')).toBe('3');
});

test('the scope says whether there is a signal', async () => {
  await renderConnected(<App />);
  expect(screen.getByRole('img', { name: 'No signal' })).toBeTruthy();
  const points = Array.from({ length: 1024 }, (_, index) => Math.sin(index / 10));
  const frame = { points_l: points, points_r: points, sample_rate: 48_000, timestamp: 0, no_signal: false };
  notify('scopeUpdate', frame);
  expect(screen.getByRole('img', { name: 'Waveform of the output' })).toBeTruthy();
  expect(screen.getByRole('region', { name: 'Oscilloscope' }).textContent).toContain('21 ms');
  notify('scopeUpdate', { ...frame, no_signal: true });
  expect(screen.getByRole('img', { name: 'No signal' })).toBeTruthy();
});

test('the spectrum says where the output is loudest', async () => {
  await renderConnected(<App />);
  const spectrum = screen.getByRole('region', { name: 'Spectrum' });
  expect(spectrum.textContent).toContain('no signal');
  const levels_db = new Array<number>(256).fill(-120);
  // Of 0 to 255; the middle of the logarithmic axis is 632 Hz.
  levels_db[127] = -12;
  notify('spectrumUpdate', { levels_db, low_hz: 20, high_hz: 20_000, timestamp: 0 });
  expect(spectrum.textContent).toContain('loudest at 624 Hz');
});

test('the status line sums up latency and late blocks', async () => {
  await renderConnected(<App />);
  notify('stats', stats);
  const text = screen.getByRole('contentinfo').textContent;
  expect(text).toContain('Source File');
  expect(text).toContain('Latency 10.0 ms');
  expect(text).toContain('Load 25 %');
  expect(text).toContain('Late blocks 3');
  expect(text).not.toContain('Clocks');
});

test('a microphone on another clock, and a mute that nobody asked for, are shown', async () => {
  await renderConnected(<App />);
  const drift = { ppm: -12.34, buffer_frames: 431 };
  notify('stats', { ...stats, drift, muted: true, mute_reason: 'muted, because it would howl' });
  expect(screen.getByRole('contentinfo').textContent).toContain('Clocks -12.3 ppm / 431');
  expect(screen.getByText(/Muted, because it would howl/)).toBeTruthy();
});

test('without audio the page says that its levels are made up', async () => {
  server.answers.getAudioStatus = () => ({ status: { phase: 'disabled', updated_at_ms: 0 } });
  await renderConnected(<App />);
  expect(screen.getByRole('contentinfo').textContent).toBe('No audio: these levels are synthetic.');
});

test('what is wrong is said in words, and once', async () => {
  await renderConnected(<App />);
  const notices = () => [...document.querySelectorAll('.notices p')].map((notice) => notice.textContent?.trim());
  notify('sessionState', { session: 's', state: 'crashed', reason: 'it panicked: index out of bounds' });
  notify('audioStatusChanged', {
    phase: 'degraded',
    diagnostic: { code: 'noOutputDevice', message: 'there is no output', hint: 'Plug one in.' },
    updated_at_ms: 0,
  });
  notify('stats', { ...stats, devices: { ...stats.devices, notice: 'there is no output' } });
  expect(notices()).toEqual(['There is no output. Plug one in.', 'It panicked: index out of bounds.']);
  notify('sessionState', { session: 's', state: 'live' });
  expect(notices()).toEqual(['There is no output. Plug one in.']);
});

test('a lost connection is said, and what to do only when it stays away', async () => {
  vi.useFakeTimers();
  const client = await renderConnected(<App />);
  server.up = false;
  act(() => server.drop());
  expect(screen.getByText('Connecting again…')).toBeTruthy();
  expect(screen.queryByText('wavecraft start')).toBeNull();
  await act(() => vi.advanceTimersByTimeAsync(2000));
  await settled();
  expect(screen.getByText('wavecraft start')).toBeTruthy();
  client.disconnect();
  vi.useRealTimers();
});
