import { act, fireEvent, screen } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../testing/fakeServer';
import { renderConnected, settled, stubBrowser } from '../testing/page';
import type { Source } from '../wavecraft';
import { SourceStrip } from './SourceStrip';

let server: FakeServer;

const file: Source = {
  source: 'file',
  name: 'drums.wav',
  sample_rate: 48_000,
  length_frames: 480_000,
  waveform: { min: [-0.5, -1], max: [0.5, 1] },
  recent: [
    { number: 2, name: 'drums.wav', playing: true },
    { number: 5, name: 'voice.flac', playing: false },
  ],
};

beforeEach(() => {
  server = new FakeServer();
  stubBrowser();
  server.answers.setLoop = server.answers.seek = server.answers.chooseRecent = () => ({});
});

async function show(source: Source): Promise<void> {
  server.answers.getSource = () => source;
  await renderConnected(<SourceStrip />);
}

/** A pointer at a share of the waveform's width, which is 1000 pixels. */
function pointer(kind: 'pointerDown' | 'pointerMove' | 'pointerUp', share: number): void {
  fireEvent[kind](document.querySelector('.waveform')!, { clientX: 1000 * share, button: 0, pointerId: 1 });
}

function layOut(): void {
  const box = document.querySelector<HTMLElement>('.waveform')!;
  box.getBoundingClientRect = () => new DOMRect(0, 0, 1000, 50);
  Object.defineProperty(box, 'clientWidth', { value: 1000 });
}

test('a file has its name, and a playhead that keys move', async () => {
  await show(file);
  expect(screen.getByRole('group', { name: 'Source' }).textContent).toContain('drums.wav');
  act(() => server.notify('meterUpdate', { timestamp_us: 0, left_peak: 0, left_rms: 0, right_peak: 0, right_rms: 0, position_frames: 120_000 }));
  const playhead = screen.getByRole<HTMLInputElement>('slider', { name: 'Position in the file' });
  expect(playhead.getAttribute('aria-valuetext')).toBe('2.5 s of 10.0 s');
  fireEvent.change(playhead, { target: { value: '4' } });
  expect(server.asked('seek')).toEqual([{ frame: 192_000 }]);
});

test('a click plays from there, a drag makes that part repeat', async () => {
  await show(file);
  layOut();
  pointer('pointerDown', 0.25);
  pointer('pointerUp', 0.252);
  expect(server.asked('seek')).toEqual([{ frame: 120_000 }]);
  pointer('pointerDown', 0.75);
  pointer('pointerMove', 0.6);
  pointer('pointerUp', 0.5);
  expect(server.asked('setLoop')).toEqual([{ from_frames: 240_000, to_frames: 360_000 }]);
  // 10 ms are the least, also at the file's end.
  pointer('pointerDown', 0.995);
  pointer('pointerUp', 1);
  expect(server.asked('setLoop').at(-1)).toEqual({ from_frames: 477_600, to_frames: 480_000 });
});

test('a loop is typed too, and taken back', async () => {
  await show({ ...file, loop: [48_000, 96_000] });
  const to = screen.getByRole<HTMLInputElement>('textbox', { name: 'Loop to in s' });
  fireEvent.change(to, { target: { value: '1500 ms' } });
  fireEvent.keyDown(to, { key: 'Enter' });
  expect(server.asked('setLoop')).toEqual([{ from_frames: 48_000, to_frames: 72_000 }]);
  fireEvent.change(to, { target: { value: '0.5' } });
  fireEvent.keyDown(to, { key: 'Enter' });
  expect(screen.getByRole('alert').textContent).toContain('out of range');
  fireEvent.click(screen.getByRole('button', { name: 'Whole file' }));
  expect(server.asked('setLoop').at(-1)).toEqual({});
});

test('a recent file is chosen by its number, and a refusal is told', async () => {
  await show(file);
  server.answers.chooseRecent = () => {
    throw new Error('it is gone');
  };
  fireEvent.change(screen.getByRole('combobox', { name: 'Play a recent file' }), { target: { value: '5' } });
  expect(server.asked('chooseRecent')).toEqual([{ number: 5 }]);
  await settled();
  expect(screen.getByRole('alert').textContent).toContain('it is gone');
});

test('what the server says of another source is followed', async () => {
  await show(file);
  server.answers.getSource = () => ({ source: 'tone', sample_rate: 48_000, recent: [], signal: { hz: 440, level_db: -12 } });
  act(() => server.notify('sourceChanged', {}));
  await settled();
  expect(screen.getByRole('group', { name: 'Source' }).textContent).toBe('SourceTone440 Hz at −12.0 dB');
  server.answers.getSource = () => ({
    source: 'sweep', sample_rate: 48_000, recent: [], signal: { from_hz: 20, to_hz: 20_000, seconds: 10, level_db: -12 },
  });
  act(() => server.notify('sourceChanged', {}));
  await settled();
  expect(screen.getByRole('group', { name: 'Source' }).textContent).toContain('20.0 Hz to 20.0 kHz in 10.0 s at −12.0 dB');
});

test('a signal is told in the words of the server', async () => {
  await show({
    source: 'twotone', sample_rate: 48_000, recent: [],
    signal: { label: 'Two tones 60 Hz and 7 kHz, −12 dBFS', hz: 60, level_db: -12 },
  });
  expect(screen.getByRole('group', { name: 'Source' }).textContent).toBe('SourceTwo tonesTwo tones 60 Hz and 7 kHz, −12 dBFS');
});

test('a server that tells nothing of it has no strip', async () => {
  await renderConnected(<SourceStrip />);
  expect(screen.queryByRole('group')).toBeNull();
});
