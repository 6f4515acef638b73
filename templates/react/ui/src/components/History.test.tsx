import { act, fireEvent, screen } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { FakeServer } from '../testing/fakeServer';
import { renderConnected, settled } from '../testing/page';
import { History } from './History';
import { ParameterPanel } from './ParameterPanel';

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  server.answers.getHistory = () => ({ undo: 'Gain', undo_steps: 2, redo_steps: 0 });
  server.answers.undo = server.answers.redo = () => ({ step: 'Gain' });
});

const button = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name });
const slider = (name: string) => screen.getByRole<HTMLInputElement>('slider', { name });
const gestures = () => [...new Set(server.asked('setParameter').map(({ gesture }) => gesture))];
const move = (range: HTMLElement, value: string) => fireEvent.change(range, { target: { value } });

test('the buttons say what they are of, and that it was done', async () => {
  await renderConnected(<History />);
  expect([button('Undo').title, button('Redo').title]).toEqual(['Undo Gain · 2 steps', 'Nothing to redo']);
  expect(button('Redo').disabled).toBe(true);
  fireEvent.click(button('Undo'));
  await settled();
  expect(server.asked('undo')).toHaveLength(1);
  expect(screen.getByRole('status').textContent).toBe('Undid Gain.');
  act(() => server.notify('historyChanged', { redo: 'Gain', undo_steps: 0, redo_steps: 1 }));
  expect([button('Undo').disabled, button('Redo').title]).toEqual([true, 'Redo Gain · the only step']);
});

test('the usual keys do the same, but not in a text', async () => {
  await renderConnected(
    <>
      <History />
      <ParameterPanel />
      <input aria-label="Of a kind that is not said" />
      <button type="button" onKeyDown={(event) => event.preventDefault()}>
        Has its own
      </button>
    </>,
  );
  act(() => server.notify('historyChanged', { undo: 'Gain', redo: 'Tone', undo_steps: 9, redo_steps: 9 }));
  for (const key of [{ ctrlKey: true }, { metaKey: true }]) {
    fireEvent.keyDown(document.body, { key: 'z', ...key });
    fireEvent.keyDown(slider('Gain'), { key: 'Z', shiftKey: true, ...key });
  }
  fireEvent.keyDown(document.body, { key: 'y', ctrlKey: true });
  await settled();
  expect([server.asked('undo').length, server.asked('redo').length]).toEqual([2, 3]);
  for (const taken of [
    screen.getByRole('textbox', { name: 'Gain in dB' }),
    screen.getByRole('textbox', { name: 'Of a kind that is not said' }),
    button('Has its own'),
  ]) {
    fireEvent.keyDown(taken, { key: 'z', ctrlKey: true });
  }
  for (const other of [{ key: 'z' }, { key: 'z', ctrlKey: true, altKey: true }, { key: 'y', metaKey: true }]) {
    fireEvent.keyDown(document.body, other);
  }
  await settled();
  expect([server.asked('undo').length, server.asked('redo').length]).toEqual([2, 3]);
});

test('what was left out or refused is said until the next step', async () => {
  await renderConnected(<History />);
  server.answers.undo = () => ({ step: 'Gain', said: 'This build has no `x_old`.' });
  fireEvent.click(button('Undo'));
  await settled();
  expect(screen.getByRole('alert').textContent).toBe('This build has no `x_old`.');
  server.answers.undo = () => ({ step: 'Gain' });
  fireEvent.click(button('Undo'));
  await settled();
  expect(screen.queryByRole('alert')).toBeNull();
  delete server.answers.undo;
  fireEvent.click(button('Undo'));
  await settled();
  expect(screen.getByRole('alert').textContent).toContain('no such method');
});

test('a server without a history has no buttons, and its keys stay the browser’s', async () => {
  delete server.answers.getHistory;
  await renderConnected(<History />);
  expect(screen.queryByRole('group', { name: 'History' })).toBeNull();
  expect(fireEvent.keyDown(document.body, { key: 'z', ctrlKey: true })).toBe(true);
  expect(server.asked('undo')).toEqual([]);
});

test('a press that moves is one gesture, whichever control; the next press is another', async () => {
  await renderConnected(<ParameterPanel />);
  fireEvent.pointerDown(slider('Gain'));
  for (const value of ['0.2', '0.3']) {
    move(slider('Gain'), value);
    await settled();
  }
  move(slider('Tone'), '0.2');
  await settled();
  expect(gestures()).toHaveLength(1);
  fireEvent.pointerDown(slider('Tone'));
  move(slider('Tone'), '0.3');
  await settled();
  expect(gestures()).toHaveLength(2);
});

test('a double click is one gesture, and a later press is not of it', async () => {
  vi.spyOn(performance, 'now').mockReturnValue(1000);
  await renderConnected(<ParameterPanel />);
  fireEvent.pointerDown(slider('Gain'));
  move(slider('Gain'), '0.2');
  await settled();
  fireEvent.pointerUp(slider('Gain'));
  fireEvent.pointerDown(slider('Gain'));
  fireEvent.pointerUp(slider('Gain'));
  fireEvent.doubleClick(slider('Gain'));
  await settled();
  expect([server.asked('setParameter').at(-1)?.value, gestures().length]).toEqual([0, 1]);
  vi.spyOn(performance, 'now').mockReturnValue(1501);
  fireEvent.pointerDown(slider('Gain'));
  move(slider('Gain'), '0.3');
  expect(gestures()).toHaveLength(2);
});

test('a key that is held is one gesture however long; what is moved without a press ends with a rest', async () => {
  let now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  await renderConnected(<ParameterPanel />);
  fireEvent.keyDown(slider('Gain'), { key: 'ArrowRight' });
  for (const value of ['0.2', '0.3', '0.4']) {
    now += 2000;
    fireEvent.keyDown(slider('Gain'), { key: 'ArrowRight', repeat: true });
    move(slider('Gain'), value);
    await settled();
  }
  expect(gestures()).toHaveLength(1);
  fireEvent.keyUp(slider('Gain'), { key: 'ArrowRight' });
  now += 601;
  for (const value of ['0.5', '0.6']) {
    move(slider('Gain'), value);
    await settled();
    now += 590;
  }
  expect(gestures()).toHaveLength(2);
  now += 11;
  move(slider('Gain'), '0.7');
  expect(gestures()).toHaveLength(3);
  move(slider('Tone'), '0.7');
  await settled();
  expect(gestures()).toHaveLength(4);
});

test('each press of a switch and each typed number is a gesture of its own', async () => {
  await renderConnected(<ParameterPanel />);
  const bypass = screen.getByRole('switch', { name: 'Bypass' });
  for (const times of [1, 2]) {
    fireEvent.pointerDown(bypass);
    fireEvent.pointerUp(bypass);
    fireEvent.click(bypass);
    await settled();
    expect(gestures()).toHaveLength(times);
  }
  // What is typed counts when another control is pressed, and isn't of that press.
  const gain = screen.getByRole('textbox', { name: 'Gain in dB' });
  fireEvent.change(gain, { target: { value: '-12' } });
  fireEvent.pointerDown(slider('Tone'));
  fireEvent.blur(gain);
  move(slider('Tone'), '0.5');
  await settled();
  expect(gestures()).toHaveLength(4);
  // A choice comes from a menu of the system's, where nobody hears of a press.
  fireEvent.pointerUp(slider('Tone'));
  fireEvent.change(screen.getByRole('combobox', { name: 'Shape' }), { target: { value: '2' } });
  await settled();
  expect(gestures()).toHaveLength(5);
});
