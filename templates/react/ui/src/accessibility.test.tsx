import { act, cleanup, render } from '@testing-library/react';
import axe from 'axe-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { App } from './App';
import { FakeServer, someStats } from './testing/fakeServer';
import { renderConnected, stubBrowser } from './testing/page';
import { Client, ClientContext } from './wavecraft';

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  stubBrowser();
});

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** What axe finds on the page. Contrast needs a browser that draws. */
async function obstacles(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

test('axe finds nothing serious on the page while it runs', async () => {
  await renderConnected(<App />);
  act(() => server.notify('stats', someStats));
  act(() => server.notify('meterUpdate', { timestamp_us: 0, left_peak: 1, left_rms: 1, right_peak: 0, right_rms: 0 }));
  expect(await obstacles()).toEqual([]);
});

test('nor while the build fails and the processor is gone', async () => {
  await renderConnected(<App />);
  act(() => server.notify('buildStatus', { status: 'failed', errors: 'error[E0308]' }));
  act(() => server.notify('sessionState', { session: 's', state: 'held', reason: 'it crashed three times' }));
  expect(await obstacles()).toEqual([]);
});

test('nor without a key', async () => {
  render(
    <ClientContext value={new Client()}>
      <App />
    </ClientContext>,
  );
  expect(await obstacles()).toEqual([]);
});

test('what it looks for is found', async () => {
  await renderConnected(<button type="button" />);
  expect(await obstacles()).toHaveLength(1);
});
