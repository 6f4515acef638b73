import { act, fireEvent, screen } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../testing/fakeServer';
import { renderConnected, settled } from '../testing/page';
import type { TransportState } from '../wavecraft';
import { Transport } from './Transport';

const time: TransportState = {
  playing: true,
  tempo: 128.5,
  position_frames: 48_000,
  position_beats: 5.2,
  sample_rate: 48_000,
  reaches: 'all',
};

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  server.answers.getTransport = () => time;
  server.answers.setTransport = server.answers.tapTempo = () => ({});
});

const button = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name });
const tempo = () => screen.getByRole<HTMLInputElement>('textbox', { name: 'Tempo in BPM' });

test('what is clicked and typed is asked for, and what the server says is shown', async () => {
  await renderConnected(<Transport />);
  expect([tempo().value, screen.getByTitle('Bar and beat').textContent]).toEqual(['128.5', '2.2']);
  fireEvent.click(button('Stop'));
  fireEvent.click(button('To start'));
  fireEvent.click(button('Tap'));
  fireEvent.change(screen.getByLabelText('Loop'), { target: { value: '4' } });
  fireEvent.change(tempo(), { target: { value: '98' } });
  fireEvent.keyDown(tempo(), { key: 'Enter' });
  expect(server.asked('setTransport')).toEqual([{ playing: false }, { position_beats: 0 }, { loop_bars: 4 }, { tempo: 98 }]);
  expect(server.asked('tapTempo')).toEqual([{}]);

  act(() => server.notify('transportChanged', { ...time, playing: false, tempo: 98, loop_bars: 3 }));
  expect([button('Play').disabled, tempo().value]).toEqual([false, '98.0']);
  expect(screen.getByLabelText<HTMLSelectElement>('Loop').value).toBe('3');
  act(() =>
    server.notify('meterUpdate', { timestamp_us: 1, left_peak: 0, left_rms: 0, right_peak: 0, right_rms: 0, position_beats: 8.1 }),
  );
  expect(screen.getByTitle('Bar and beat').textContent).toBe('3.1');
});

test('an impossible tempo is refused with the range, and the server’s refusal is said', async () => {
  await renderConnected(<Transport />);
  fireEvent.change(tempo(), { target: { value: '1000' } });
  fireEvent.keyDown(tempo(), { key: 'Enter' });
  expect(screen.getByRole('alert').textContent).toContain('20');
  expect(server.asked('setTransport')).toEqual([]);
  fireEvent.keyDown(tempo(), { key: 'Escape' });
  server.answers.setTransport = () => {
    throw new Error('a loop has 1 to 64 bars');
  };
  fireEvent.change(screen.getByLabelText('Loop'), { target: { value: '64' } });
  await settled();
  expect(screen.getByRole('alert').textContent).toContain('a loop has 1 to 64 bars');
});

test('the space bar plays and stops where nothing has the focus', async () => {
  await renderConnected(<Transport />);
  fireEvent.keyDown(document.body, { key: ' ' });
  expect(server.asked('setTransport')).toEqual([{ playing: false }]);
  tempo().focus();
  fireEvent.keyDown(tempo(), { key: ' ' });
  expect(server.asked('setTransport')).toHaveLength(1);
});

test('what doesn’t reach the processor is said, and without audio there is no transport', async () => {
  await renderConnected(<Transport />);
  expect(screen.queryByText(/gets no tempo/)).toBeNull();
  act(() => server.notify('transportChanged', { ...time, reaches: 'reset' }));
  expect(screen.getByText(/library gets no tempo/)).toBeTruthy();
  act(() => server.notify('transportChanged', { ...time, reaches: 'none' }));
  expect(screen.getByText(/transport none/)).toBeTruthy();
});

test('a server without a transport shows none', async () => {
  delete server.answers.getTransport;
  await renderConnected(<Transport />);
  expect(screen.queryByRole('group', { name: 'Transport' })).toBeNull();
});
