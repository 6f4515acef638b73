import { act, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { App } from './App';
import { FakePlugin } from './testing/fakePlugin';
import { settled, stubBrowser } from './testing/page';
import { Client, ClientContext } from './wavecraft';

let plugin: FakePlugin;
let client: Client;

beforeEach(() => {
  stubBrowser();
  vi.stubGlobal('WebSocket', class {
    constructor() {
      throw new Error('a plugin’s page opens no WebSocket');
    }
  });
  plugin = new FakePlugin();
  client = new Client();
});

afterEach(() => client.disconnect());

async function open() {
  client.connect(null, plugin);
  render(<ClientContext value={client}><App /></ClientContext>);
  await settled();
}

const gain = () => screen.getByRole<HTMLInputElement>('slider', { name: 'Gain' });
const sent = () => plugin.asked('setParameter', 'endGesture').map(({ method, params }) => [method, (params as { gesture: number }).gesture]);

test('in a plugin the page has the parameters, and nothing that its host has', async () => {
  await open();
  expect(client.connection.get()).toEqual({ state: 'connected' });
  expect(gain()).toBeTruthy();
  expect(screen.queryByRole('meter')).toBeNull();
  expect(screen.queryByRole('contentinfo')).toBeNull();
  for (const name of ['Output level', 'What is heard']) expect(screen.queryByRole('region', { name })).toBeNull();
  for (const name of ['Compare', 'History', 'Transport', 'Source', 'Presets']) {
    expect(screen.queryByRole('group', { name })).toBeNull();
  }
});

test('the host’s automation moves the control', async () => {
  await open();
  act(() => plugin.notify('parameterChanged', { id: 'x_gain', value: -60 }));
  expect(gain().value).toBe('0');
});

test('a drag is one gesture, which is over after all of it was sent', async () => {
  await open();
  fireEvent.pointerDown(gain());
  for (const value of ['0.2', '0.4', '0.6']) fireEvent.change(gain(), { target: { value } });
  await settled();
  expect(new Set(sent().map(([method]) => method))).toEqual(new Set(['setParameter']));
  fireEvent.pointerUp(gain());
  await settled();
  expect(sent().at(-1)?.[0]).toBe('endGesture');
  expect(new Set(sent().map(([, gesture]) => gesture)).size).toBe(1);
  fireEvent.pointerUp(gain());
  await settled();
  expect(plugin.asked('endGesture')).toHaveLength(1);
});

test('what nothing holds is over after a rest', async () => {
  vi.useFakeTimers();
  client.connect(null, plugin);
  await vi.advanceTimersByTimeAsync(0);
  client.setParameter('x_gain', -6);
  await vi.advanceTimersByTimeAsync(599);
  expect(plugin.asked('endGesture')).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(plugin.asked('endGesture')).toHaveLength(1);
});

test('presets of a plugin are loaded, and its host saves', async () => {
  plugin.answers.getPresets = () => ({ presets: [{ name: 'Warm' }], changed: false });
  plugin.answers.loadPreset = ({ name }: { name: string }) => ({ name });
  await open();
  fireEvent.change(screen.getByRole('combobox', { name: 'Preset' }), { target: { value: 'Warm' } });
  await settled();
  expect(plugin.asked('loadPreset').map(({ params }) => params)).toEqual([{ name: 'Warm' }]);
  expect(screen.queryByRole('button', { name: 'Save' })).toBeNull();
});

test('the same code connects to a project’s server where no plugin is', () => {
  expect(window.wavecraftPlugin).toBeUndefined();
  client.connect(null);
  expect(client.inPlugin.get()).toBe(false);
});
