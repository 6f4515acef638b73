import { cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeServer } from '../testing/fakeServer';
import { renderConnected, settled } from '../testing/page';
import { ParameterPanel } from './ParameterPanel';

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const lastSet = () => server.asked('setParameter').at(-1);
const slider = (name: string) => screen.getByRole<HTMLInputElement>('slider', { name });
const number = (name: string) => screen.getByRole<HTMLInputElement>('textbox', { name });

test('every parameter has its kind of control under its heading', async () => {
  await renderConnected(<ParameterPanel />);
  const level = screen.getByRole('heading', { name: 'Level' }).closest('section')!;
  expect(within(level).getByRole('slider', { name: 'Gain' }).getAttribute('aria-valuetext')).toBe('0.0 dB');
  expect(within(level).queryByRole('slider', { name: 'Tone' })).toBeNull();
  expect(screen.getByRole<HTMLSelectElement>('combobox', { name: 'Shape' }).selectedOptions[0]?.text).toBe('Hard');
  expect(screen.getByRole<HTMLInputElement>('switch', { name: 'Bypass' }).checked).toBe(false);
});

test('moving a slider sets the parameter, through its skew', async () => {
  await renderConnected(<ParameterPanel />);
  fireEvent.change(slider('Gain'), { target: { value: '0.5' } });
  expect(lastSet()).toEqual({ id: 'x_gain', value: -24 });
  expect(number('Gain in dB').value).toBe('−24.0');

  // 20 + 10000 · 0.5² = 2520; and 1020 was at √0.1.
  expect(slider('Tone').valueAsNumber).toBeCloseTo(Math.sqrt(0.1), 2);
  fireEvent.change(slider('Tone'), { target: { value: '0.5' } });
  expect(lastSet()).toEqual({ id: 'x_tone', value: 2520 });
});

test('a double click, or Delete, goes back to the default', async () => {
  await renderConnected(<ParameterPanel />);
  fireEvent.doubleClick(slider('Tone'));
  expect(lastSet()).toEqual({ id: 'x_tone', value: 20 });
  fireEvent.change(slider('Gain'), { target: { value: '1' } });
  fireEvent.keyDown(slider('Gain'), { key: 'Delete' });
  expect(number('Gain in dB').value).toBe('0.0');
});

test('typed numbers count from Enter on, within the range', async () => {
  await renderConnected(<ParameterPanel />);
  const gain = number('Gain in dB');
  fireEvent.change(gain, { target: { value: '-12,5' } });
  expect(server.asked('setParameter')).toEqual([]);
  fireEvent.keyDown(gain, { key: 'Enter' });
  expect(lastSet()).toEqual({ id: 'x_gain', value: -12.5 });
  await settled();

  fireEvent.change(gain, { target: { value: '400' } });
  fireEvent.blur(gain);
  expect(lastSet()).toEqual({ id: 'x_gain', value: 12 });
  await settled();

  for (const [text, key] of [
    ['-3', 'Escape'],
    ['loud', 'Enter'],
  ] as const) {
    fireEvent.change(gain, { target: { value: text } });
    fireEvent.keyDown(gain, { key });
    expect(gain.value).toBe('12.0');
  }
  expect(server.asked('setParameter')).toHaveLength(2);
});

test('switches and choices set whole numbers', async () => {
  await renderConnected(<ParameterPanel />);
  fireEvent.click(screen.getByRole('switch', { name: 'Bypass' }));
  expect(lastSet()).toEqual({ id: 'x_bypass', value: 1 });
  fireEvent.change(screen.getByRole('combobox', { name: 'Shape' }), { target: { value: '2' } });
  expect(lastSet()).toEqual({ id: 'x_shape', value: 2 });
});

test('while the connection is lost nothing can be moved', async () => {
  const client = await renderConnected(<ParameterPanel />);
  const panel = screen.getByRole<HTMLFieldSetElement>('group', { name: 'Parameters' });
  expect(panel.disabled).toBe(false);
  server.drop();
  await settled();
  expect(panel.disabled).toBe(true);
  client.disconnect();
});
