import { act, fireEvent, render, screen } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { App } from './App';
import { FakeServer, someStats as stats } from './testing/fakeServer';
import { renderConnected, settled, stubBrowser } from './testing/page';
import { Client, ClientContext } from './wavecraft';

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  stubBrowser();
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
  expect(screen.getByRole('img', { name: 'Waveform: the output' })).toBeTruthy();
  const span = screen.getByRole<HTMLSelectElement>('combobox', { name: 'Time across the scope' });
  // A server that knows no spans sends its 1024 frames.
  expect(span.value).toBe('21');
  notify('scopeUpdate', { ...frame, frames: 2400 });
  expect(span.value).toBe('50');
  fireEvent.change(span, { target: { value: '100' } });
  expect(server.asked('subscribe').at(-1)?.scope).toEqual({ span_ms: 100, edge: 'rising', level: 0 });
  notify('scopeUpdate', { ...frame, no_signal: true });
  expect(screen.getByRole('img', { name: 'No signal' })).toBeTruthy();
});

test('the spectrum says where it is loudest, as the server measured it', async () => {
  await renderConnected(<App />);
  const spectrum = screen.getByRole('region', { name: 'Spectrum' });
  expect(spectrum.textContent).toContain('no signal');
  const frame = { levels_db: new Array<number>(256).fill(-80), low_hz: 20, high_hz: 20_000, timestamp: 0 };
  notify('spectrumUpdate', { ...frame, peak: { hz: 440.2, db: -12 } });
  expect(spectrum.textContent).toContain('loudest at 440 Hz');
  notify('spectrumUpdate', { ...frame, peak: { hz: 1004.2, db: -12 } });
  expect(spectrum.textContent).toContain('loudest at 1.00 kHz');
});

test('meters and pictures say what they show', async () => {
  await renderConnected(<App />);
  const shown = () =>
    ['Output level', 'Spectrum'].map((name) => screen.getByRole('region', { name }).querySelector('small')?.textContent);
  expect(shown()[0]).toBe('');
  notify('stats', { ...stats, heard: 'processed' });
  expect(shown()).toEqual(['processed', 'processed · no signal']);
  notify('meterUpdate', { timestamp_us: 0, left_peak: 1, left_rms: 1, right_peak: 1, right_rms: 1, heard: 'dry' });
  notify('stats', { ...stats, heard: 'dry', muted: true });
  expect(shown()).toEqual(['dry input, muted', 'dry input, muted · no signal']);
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

test('a microphone on another clock is shown', async () => {
  await renderConnected(<App />);
  notify('stats', { ...stats, drift: { ppm: -12.34, buffer_frames: 431 } });
  expect(screen.getByRole('contentinfo').textContent).toContain('Clocks -12.3 ppm / 431');
});

test('without audio the page says that its levels are made up', async () => {
  server.answers.getAudioStatus = () => ({ status: { phase: 'disabled', updated_at_ms: 0 } });
  await renderConnected(<App />);
  expect(screen.getByRole('contentinfo').textContent).toBe('No audio: these levels are synthetic.');
});

test('an orphaned tab is told', async () => {
  await renderConnected(<App />);
  server.up = false;
  act(() => server.drop(1001, 'ended'));
  await settled();
  expect(screen.getByRole('status').textContent).toBe(
    '`wavecraft start` has ended. Start it again; the page opens with o.',
  );
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Restart' }).disabled).toBe(true);
});
