import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeServer } from '../testing/fakeServer';
import { Client } from './client';

let server: FakeServer;
let client: Client;

const address = { url: 'ws://127.0.0.1:9000/', protocols: ['wavecraft.v1', 'wct.x'] };
const turn = () => vi.advanceTimersByTimeAsync(0);
const value = (id: string) => client.parameters.get().find((parameter) => parameter.id === id)?.value;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  client = new Client();
});

afterEach(() => client.disconnect());

test('without an address nothing is tried', async () => {
  client.connect(null);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.sockets).toHaveLength(0);
  expect(client.connection.get()).toEqual({ state: 'noToken' });
});

test('the token goes by subprotocol, and connecting fetches and subscribes', async () => {
  client.connect(address);
  await turn();
  expect(server.sockets[0]).toMatchObject(address);
  expect(client.connection.get().state).toBe('connected');
  expect(client.parameters.get()).toEqual(server.parameters);
  // Two periods of 40 Hz fit into the scope.
  const scope = { span_ms: 50, edge: 'rising', level: 0 };
  const topics = ['meters', 'scope', 'spectrum', 'stats', 'state', 'build'];
  expect(server.asked('subscribe')).toEqual([{ topics, hz: 30, scope }]);
});

test('a server without our own methods is good enough', async () => {
  delete server.answers.subscribe;
  client.connect(address);
  await turn();
  expect(client.connection.get().state).toBe('connected');
});

test('a lost connection comes back with what changed meanwhile', async () => {
  client.connect(address);
  await turn();
  server.notify('meterUpdate', { timestamp_us: 1, left_peak: 1, left_rms: 1, right_peak: 1, right_rms: 1 });
  expect(client.meters.get()).not.toBeNull();

  server.drop();
  expect(client.connection.get()).toEqual({ state: 'connecting', attempt: 1 });
  expect(client.meters.get()).toBeNull();
  server.parameters[0]!.value = -24;
  await vi.advanceTimersByTimeAsync(250);
  expect(client.connection.get().state).toBe('connected');
  expect(value('x_gain')).toBe(-24);
  expect(server.asked('subscribe')).toHaveLength(2);
});

test('tries come ever more slowly, at least every five seconds, and start anew after a success', async () => {
  server.up = false;
  client.connect(address);
  await turn();
  for (const [attempt, pause] of [250, 500, 1000, 2000, 4000, 5000, 5000].entries()) {
    expect(client.connection.get()).toEqual({ state: 'connecting', attempt: attempt + 1 });
    await vi.advanceTimersByTimeAsync(pause - 1);
    expect(server.sockets).toHaveLength(attempt + 1);
    await vi.advanceTimersByTimeAsync(1);
    expect(server.sockets).toHaveLength(attempt + 2);
  }
  server.up = true;
  await vi.advanceTimersByTimeAsync(5000);
  server.drop();
  expect(client.connection.get()).toEqual({ state: 'connecting', attempt: 1 });
});

test('after the end of the start nothing is tried; the companion may come back', async () => {
  client.connect(address);
  await turn();
  server.drop(1001, 'companion');
  expect(client.connection.get()).toEqual({ state: 'connecting', attempt: 1, why: 'companion' });
  await vi.advanceTimersByTimeAsync(250);
  expect(client.connection.get()).toEqual({ state: 'connected' });

  server.drop(1001, 'ended');
  expect(client.connection.get()).toEqual({ state: 'connecting', attempt: 1, why: 'ended' });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.sockets).toHaveLength(2);
});

test('a key of an earlier start is told from a server that is gone, at once', async () => {
  server.up = false;
  server.refuses = true;
  client.connect(address);
  await vi.advanceTimersByTimeAsync(250);
  expect(client.connection.get()).toEqual({ state: 'connecting', attempt: 2, why: 'refused' });
  // Now and then it is tried all the same: the server may only have been full.
  await vi.advanceTimersByTimeAsync(29_000);
  expect(server.sockets).toHaveLength(2);
  server.up = true;
  await vi.advanceTimersByTimeAsync(1000);
  expect(client.connection.get()).toEqual({ state: 'connected' });
});

test('disconnecting ends the tries', async () => {
  server.up = false;
  client.connect(address);
  await turn();
  client.disconnect();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.sockets).toHaveLength(1);
});

