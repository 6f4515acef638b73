import { act, cleanup, fireEvent, screen, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../testing/fakeServer';
import { renderConnected, settled } from '../testing/page';
import type { Parameter } from '../wavecraft';
import { ParameterPanel } from './ParameterPanel';

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
});

/** What was set last, whichever gesture it was. */
const lastSet = () => {
  const { id, value } = server.asked('setParameter').at(-1)!;
  return { id, value };
};
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

test('typed numbers count from Enter on, or when the field is left', async () => {
  await renderConnected(<ParameterPanel />);
  const gain = number('Gain in dB');
  fireEvent.change(gain, { target: { value: '-12,5' } });
  expect(server.asked('setParameter')).toEqual([]);
  fireEvent.keyDown(gain, { key: 'Enter' });
  expect(lastSet()).toEqual({ id: 'x_gain', value: -12.5 });
  await settled();
  fireEvent.change(number('Tone in Hz'), { target: { value: '2k' } });
  fireEvent.blur(number('Tone in Hz'));
  expect(lastSet()).toEqual({ id: 'x_tone', value: 2000 });
  await settled();

  fireEvent.change(gain, { target: { value: '-3' } });
  fireEvent.keyDown(gain, { key: 'Escape' });
  expect(gain.value).toBe('−12.5');
  fireEvent.blur(gain);
  expect(server.asked('setParameter')).toHaveLength(2);
});

test('what can’t be is refused with a word, and the value stays', async () => {
  await renderConnected(<ParameterPanel />);
  const gain = number('Gain in dB');
  fireEvent.change(gain, { target: { value: '13' } });
  fireEvent.keyDown(gain, { key: 'Enter' });
  expect(screen.getByRole('alert').textContent).toBe('13 is out of range: −60 to 12 dB.');
  expect([gain.value, gain.getAttribute('aria-invalid')]).toEqual(['13', 'true']);
  expect(gain.getAttribute('aria-describedby')).toBe(screen.getByRole('alert').id);
  // The field shows what is heard again once it is left; the word stays until something else happens.
  fireEvent.blur(gain);
  expect(gain.value).toBe('0.0');
  expect(screen.getByRole('alert')).toBeTruthy();
  act(() => server.notify('parameterChanged', { id: 'x_gain', value: -6 }));
  expect(screen.queryByRole('alert')).toBeNull();
  expect(server.asked('setParameter')).toEqual([]);
});

test('a field that nobody typed in follows the value, and leaving it changes nothing', async () => {
  await renderConnected(<ParameterPanel />);
  const gain = number('Gain in dB');
  fireEvent.focus(gain);
  act(() => server.notify('parameterChanged', { id: 'x_gain', value: -6 }));
  expect(gain.value).toBe('−6.0');
  fireEvent.blur(gain);
  fireEvent.keyDown(gain, { key: 'Enter' });
  expect(server.asked('setParameter')).toEqual([]);
  // What is being typed stays.
  fireEvent.change(gain, { target: { value: '-1' } });
  act(() => server.notify('parameterChanged', { id: 'x_gain', value: -9 }));
  expect(gain.value).toBe('-1');
});

test('each processor of a chain has its section, with its bypass and its own groups', async () => {
  const of = (processor: string): Parameter[] => [
    { id: `${processor}_bypass`, name: 'Bypass', type: 'bool', value: 0, default: 0, min: 0, max: 1, step: 1, group: 'Output', processor },
    { id: `${processor}_cutoff`, name: 'Cutoff', type: 'float', value: 20, default: 20, min: 20, max: 20_000, unit: 'Hz', group: 'Filter', processor },
  ];
  server.answers.getAllParameters = () => ({
    parameters: [...of('filter'), ...of('filter_2')],
    processors: [
      { id: 'filter', name: 'Filter', bypass: 'filter_bypass' },
      { id: 'filter_2', name: 'Filter 2', bypass: 'filter_2_bypass' },
    ],
  });
  await renderConnected(<ParameterPanel />);
  const second = screen.getByRole('region', { name: 'Filter 2' });
  expect(within(second).getAllByRole('slider', { name: 'Cutoff' })).toHaveLength(1);
  expect(within(second).queryByRole('heading', { name: 'Output' })).toBeNull();
  fireEvent.click(within(second).getByRole('switch', { name: 'Bypass of Filter 2' }));
  expect(lastSet()).toEqual({ id: 'filter_2_bypass', value: 1 });

  fireEvent.click(screen.getByRole('button', { name: 'Filter 2' }));
  expect(within(second).queryByRole('slider')).toBeNull();
  expect(within(second).getByRole('switch')).toBeTruthy();
  // This tab remembers it.
  cleanup();
  await renderConnected(<ParameterPanel />);
  expect(screen.getByRole('button', { name: 'Filter 2' }).getAttribute('aria-expanded')).toBe('false');
  expect(screen.getAllByRole('slider')).toHaveLength(1);
});

test('a choice between Off and On is a switch', async () => {
  server.parameters = [
    { id: 'x_on', name: 'Oversampling', type: 'enum', value: 1, default: 0, min: 0, max: 1, step: 1, variants: ['Off', 'On'] },
  ];
  await renderConnected(<ParameterPanel />);
  fireEvent.click(screen.getByRole('switch', { name: 'Oversampling' }));
  expect(lastSet()).toEqual({ id: 'x_on', value: 0 });
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
