import { act, fireEvent, screen } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { FakeServer, someStats } from '../testing/fakeServer';
import { renderConnected, settled } from '../testing/page';
import { Compare } from './Compare';

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
});

const button = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name });
const pressed = (name: string) => button(name).getAttribute('aria-pressed');

test('bypass is shown at once, and goes back where the server says no', async () => {
  await renderConnected(<Compare />);
  expect(button('Bypass').disabled).toBe(true);
  act(() => server.notify('stats', someStats));
  fireEvent.click(button('Bypass'));
  expect(pressed('Bypass')).toBe('true');
  expect(server.asked('setBypass')).toEqual([{ on: true }]);
  // This server has no such method.
  await settled();
  expect(pressed('Bypass')).toBe('false');
});

test('the sets are the server’s: its word is shown, and what is clicked is asked of it', async () => {
  server.answers.getSets = () => ({ active: 'B', differ: true });
  server.answers.hearSet = server.answers.copySet = () => ({});
  await renderConnected(<Compare />);
  expect([pressed('Set A'), pressed('Set B')]).toEqual(['false', 'true']);
  fireEvent.click(button('Set A'));
  expect(server.asked('hearSet')).toEqual([{ set: 'A' }]);
  act(() => server.notify('setsChanged', { active: 'A', differ: true }));
  expect([pressed('Set A'), pressed('Set B')]).toEqual(['true', 'false']);

  fireEvent.click(button('Copy A to B'));
  expect(server.asked('copySet')).toEqual([{}]);
  act(() => server.notify('setsChanged', { active: 'A', differ: false }));
  expect(button('Copy A to B').disabled).toBe(true);
});

test('a server without sets has none to choose from', async () => {
  await renderConnected(<Compare />);
  expect(screen.queryByRole('group', { name: 'Set of parameters' })).toBeNull();
});
