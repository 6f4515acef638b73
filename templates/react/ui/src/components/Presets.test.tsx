import { act, fireEvent, screen } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../testing/fakeServer';
import { renderConnected, settled } from '../testing/page';
import { RpcError } from '../wavecraft';
import { Presets } from './Presets';

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  server.answers.getPresets = () => ({
    presets: [{ name: 'Bright' }, { name: 'Old', trouble: 'it was made by a newer Wavecraft' }, { name: 'Warm', note: 'For pads' }],
    current: 'Warm',
    changed: false,
  });
});

const button = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name });
const choice = () => screen.getByRole<HTMLSelectElement>('combobox', { name: 'Preset' });
const options = () => Array.from(choice().options, ({ text, disabled }) => `${text}${disabled ? ' (no)' : ''}`);

test('presets are the server’s: its word is shown, and what is chosen is asked of it', async () => {
  server.answers.loadPreset = ({ name }) => ({ name, remarks: ['the project has no parameter `gone`: ignored'] });
  server.answers.stepPreset = () => ({ name: 'Bright' });
  await renderConnected(<Presets />);
  expect(options()).toEqual(['Bright', 'Old (no)', 'Warm']);
  expect(choice().value).toBe('Warm');
  expect(screen.getByText('For pads')).toBeTruthy();
  expect(screen.getByText(/Old: it was made by a newer/)).toBeTruthy();
  expect(button('Save').disabled).toBe(true);

  fireEvent.change(choice(), { target: { value: 'Bright' } });
  expect(server.asked('loadPreset')).toEqual([{ name: 'Bright' }]);
  await settled();
  expect(screen.getByRole('status').textContent).toBe('The project has no parameter `gone`: ignored.');
  act(() => server.notify('presetChanged', { current: 'Bright', changed: true }));
  expect(options()).toEqual(['Bright *', 'Old (no)', 'Warm']);
  fireEvent.click(button('Next preset'));
  fireEvent.click(button('Preset before'));
  expect(server.asked('stepPreset')).toEqual([{ by: 1 }, { by: -1 }]);
});

test('a changed preset is saved over itself, and a new one gets a name and a note', async () => {
  server.answers.savePreset = ({ name }) => ({ name });
  await renderConnected(<Presets />);
  act(() => server.notify('presetChanged', { current: 'Warm', changed: true }));
  fireEvent.click(button('Save'));
  expect(server.asked('savePreset')).toEqual([{ name: 'Warm', replace: true }]);
  await settled();

  fireEvent.click(button('Save as …'));
  const name = screen.getByRole<HTMLInputElement>('textbox', { name: 'Name' });
  expect(document.activeElement).toBe(name);
  fireEvent.change(name, { target: { value: 'Mine' } });
  fireEvent.change(screen.getByRole('textbox', { name: 'Note' }), { target: { value: 'For me' } });
  fireEvent.submit(screen.getByRole('form'));
  expect(server.asked('savePreset')[1]).toEqual({ name: 'Mine', note: 'For me' });
  await settled();
  expect(screen.queryByRole('form')).toBeNull();
  expect(screen.getByRole('status').textContent).toBe('Saved as Mine.');
});

test('nothing is replaced or deleted unasked', async () => {
  server.answers.savePreset = ({ name, replace }) => {
    if (!replace) throw new RpcError('there is one', -32022);
    return { name };
  };
  server.answers.deletePreset = () => ({});
  await renderConnected(<Presets />);
  fireEvent.click(button('Save as …'));
  fireEvent.change(screen.getByRole('textbox', { name: 'Name' }), { target: { value: 'Bright' } });
  fireEvent.submit(screen.getByRole('form'));
  await settled();
  expect(screen.getByRole('form', { name: 'There is a preset “Bright” already. Replace it?' })).toBeTruthy();
  fireEvent.submit(screen.getByRole('form'));
  expect(server.asked('savePreset')[1]).toEqual({ name: 'Bright', replace: true });
  await settled();

  fireEvent.click(button('Delete …'));
  fireEvent.keyDown(screen.getByRole('form'), { key: 'Escape' });
  expect(screen.queryByRole('form')).toBeNull();
  expect(server.asked('deletePreset')).toEqual([]);
  fireEvent.click(button('Delete …'));
  fireEvent.submit(screen.getByRole('form'));
  expect(server.asked('deletePreset')).toEqual([{ name: 'Warm' }]);
  await settled();
});

test('what the server refuses is said, and the question stays', async () => {
  await renderConnected(<Presets />);
  fireEvent.click(button('Rename …'));
  fireEvent.submit(screen.getByRole('form'));
  await settled();
  expect(screen.getByRole('status').textContent).toContain('no such method');
  expect(screen.getByRole('form', { name: 'Rename “Warm”' })).toBeTruthy();
});

test('a server without presets shows none', async () => {
  delete server.answers.getPresets;
  await renderConnected(<Presets />);
  expect(screen.queryByRole('group', { name: 'Presets' })).toBeNull();
});
