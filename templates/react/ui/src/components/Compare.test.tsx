import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeServer, someStats } from '../testing/fakeServer';
import { renderConnected, settled } from '../testing/page';
import { Compare } from './Compare';

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
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

test('a set keeps what was moved in it, and a copy goes to the other', async () => {
  const client = await renderConnected(<Compare />);
  fireEvent.click(button('Set B'));
  expect([pressed('Set A'), pressed('Set B')]).toEqual(['false', 'true']);
  act(() => client.setParameter('x_gain', -6));
  await settled();
  fireEvent.click(button('Set A'));
  expect(server.asked('setParameter').at(-1)).toEqual({ id: 'x_gain', value: 0 });
  await settled();
  fireEvent.click(button('Set B'));
  expect(server.asked('setParameter').at(-1)).toEqual({ id: 'x_gain', value: -6 });
  await settled();
  fireEvent.click(button('Copy B to A'));
  fireEvent.click(button('Set A'));
  expect(server.asked('setParameter')).toHaveLength(3);
});
