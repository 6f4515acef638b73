import { act, fireEvent, screen } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { FakeServer, someStats as stats } from '../testing/fakeServer';
import { renderConnected, settled } from '../testing/page';
import { Notices } from './Notices';

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
});

const notify: FakeServer['notify'] = (method, params) => act(() => server.notify(method, params));
const said = () => screen.getByRole('status').textContent;
const place = () => screen.getByRole('region', { name: 'What is heard' });
const button = (name: string) => screen.queryByRole<HTMLButtonElement>('button', { name });

test('its place is there with nothing to say, and then says what is heard', async () => {
  await renderConnected(<Notices />);
  expect([said(), place().textContent]).toEqual(['', 'Restart']);
  notify('stats', { ...stats, heard: 'dry', notices: [] });
  expect(place().textContent).toContain('You hear the dry input.');
  notify('stats', { ...stats, heard: 'dry', muted: true });
  expect(place().textContent).toContain('Muted: nothing is heard.');
});

test('the most urgent is shown, the others on demand, and each once', async () => {
  await renderConnected(<Notices />);
  const notices = [
    { id: 'state', text: 'It panicked. You hear the dry input.' },
    { id: 'mode', text: 'The mode is pipelined.' },
  ];
  notify('stats', { ...stats, notices: notices.slice(1) });
  notify('sessionState', { session: 's', state: 'crashed', reason: 'it panicked' });
  expect(said()).toBe('It panicked.');
  notify('stats', { ...stats, notices });
  expect(said()).toBe('It panicked. You hear the dry input.');
  fireEvent.click(button('All 2')!);
  expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(notices.map(({ text }) => text));
});

test('what helps has a button: Restart always', async () => {
  server.answers.restart = server.answers.setMute = () => ({});
  await renderConnected(<Notices />);
  expect(button('Restart')!.disabled).toBe(true);
  notify('stats', stats);
  fireEvent.click(button('Restart')!);
  expect(server.asked('restart')).toEqual([{}]);
  expect(button('Unmute')).toBeNull();

  notify('stats', { ...stats, notices: [{ id: 'howl', text: 'It howled.', action: 'unmute' }] });
  fireEvent.click(button('Unmute')!);
  expect(server.asked('setMute')).toEqual([{ on: false }]);
  await settled();
});

test('the limiter and a failed build are none of it', async () => {
  await renderConnected(<Notices />);
  notify('stats', { ...stats, guard: { limiting: true, howl_muted: false } });
  notify('buildStatus', { status: 'failed', errors: 'error' });
  expect(said()).toBe('');
});

test('without figures it says what is wrong with the audio', async () => {
  await renderConnected(<Notices />);
  notify('audioStatusChanged', {
    phase: 'degraded',
    diagnostic: { code: 'noOutputDevice', message: 'there is no output', hint: 'Plug one in.' },
    updated_at_ms: 0,
  });
  expect(said()).toBe('There is no output. Plug one in.');
  notify('stats', { ...stats, notices: [] });
  expect(said()).toBe('');
});

test.each([
  [1001, 'companion', 'The companion was ended. Connecting again as soon as it is back…'],
  [1001, 'ended', '`wavecraft start` has ended. Start it again; the page opens with o.'],
  [1006, '', 'Connecting again…'],
])('a connection that ends with %s "%s" is told', async (code, reason, text) => {
  const client = await renderConnected(<Notices />);
  server.up = false;
  act(() => server.drop(code, reason));
  await settled();
  expect(said()).toBe(text);
  client.disconnect();
});

test('a key of an earlier start is told with what opens the page again', async () => {
  vi.useFakeTimers();
  server.up = false;
  server.refuses = true;
  const client = await renderConnected(<Notices />);
  await act(() => vi.advanceTimersByTimeAsync(300));
  expect(said()).toBe('This tab belongs to an earlier start. Press o in the terminal to open the page again.');
  client.disconnect();
});

test('what to do about a server that is gone is said when it stays away', async () => {
  vi.useFakeTimers();
  const client = await renderConnected(<Notices />);
  server.up = false;
  act(() => server.drop());
  await act(() => vi.advanceTimersByTimeAsync(2000));
  expect(said()).toContain('Nobody answers: is `wavecraft start` still running?');
  client.disconnect();
});