test('a drag sends the latest value as fast as answers come, and echoes do not pull it back', async () => {
  client.connect(address);
  await turn();
  server.answersSets = false;
  for (const gain of [-1, -2, -3]) client.setParameter('x_gain', gain);
  expect(value('x_gain')).toBe(-3);
  expect(server.asked('setParameter')).toMatchObject([{ id: 'x_gain', value: -1 }]);

  server.notify('parameterChanged', { id: 'x_gain', value: -1 });
  expect(value('x_gain')).toBe(-3);
  server.answerSet();
  await turn();
  expect(server.asked('setParameter').at(-1)).toMatchObject({ id: 'x_gain', value: -3 });
  // The server keeps it on a step of its own; its word is the last.
  server.notify('parameterChanged', { id: 'x_gain', value: -2.5 });
  server.answerSet();
  await turn();
  expect(server.asked('setParameter')).toHaveLength(2);
  expect(value('x_gain')).toBe(-2.5);
});

test('an undo waits until everything is there that was moved before', async () => {
  client.connect(address);
  await turn();
  server.answersSets = false;
  server.answers.undo = () => ({ step: 'Gain' });
  client.setParameter('x_gain', -1);
  client.setParameter('x_gain', -2);
  client.setParameter('x_tone', 100);
  const undone = client.walk('undo');
  for (const left of [3, 2, 1]) {
    await turn();
    expect([server.asked('undo').length, left]).toEqual([0, left]);
    server.answerSet();
  }
  expect(await undone).toEqual({ step: 'Gain' });
  expect(server.asked('setParameter').map(({ value }) => value)).toEqual([-1, 100, -2]);
});

test('what can be undone is fetched and followed; a server that does not tell has nothing', async () => {
  client.connect(address);
  await turn();
  expect(client.history.get()).toBeNull();
  await expect(client.walk('undo')).rejects.toThrow();
  server.answers.getHistory = () => ({ undo: 'Gain', undo_steps: 2, redo_steps: 0 });
  server.drop();
  await vi.advanceTimersByTimeAsync(250);
  expect(client.history.get()?.undo).toBe('Gain');
  server.notify('historyChanged', { redo: 'Gain', undo_steps: 0, redo_steps: 1 });
  expect(client.history.get()).toEqual({ redo: 'Gain', undo_steps: 0, redo_steps: 1 });
});

test('a refused value goes back to the server’s', async () => {
  client.connect(address);
  await turn();
  server.answers.setParameter = () => {
    throw new Error('out of range');
  };
  client.setParameter('x_gain', 99);
  await turn();
  expect(value('x_gain')).toBe(0);
});

test('another client’s change and a changed set are followed', async () => {
  client.connect(address);
  await turn();
  server.notify('parameterChanged', { id: 'x_gain', value: 6 });
  expect(value('x_gain')).toBe(6);
  server.parameters = server.parameters.slice(2);
  server.notify('parametersChanged', {});
  await turn();
  expect(client.parameters.get().map((parameter) => parameter.id)).toEqual(['x_shape', 'x_bypass']);
});

test('what was measured is shown with the next picture, the newest at once, and nothing of a lost connection', async () => {
  let picture = () => {};
  const asked = vi.fn((show: () => void) => (picture = show));
  vi.stubGlobal('requestAnimationFrame', asked);
  const level = (left_peak: number) => ({ timestamp_us: 1, left_peak, left_rms: 0, right_peak: 0, right_rms: 0 });
  client.connect(address);
  await turn();
  server.notify('meterUpdate', level(0.1));
  server.notify('spectrumUpdate', { levels_db: [], low_hz: 20, high_hz: 20_000, timestamp: 1 });
  server.notify('meterUpdate', level(0.2));
  expect([asked.mock.calls.length, client.meters.get()]).toEqual([1, null]);
  picture();
  expect(client.meters.get()).toEqual(level(0.2));
  expect(client.spectrum.get()).not.toBeNull();

  server.notify('meterUpdate', level(0.3));
  server.drop();
  picture();
  expect(client.meters.get()).toBeNull();
});

test('what this page does not know is ignored', async () => {
  client.connect(address);
  await turn();
  server.notify('toString' as never, {} as never);
  server.sockets[0]!.onmessage?.({ data: 'not JSON' });
  server.sockets[0]!.onmessage?.({ data: '{"jsonrpc":"2.0","id":999,"result":{}}' });
  expect(client.connection.get().state).toBe('connected');
});
