import { act, fireEvent, render, screen } from '@testing-library/react';
import axe from 'axe-core';
import { beforeEach, expect, test, vi } from 'vitest';
import { App } from './App';
import { FakeServer, someStats } from './testing/fakeServer';
import { renderConnected, stubBrowser } from './testing/page';
import { Client, ClientContext } from './wavecraft';

// axe looks at every element by every rule: on a busy machine that takes longer than a test usually may.
vi.setConfig({ testTimeout: 60_000 });

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  stubBrowser();
});

/** What axe finds on the page. Contrast needs a browser that draws. */
async function obstacles(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

test('axe finds nothing serious on the page while it runs', async () => {
  server.answers.getSets = () => ({ active: 'A', differ: true });
  server.answers.getHistory = () => ({ undo: 'Gain', undo_steps: 1, redo_steps: 0 });
  server.answers.getPresets = () => ({ presets: [{ name: 'Warm', note: 'Soft' }, { name: 'Old', trouble: 'broken' }], current: 'Warm', changed: true });
  server.answers.getAllParameters = () => ({
    parameters: server.parameters.map((parameter) => ({ ...parameter, processor: 'x' })),
    processors: [{ id: 'x', name: 'X', bypass: 'x_bypass' }],
  });
  server.answers.getSource = () => ({
    source: 'file',
    name: 'drums.wav',
    sample_rate: 48_000,
    length_frames: 48_000,
    waveform: { min: [-1], max: [1] },
    recent: [{ number: 1, name: 'voice.wav', playing: false }],
  });
  await renderConnected(<App />);
  const notices = [
    { id: 'mute', text: 'Muted.', action: 'unmute' as const },
    { id: 'mode', text: 'Pipelined.' },
  ];
  act(() => server.notify('stats', { ...someStats, heard: 'dry', muted: true, notices }));
  fireEvent.click(screen.getByRole('button', { name: 'All 2' }));
  const gain = screen.getByRole('textbox', { name: 'Gain in dB' });
  fireEvent.change(gain, { target: { value: 'loud' } });
  fireEvent.keyDown(gain, { key: 'Enter' });
  act(() => server.notify('meterUpdate', { timestamp_us: 0, left_peak: 1, left_rms: 1, right_peak: 0, right_rms: 0 }));
  fireEvent.click(screen.getByRole('button', { name: 'Save as …' }));
  expect(await obstacles()).toEqual([]);
});

test('nor while the build fails and the processor is gone', async () => {
  await renderConnected(<App />);
  const places = [{ file: 'src/lib.rs', line: 1, column: 2, path: '/src/lib.rs' }];
  act(() => server.notify('buildStatus', { status: 'failed', errors: 'error[E0308] src/lib.rs:1:2', places }));
  act(() => server.notify('sessionState', { session: 's', state: 'held', reason: 'it crashed three times' }));
  expect(await obstacles()).toEqual([]);
});

test('nor without a key', async () => {
  render(
    <ClientContext value={new Client()}>
      <App />
    </ClientContext>,
  );
  expect(await obstacles()).toEqual([]);
});

test('what it looks for is found', async () => {
  await renderConnected(<button type="button" />);
  expect(await obstacles()).toHaveLength(1);
});
